// Three lists of symbols per person, kept in this browser: search adds, Delete removes, arrows move, Enter opens. Prices come from
// live.js; a row is patched when its own symbol ticks and at no other time.

import { h, only, patch } from "../core/dom.js";
import * as format from "../core/format.js";
import { quotes, splitKey, watch } from "../core/live.js";
import { forget, paint } from "../core/paint.js";
import { user } from "../core/session.js";
import { createBag } from "../core/store.js";
import { recall, remember } from "../core/theme.js";
import { segmented } from "./field.js";
import { findSymbols } from "./palette.js";
import { suggest } from "./suggest.js";
import { iconButton } from "./table.js";
import { toast } from "./toast.js";

const listCount = 3;
const longestList = 50;
const oldKey = "marketTickerWatchlist";
const beginners = [
  "RELIANCE",
  "INFY",
  "TCS",
  "HDFCBANK",
  "SBIN",
  "ICICIBANK",
  "ITC",
  "LT",
  "BHARTIARTL",
  "MARUTI",
  "TATASTEEL",
  "WIPRO",
  "HCLTECH",
  "SUNPHARMA",
  "AXISBANK",
  "KOTAKBANK",
  "ONGC",
  "NTPC",
  "CIPLA",
].map((symbol) => `NSE:${symbol}`);

const storageKey = () => `tradehouse.watchlists.${user.get()?.user_id ?? ""}`;
const isKey = (/** @type {unknown} */ key) => typeof key === "string" && /^[A-Z]{2,8}:.{1,40}$/.test(key);

/** @returns {{ active: number, lists: string[][] }} */
function load() {
  try {
    const stored = JSON.parse(recall(storageKey()) ?? "null");
    if (Array.isArray(stored?.lists)) {
      const lists = Array.from(
        { length: listCount },
        (_, at) => [...new Set((Array.isArray(stored.lists[at]) ? stored.lists[at] : []).filter(isKey))].slice(0, longestList),
      );
      return { active: Math.min(listCount - 1, Math.max(0, Number(stored.active) || 0)), lists: /** @type {string[][]} */ (lists) };
    }
    // The list of the old pages: {symbol, exchange, …}.
    const old = JSON.parse(recall(oldKey) ?? "null");
    if (Array.isArray(old)) {
      const keys = old.map((entry) => `${entry?.exchange}:${entry?.symbol}`).filter(isKey);
      if (keys.length > 0) return { active: 0, lists: [keys.slice(0, longestList), [], []] };
    }
  } catch (_unreadable) {
    // Somebody edited the storage by hand: begin with the usual list.
  }
  return { active: 0, lists: [beginners, [], []] };
}

/** The symbol to show first: the top of the active list. */
export function firstSymbol() {
  const { active, lists } = load();
  return lists[active][0] ?? beginners[0];
}

/** @param {{ onOpen: (key: string) => void }} edges */
export function createWatchlist({ onOpen }) {
  const bag = createBag();
  let { active, lists } = load();
  let selected = "";
  /** @type {Map<string, { tr: HTMLTableRowElement, open: HTMLButtonElement, draw: () => void, undo: () => void }>} */
  const rows = new Map();
  let unwatch = () => {};

  const lister = segmented({
    label: "Watchlist",
    hideLabel: true,
    class: "lister",
    value: String(active + 1),
    options: Array.from({ length: listCount }, (_, at) => [String(at + 1), String(at + 1)]),
    onChange: (value) => {
      active = Number(value) - 1;
      save();
      show();
    },
  });
  const search = suggest({
    label: "Add a symbol",
    placeholder: "Add a symbol",
    find: (words) => findSymbols(words, add),
    onEscape: () => search.input.blur(),
  });
  const body = h("tbody");
  const empty = h("p", { class: "table-message", hidden: true }, "This list is empty. Search above to add a symbol.");
  const root = h(
    "section",
    { class: "watchlist", "aria-label": "Watchlist" },
    h("div", { class: "bar" }, h("h2", null, "Watchlist"), lister.root),
    search.root,
    h(
      "div",
      { class: "watch-rows" },
      h(
        "table",
        { class: "table watch-table", on: { keydown: pressed } },
        h("caption", { class: "spoken" }, "Watchlist: arrow keys move, Enter opens, Delete removes"),
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            h("th", { scope: "col" }, "Symbol"),
            h("th", { scope: "col", class: "figure" }, "Last"),
            h("th", { scope: "col", class: "figure" }, "Chg %"),
            h("th", { scope: "col" }, h("span", { class: "spoken" }, "Remove")),
          ),
        ),
        body,
      ),
      empty,
    ),
  );

  function save() {
    remember(storageKey(), JSON.stringify({ active, lists }));
  }

  function show() {
    unwatch();
    for (const row of rows.values()) {
      row.undo();
      forget(row.draw);
    }
    rows.clear();
    body.replaceChildren();
    for (const key of lists[active]) addRow(key);
    unwatch = watch(lists[active]);
    settle();
  }

  /** @param {string} key */
  function addRow(key) {
    const { exchange, tradingsymbol } = splitKey(key);
    const open = h(
      "button",
      { class: "watch-open", type: "button", tabindex: "-1", on: { click: () => onOpen(key) } },
      tradingsymbol,
      exchange === "NSE" ? null : h("span", { class: "muted" }, ` ${exchange}`),
    );
    const last = h("td", { class: "figure live-price" }, "—");
    const change = h("td", { class: "figure" });
    const tr = h(
      "tr",
      { data: { key } },
      h("th", { scope: "row" }, open),
      last,
      change,
      h("td", { class: "watch-remove" }, iconButton("close", `Remove ${tradingsymbol}`, () => remove(key))),
    );
    tr.addEventListener("click", (event) => {
      if (event.target instanceof Element && !event.target.closest("button")) onOpen(key);
    });
    const draw = () => {
      const quote = quotes.get(key);
      patch(last, quote ? format.number(quote.ltp, format.decimalsOf(quote.tick)) : "—");
      last.classList.toggle("old", quote?.stale === true);
      patch(change, quote ? format.arrowPercent(quote.pct).replace("%", "") : "");
      only(change, ["up", "down", "flat"], format.direction(quote?.pct));
    };
    const undo = quotes.subscribe(key, () => paint(draw));
    rows.set(key, { tr, open, draw, undo });
    body.append(tr);
    draw();
  }

  /** One row can be reached by Tab; the arrows move from there. */
  function settle() {
    empty.hidden = rows.size > 0;
    const reachable = rows.has(selected) ? selected : lists[active][0];
    for (const [key, row] of rows) {
      row.open.tabIndex = key === reachable ? 0 : -1;
      row.tr.classList.toggle("selected", key === selected);
      if (key === selected) row.open.setAttribute("aria-current", "true");
      else row.open.removeAttribute("aria-current");
    }
  }

  /** @param {string} key */
  function add(key) {
    if (!lists[active].includes(key)) {
      if (lists[active].length >= longestList) {
        toast(`A list holds ${longestList} symbols. Remove one first.`, "bad");
        return;
      }
      lists = lists.map((list, at) => (at === active ? [...list, key] : list));
      save();
      addRow(key);
      const before = unwatch;
      unwatch = watch(lists[active]);
      before();
    }
    onOpen(key);
  }

  /** @param {string} key */
  function remove(key) {
    const at = lists[active].indexOf(key);
    if (at < 0) return;
    lists = lists.map((list, index) => (index === active ? list.filter((other) => other !== key) : list));
    save();
    show();
    rows.get(lists[active][Math.min(at, lists[active].length - 1)])?.open.focus();
    toast(`${splitKey(key).tradingsymbol} is off list ${active + 1}.`);
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const key = event.target instanceof Element ? event.target.closest("tr")?.dataset.key : undefined;
    if (!key) return;
    if (event.key === "Delete") {
      event.preventDefault();
      remove(key);
      return;
    }
    const keys = lists[active];
    const at = keys.indexOf(key);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: keys.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const target = rows.get(keys[Math.max(0, Math.min(keys.length - 1, next))])?.open;
    for (const row of rows.values()) row.open.tabIndex = row.open === target ? 0 : -1;
    target?.focus();
  }

  show();
  bag.add(() => {
    unwatch();
    for (const row of rows.values()) {
      row.undo();
      forget(row.draw);
    }
  });
  return {
    root,
    /** Marks the symbol that the page shows. @param {string} key */
    select(key) {
      selected = key;
      settle();
    },
    focus() {
      const reachable = [...rows.values()].find((row) => row.open.tabIndex === 0);
      reachable?.open.focus();
    },
    destroy: () => bag.empty(),
  };
}
