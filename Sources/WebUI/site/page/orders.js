// All orders of the book, filtered; the filters and the page stand in the address. Order events make the shown page ask again.

import { api } from "../core/api.js";
import { append, h } from "../core/dom.js";
import { onEvent } from "../core/live.js";
import { navigate, rewriteQuery } from "../core/router.js";
import { createBag } from "../core/store.js";
import { orderColumns } from "../ui/book-tables.js";
import { field, segmented } from "../ui/field.js";
import { createTable } from "../ui/table.js";

export const title = "Orders";
export const styles = ["table", "pages"];

const pageSize = 50;
const typingPauseMilliseconds = 300;
const eventPauseMilliseconds = 250;
/** @type {Array<[string, string]>} */
const states = [["", "All"], ["open", "Open"], ["complete", "Filled"], ["cancelled", "Cancelled"], ["rejected", "Rejected"]];

/** @param {HTMLElement} root @param {import("../types.d.ts").PageParams} params */
export function mount(root, params) {
  const bag = createBag();
  let status = states.some(([value]) => value === params.query.get("status")) ? params.query.get("status") ?? "" : "";
  let symbol = (params.query.get("symbol") ?? "").toUpperCase();
  let tag = params.query.get("tag") ?? "";
  const after = params.query.get("after");
  let turn = 0;
  /** @type {any} */
  let timer = null;

  const chooser = segmented({
    label: "Status",
    value: status,
    options: states,
    onChange: (value) => {
      status = value;
      filtered();
    },
  });
  const search = field({
    label: "Symbol",
    name: "symbol",
    value: symbol,
    attributes: { maxlength: "40", spellcheck: "false" },
    on: {
      input: () => {
        symbol = search.input.value.trim().toUpperCase();
        clearTimeout(timer);
        timer = setTimeout(filtered, typingPauseMilliseconds);
      },
    },
  });
  const tags = field({
    label: "Tag",
    name: "tag",
    value: tag,
    attributes: { maxlength: "20", spellcheck: "false" },
    on: {
      input: () => {
        tag = tags.input.value.trim();
        clearTimeout(timer);
        timer = setTimeout(filtered, typingPauseMilliseconds);
      },
    },
  });
  const table = createTable({
    caption: "Orders",
    columns: orderColumns({ wide: true }),
    key: (row) => row.order_id,
    empty: h("p", null, "No orders here. ", h("a", { href: "/trade" }, "Place one"), " or choose other filters."),
    class: "two-line orders",
    retry: () => void load(),
    skeletonRows: 8,
  });
  const newest = h("a", { class: "button", hidden: after === null }, "Newest");
  const older = h("a", { class: "button", hidden: true }, "Older");
  append(root, [
    h("div", { class: "page" }, [
      h(
        "div",
        { class: "page-head" },
        h("h1", null, "Orders"),
        h("span", { class: "badge paper" }, "PAPER"),
        h("span", { class: "spring" }),
        h("a", { class: "button", href: "/triggers" }, "Triggers"),
      ),
      h("div", { class: "filters" }, chooser.root, search.root, tags.root),
      table.root,
      h("div", { class: "pager" }, newest, older),
    ]),
  ]);

  /** @param {string | null} from */
  function query(from) {
    const pairs = new URLSearchParams();
    if (status) pairs.set("status", status);
    if (symbol) pairs.set("symbol", symbol);
    if (tag) pairs.set("tag", tag);
    if (from) pairs.set("after", from);
    return pairs;
  }

  function filtered() {
    clearTimeout(timer);
    if (after === null) {
      rewriteQuery(query(null));
      table.loading();
      void load();
    } else {
      // A page of the old filter means nothing under the new one.
      void navigate(`/orders?${query(null)}`, { replace: true });
    }
  }

  async function load() {
    turn += 1;
    const mine = turn;
    try {
      // Open is what still works, orders that wait for their trigger among them.
      const answer = await api.listPaperOrders({ limit: pageSize, status: status === "open" ? "working" : status, symbol, tag, after });
      if (mine !== turn) return;
      table.show(answer.orders);
      older.hidden = answer.next === null;
      if (answer.next !== null) older.href = `/orders?${query(answer.next)}`;
      newest.href = `/orders?${query(null)}`;
    } catch (error) {
      if (mine === turn) table.error(error instanceof Error ? error.message : String(error));
    }
  }

  /** @type {any} */
  let eventTimer = null;
  bag.add(
    onEvent((event) => {
      if (event.kind !== "order" && event.kind !== "reset") return;
      clearTimeout(eventTimer);
      eventTimer = setTimeout(() => void load(), eventPauseMilliseconds);
    }),
    () => {
      turn += 1;
      clearTimeout(timer);
      clearTimeout(eventTimer);
      table.destroy();
    },
  );
  void load();
  return () => bag.empty();
}
