// The tables of a paper book, used by the trade page and by the pages of their own: positions, orders, trades, funds. What is in
// them comes from live.js; acts on rows are in order-acts.js.

import { h, patch } from "../core/dom.js";
import * as format from "../core/format.js";
import { bookLoaded, funds, instrumentKey, isWorking, orders, positionKey, positions, quotes, trades } from "../core/live.js";
import { paint } from "../core/paint.js";
import { createBag } from "../core/store.js";
import { cancelOrder, exitPosition, instrumentLink, modifyOrder } from "./order-acts.js";
import { openWhy } from "./fill-why.js";
import { createTable, rowButton } from "./table.js";
import { priceWords, productWord, progress, sideWord, statusWord } from "./words.js";

/** @typedef {import("../types.d.ts").Order} Order */
/** @typedef {import("../types.d.ts").Position} Position */
/** @typedef {import("../types.d.ts").Trade} Trade */

/** @param {string} key */
const decimalsFor = (key) => format.decimalsOf(quotes.get(key)?.tick);

/**
 * The cell that names a row by its instrument.
 * @template {{ exchange: string, tradingsymbol: string }} R
 * @returns {import("./table.js").Column<R>}
 */
function instrumentColumn() {
  return {
    id: "instrument",
    label: "Instrument",
    header: true,
    phone: "title",
    sort: (row) => row.tradingsymbol,
    make: (row) => {
      const link = instrumentLink(instrumentKey(row()), row().tradingsymbol);
      return { node: link };
    },
  };
}

/** @param {number | null} value @param {string} text */
const toned = (value, text) => ({ text, class: format.direction(value) });

/** @param {{ acts?: boolean }} [options] */
export function positionColumns({ acts = true } = {}) {
  /** @type {import("./table.js").Column<Position>[]} */
  const columns = [
    instrumentColumn(),
    { id: "product", label: "Product", phone: "none", text: (row) => ({ text: row.product, title: productWord(row.product) }) },
    {
      id: "quantity",
      label: "Qty",
      kind: "number",
      phone: "none",
      sort: (row) => row.quantity,
      text: (row) => format.signedQuantity(row.quantity),
    },
    {
      id: "average",
      label: "Avg",
      kind: "number",
      phone: "none",
      text: (row) => format.number(row.average_price, decimalsFor(instrumentKey(row))),
    },
    {
      id: "sub",
      label: "Size",
      phone: "sub",
      phoneOnly: true,
      text: (row) =>
        `${row.product} · ${format.signedQuantity(row.quantity)} @ ${format.number(row.average_price, decimalsFor(instrumentKey(row)))}`,
    },
    {
      id: "last",
      label: "LTP",
      kind: "number",
      phone: "none",
      text: (row) => ({ text: format.number(row.last_price, decimalsFor(instrumentKey(row))), class: "live-price" }),
    },
    {
      id: "pnl",
      label: "P&L",
      kind: "number",
      phone: "right",
      sort: (row) => row.unrealised_pnl,
      text: (row) => toned(row.unrealised_pnl, format.signed(row.unrealised_pnl)),
    },
    {
      id: "percent",
      label: "Chg",
      kind: "number",
      phone: "sub-right",
      sort: (row) => row.pnl_percent,
      text: (row) => toned(row.pnl_percent, format.arrowPercent(row.pnl_percent)),
    },
  ];
  if (acts) {
    columns.push({
      id: "acts",
      label: "Actions",
      hideLabel: true,
      phone: "actions",
      make: (row) => ({ node: rowButton("Exit", () => exitPosition(row()), `Exit ${row().tradingsymbol} ${row().product}`) }),
    });
  }
  return columns;
}

/** @param {Order} row */
const averageWords = (row) => (Number(row.filled_quantity) > 0 ? format.number(row.average_price, decimalsFor(instrumentKey(row))) : "");

/**
 * @param {{ acts?: boolean, wide?: boolean }} [options] `wide`: dates, and the average beside the order's own price instead of in its place
 */
export function orderColumns({ acts = true, wide = false } = {}) {
  /** @type {import("./table.js").Column<Order>[]} */
  const columns = [
    {
      id: "time",
      label: "Time",
      phone: "none",
      sort: (row) => row.order_timestamp,
      text: (row) =>
        wide
          ? format.dateTime(row.order_timestamp)
          : { text: format.time(row.order_timestamp), title: format.dateTime(row.order_timestamp) },
    },
    instrumentColumn(),
    {
      id: "side",
      label: "Side",
      phone: "none",
      text: (row) => ({ text: sideWord(row.transaction_type), class: `side-${row.transaction_type.toLowerCase()}` }),
    },
    { id: "type", label: "Type", phone: "none", text: (row) => `${row.order_type} · ${row.product}` },
    { id: "quantity", label: "Qty", kind: "number", phone: "none", text: progress },
    {
      id: "price",
      label: "Price",
      kind: "number",
      phone: "none",
      text: (row) => {
        const own = priceWords(row, decimalsFor(instrumentKey(row)));
        return { text: (!wide && averageWords(row)) || own, title: own };
      },
    },
    ...(wide
      ? [
        /** @type {import("./table.js").Column<Order>} */ ({
          id: "average",
          label: "Avg",
          kind: "number",
          phone: "none",
          text: averageWords,
        }),
        /** @type {import("./table.js").Column<Order>} */ ({ id: "tag", label: "Tag", phone: "none", text: (row) => row.tag ?? "" }),
      ]
      : []),
    {
      id: "sub",
      label: "Terms",
      phone: "sub",
      phoneOnly: true,
      text: (row) =>
        `${sideWord(row.transaction_type)} ${progress(row)} · ${row.order_type} ${row.order_type === "MARKET" ? "" : priceWords(row)}`
          .trim(),
    },
    {
      id: "status",
      label: "Status",
      phone: "right",
      text: (row) => ({
        text: statusWord(row.status).text,
        class: `status ${statusWord(row.status).tone}`,
        title: row.status_message ?? "",
      }),
    },
    {
      id: "when",
      label: "Time",
      phone: "sub-right",
      phoneOnly: true,
      text: (row) => wide ? format.dateTime(row.order_timestamp) : format.time(row.order_timestamp),
    },
    {
      id: "reason",
      label: "Reason",
      hideLabel: true,
      phone: "reason",
      text: (row) => ({ text: row.status_message ?? "", title: row.status_message ?? "" }),
    },
  ];
  if (acts) {
    columns.push({
      id: "acts",
      label: "Actions",
      hideLabel: true,
      phone: "actions",
      make: (row) => {
        const name = () => `${sideWord(row().transaction_type)} ${row().tradingsymbol}`;
        const buttons = h("span", { class: "row-acts" }, [
          rowButton("Modify", () => modifyOrder(row(), decimalsFor(instrumentKey(row()))), `Modify ${name()}`),
          rowButton("Cancel", () => cancelOrder(row()), `Cancel ${name()}`),
        ]);
        return { node: buttons, update: (next) => buttons.toggleAttribute("hidden", !isWorking(next)) };
      },
    });
  }
  return columns;
}

/** @param {{ dates?: boolean }} [options] */
export function tradeColumns({ dates = false } = {}) {
  /** @type {import("./table.js").Column<Trade>[]} */
  const columns = [
    {
      id: "time",
      label: "Time",
      phone: "none",
      sort: (row) => format.instant(row.at),
      text: (row) => dates ? format.dateTime(row.at) : { text: format.time(row.at), title: format.dateTime(row.at) },
    },
    instrumentColumn(),
    {
      id: "side",
      label: "Side",
      phone: "none",
      text: (row) => ({ text: sideWord(row.transaction_type), class: `side-${row.transaction_type.toLowerCase()}` }),
    },
    { id: "product", label: "Product", phone: "none", text: (row) => row.product ?? "" },
    { id: "quantity", label: "Qty", kind: "number", phone: "none", text: (row) => format.quantity(row.quantity) },
    {
      id: "price",
      label: "Price",
      kind: "number",
      phone: "none",
      text: (row) => format.number(row.price, decimalsFor(instrumentKey(row))),
    },
    {
      id: "sub",
      label: "Fill",
      phone: "sub",
      phoneOnly: true,
      text: (row) =>
        `${sideWord(row.transaction_type)} ${format.quantity(row.quantity)} @ ${format.number(row.price, decimalsFor(instrumentKey(row)))}`,
    },
    { id: "value", label: "Value", kind: "number", phone: "right", sort: (row) => row.value, text: (row) => format.number(row.value) },
    { id: "charges", label: "Charges", kind: "number", phone: "none", text: (row) => format.number(row.charges) },
    {
      id: "realised",
      label: "Realised",
      kind: "number",
      phone: "sub-right",
      sort: (row) => row.realised_pnl,
      text: (row) =>
        row.realised_pnl === null || row.realised_pnl === undefined ? "" : toned(row.realised_pnl, format.signed(row.realised_pnl)),
    },
    {
      id: "acts",
      label: "Why",
      hideLabel: true,
      phone: "actions",
      make: (row) => {
        const button = h("button", { class: "button quiet", type: "button", on: { click: () => openWhy(row()) } }, "Why?");
        return {
          node: button,
          update: (now) => button.setAttribute("aria-label", `Why ${now.tradingsymbol} filled at ${format.number(now.price)}`),
        };
      },
    },
  ];
  return columns;
}

/** Positions as they move. @returns {{ root: HTMLElement, destroy: () => void }} */
export function livePositions() {
  const table = createTable({
    caption: "Positions",
    columns: positionColumns(),
    key: positionKey,
    empty: "No open positions. Place an order with Buy or Sell.",
    class: "two-line",
  });
  return follow(table, () => positions.values(), [positions.subscribeAll]);
}

/** Working orders first, then the others, newest first. @returns {{ root: HTMLElement, destroy: () => void }} */
export function liveOrders() {
  const table = createTable({
    caption: "Orders",
    columns: orderColumns(),
    key: (row) => row.order_id,
    empty: "No orders yet. Place one with Buy or Sell.",
    class: "two-line orders",
  });
  const inOrder = () =>
    orders.values().sort((a, b) =>
      Number(isWorking(b)) - Number(isWorking(a)) ||
      (a.order_timestamp < b.order_timestamp ? 1 : a.order_timestamp > b.order_timestamp ? -1 : a.order_id < b.order_id ? 1 : -1)
    );
  return follow(table, inOrder, [orders.subscribeAll]);
}

/** The newest fills. @returns {{ root: HTMLElement, destroy: () => void }} */
export function liveTrades() {
  const table = createTable({
    caption: "Trades",
    columns: tradeColumns(),
    key: (row) => row.trade_id,
    empty: "No fills yet. They appear here the moment an order fills.",
    class: "two-line",
  });
  return follow(table, () => trades.get(), [trades.subscribe]);
}

/**
 * @param {{ root: HTMLElement, show: (rows: any[]) => void, destroy: () => void }} table
 * @param {() => any[]} rows
 * @param {Array<(listener: any) => () => void>} sources
 */
function follow(table, rows, sources) {
  const bag = createBag();
  const refresh = () => bookLoaded.get() && table.show(rows());
  for (const source of [...sources, bookLoaded.subscribe]) bag.add(source(refresh));
  refresh();
  return {
    root: table.root,
    destroy() {
      bag.empty();
      table.destroy();
    },
  };
}

/** @type {Array<[keyof import("../types.d.ts").Funds, string, string]>} */
const fundRows = [
  ["available_funds", "Available", "What a new order may use."],
  ["invested_funds", "In use", "Held by positions and by open orders."],
  ["reserved_funds", "of which reserved", "Held by open orders alone."],
  ["realized_pnl", "Realised P&L", "Booked by closing positions."],
  ["unrealized_pnl", "Unrealised P&L", "At the last price."],
  ["day_pnl", "Day P&L", "Since the start of the trading day."],
  ["total_value", "Total value", "Available, in use, and unrealised P&L."],
  ["virtual_capital", "Starting capital", "Paper money the book began with."],
];

/** The funds as cards, live. @returns {{ root: HTMLElement, destroy: () => void }} */
export function liveFunds() {
  const cells = new Map(fundRows.map(([name]) => [name, h("dd", { class: "loading" }, "…")]));
  const root = h(
    "dl",
    { class: "cards" },
    fundRows.map(([name, label, why]) => h("div", { class: "card", title: why }, h("dt", null, label), cells.get(name))),
  );
  const draw = () => {
    const now = funds.get();
    if (!now) return;
    for (const [name, cell] of cells) {
      const isResult = name.endsWith("_pnl");
      patch(cell, isResult ? format.signedRupees(now[name]) : format.rupees(now[name]));
      cell.className = isResult ? format.direction(now[name]) : "";
    }
  };
  draw();
  return { root, destroy: funds.subscribe(() => paint(draw)) };
}
