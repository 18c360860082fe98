// The trade page: watchlist, chart with depth, ticket, and the book below. On a narrow screen the watchlist is a page of its own and the
// ticket a sheet that the Buy and Sell buttons open; it is the same ticket, moved.

import { append, h } from "../core/dom.js";
import { addKeys } from "../core/keys.js";
import * as format from "../core/format.js";
import { funds, instrumentKey, isWorking, onEvent, orders, positions, watch } from "../core/live.js";
import { forget, paint } from "../core/paint.js";
import { rewriteQuery } from "../core/router.js";
import { createBag } from "../core/store.js";
import { recall, remember } from "../core/theme.js";
import { liveFunds, liveOrders, livePositions, liveTrades } from "../ui/book-tables.js";
import { openDialog } from "../ui/dialog.js";
import { addActions } from "../ui/palette.js";
import { tabs } from "../ui/tabs.js";
import { createTicket } from "../ui/ticket.js";
import { toast } from "../ui/toast.js";
import { createWatchlist, firstSymbol } from "../ui/watchlist.js";
import { createChartPanel, intervalChoices } from "./trade/chart-panel.js";
import { createDepth } from "./trade/depth.js";

export const title = "Trade";
export const styles = ["table", "chart", "trade"];

const lastKey = "tradehouse.instrument";
const isKey = (/** @type {string | null} */ key) => key !== null && /^[A-Z]{2,8}:.{1,40}$/.test(key);

/** @type {((query: URLSearchParams) => boolean) | null} */
let takeQuery = null;
/** @param {URLSearchParams} query */
export const moved = (query) => takeQuery?.(query) ?? false;

/** @param {HTMLElement} root @param {import("../types.d.ts").PageParams} params */
export function mount(root, params) {
  const bag = createBag();
  const wide = matchMedia("(min-width: 1180px)");
  const withList = matchMedia("(min-width: 760px)");
  /** @type {{ close: () => void } | null} */
  let sheet = null;
  let selected = "";

  const panel = createChartPanel();
  const depth = createDepth();
  const ticket = createTicket({
    onDone(words, tone) {
      if (sheet) {
        sheet.close();
        toast(words, tone);
      }
    },
    onLeave: () => list ? list.focus() : undefined,
  });
  /** @type {ReturnType<typeof createWatchlist> | null} */
  let list = null;

  const book = tabs({
    label: "Book",
    chosen: "positions",
    tabs: [
      { id: "positions", text: "Positions", make: livePositions },
      { id: "orders", text: "Orders", make: liveOrders },
      { id: "trades", text: "Trades", make: liveTrades },
      { id: "funds", text: "Funds", make: liveFunds },
    ],
  });
  const dayResult = h("b");
  const inUse = h("span");
  const totals = h("p", { class: "totals" }, "Day P&L ", dayResult, " · In use ", inUse);
  const listPlace = h("div", { class: "trade-list" });
  const side = h("aside", { class: "trade-side", "aria-label": "Ticket and depth" });
  const bar = h(
    "div",
    { class: "trade-bar" },
    h("button", { class: "button buy", type: "button", on: { click: () => openTicket("BUY") } }, "Buy"),
    h("button", { class: "button sell", type: "button", on: { click: () => openTicket("SELL") } }, "Sell"),
  );
  root.className = "trade";
  append(root, [
    listPlace,
    h(
      "div",
      { class: "trade-centre" },
      panel.root,
      h("section", { class: "book", "aria-label": "Book" }, h("div", { class: "bar" }, book.strip, totals), book.panel),
    ),
    side,
    bar,
  ]);

  function arrange() {
    sheet?.close();
    side.replaceChildren(...(wide.matches ? [ticket.root, depth.root] : [depth.root]));
    bar.hidden = wide.matches;
    if (withList.matches && !list) {
      list = createWatchlist({ onOpen: open });
      listPlace.replaceChildren(list.root);
      list.select(selected);
    } else if (!withList.matches && list) {
      list.destroy();
      list = null;
      listPlace.replaceChildren();
    }
  }

  let unwatch = () => {};
  /** @param {string} key */
  function open(key) {
    if (key === selected) return;
    selected = key;
    const before = unwatch;
    unwatch = watch([key]);
    before();
    rewriteQuery(new URLSearchParams({ i: key }));
    remember(lastKey, key);
    panel.setInstrument(key);
    depth.setInstrument(key);
    ticket.setInstrument(key);
    list?.select(key);
  }

  /** @param {import("../types.d.ts").Side} which */
  function openTicket(which) {
    ticket.setSide(which);
    if (wide.matches) {
      ticket.focus();
      return;
    }
    if (sheet) return;
    sheet = openDialog({
      title: "Order",
      class: "sheet",
      content: () => ticket.root,
      onClosed() {
        ticket.root.remove();
        sheet = null;
      },
    });
    ticket.refresh();
  }

  function drawTotals() {
    const now = funds.get();
    totals.hidden = !now;
    if (!now) return;
    dayResult.textContent = format.signedRupees(now.day_pnl);
    dayResult.className = format.direction(now.day_pnl);
    inUse.textContent = format.rupees(now.invested_funds);
  }

  function drawCounts() {
    book.count("positions", positions.size());
    book.count("orders", orders.values().filter(isWorking).length);
  }

  let unwatchBook = () => {};
  let watched = "";
  /** Positions need the facts of their instruments (decimals), even those on no list. */
  function watchBook() {
    const keys = [...new Set(positions.values().map(instrumentKey))].sort();
    if (keys.join() === watched) return;
    watched = keys.join();
    const before = unwatchBook;
    unwatchBook = watch(keys);
    before();
  }

  arrange();
  wide.addEventListener("change", arrange);
  withList.addEventListener("change", arrange);
  bag.add(
    funds.subscribe(() => paint(drawTotals)),
    positions.subscribeAll(() => {
      paint(drawCounts);
      watchBook();
    }),
    orders.subscribeAll(() => paint(drawCounts)),
    onEvent((event) => event.kind === "error" && toast(event.detail ?? event.error, "bad")),
    addKeys([
      { keys: "b", label: "Buy the selected symbol", group: "Trade", run: () => openTicket("BUY") },
      { keys: "s", label: "Sell the selected symbol", group: "Trade", run: () => openTicket("SELL") },
      ...intervalChoices.map(([, text], at) => ({
        keys: String(at + 1),
        label: `Interval ${text}`,
        group: "Chart",
        run: () => panel.chooseInterval(at),
      })),
      { keys: "ArrowDown", label: "Into the watchlist", group: "Trade", run: () => (list ? list.focus() : false) },
    ]),
    addActions([
      { text: "Buy", keys: "B", run: () => openTicket("BUY") },
      { text: "Sell", keys: "S", run: () => openTicket("SELL") },
    ]),
    () => {
      wide.removeEventListener("change", arrange);
      withList.removeEventListener("change", arrange);
      takeQuery = null;
      sheet?.close();
      unwatch();
      unwatchBook();
      forget(drawTotals);
      forget(drawCounts);
      book.destroy();
      panel.destroy();
      depth.destroy();
      ticket.destroy();
      list?.destroy();
    },
  );
  drawTotals();
  drawCounts();
  watchBook();

  const asked = params.query.get("i");
  const before = recall(lastKey);
  open(isKey(asked) ? /** @type {string} */ (asked) : isKey(before) ? /** @type {string} */ (before) : firstSymbol());
  takeQuery = (query) => {
    const wanted = query.get("i");
    if (isKey(wanted)) open(/** @type {string} */ (wanted));
    else rewriteQuery(new URLSearchParams({ i: selected }));
    return true;
  };
  return () => bag.empty();
}
