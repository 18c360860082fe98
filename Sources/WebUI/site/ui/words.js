// What the wire's words are called on screen, and how an order's price and progress read. Figures go through format.js.

import * as format from "../core/format.js";

/** @typedef {import("../types.d.ts").Order} Order */

/** @type {Record<string, { text: string, tone: string }>} */
const statuses = {
  "OPEN": { text: "Open", tone: "working" },
  "TRIGGER PENDING": { text: "Trigger pending", tone: "working" },
  "AMO REQ RECEIVED": { text: "Waits for open", tone: "working" },
  "COMPLETE": { text: "Filled", tone: "done" },
  "CANCELLED": { text: "Cancelled", tone: "muted" },
  "REJECTED": { text: "Rejected", tone: "refused" },
  "PENDING": { text: "Pending", tone: "muted" },
};

/** @param {string} status */
export const statusWord = (status) => statuses[status] ?? { text: status, tone: "muted" };

/** @type {Record<string, string>} */
const products = { MIS: "Intraday", CNC: "Delivery", NRML: "Carry" };
/** @param {string} product */
export const productWord = (product) => products[product] ?? product;

/** @param {string} side */
export const sideWord = (side) => (side === "BUY" ? "Buy" : "Sell");

/**
 * `1,990.00`, `1,990.00 · trg 1,985.00`, `Market`.
 * @param {Pick<Order, "order_type" | "price" | "trigger_price">} order
 * @param {number} [decimals]
 */
export function priceWords(order, decimals = 2) {
  const price = order.order_type === "LIMIT" || order.order_type === "SL" ? format.number(order.price, decimals) : "Market";
  const hasTrigger = order.order_type === "SL" || order.order_type === "SL-M";
  return hasTrigger ? `${price} · trg ${format.number(order.trigger_price, decimals)}` : price;
}

/** `250`, or `100 / 250` while it fills. @param {Order} order */
export function progress(order) {
  const whole = format.quantity(order.quantity);
  const filled = Number(order.filled_quantity);
  return filled > 0 && order.status !== "COMPLETE" ? `${format.quantity(filled)} / ${whole}` : whole;
}

/** What became of an order, in one sentence. @param {Order} order */
export function outcome(order) {
  const what = `${format.quantity(order.quantity)} ${order.tradingsymbol}`;
  switch (order.status) {
    case "COMPLETE":
      return `${order.transaction_type === "BUY" ? "Bought" : "Sold"} ${what} at ${format.number(order.average_price)}.`;
    case "REJECTED":
      return `Rejected: ${order.status_message || order.error || "no reason given"}`;
    case "CANCELLED":
      return `${sideWord(order.transaction_type)} ${what} was cancelled${
        Number(order.filled_quantity) > 0 ? ` after ${format.quantity(order.filled_quantity)} filled` : ""
      }.`;
    case "TRIGGER PENDING":
      return `${sideWord(order.transaction_type)} ${what} waits for its trigger at ${format.number(order.trigger_price)}.`;
    case "AMO REQ RECEIVED":
      return `${sideWord(order.transaction_type)} ${what} waits for the market to open.`;
    default:
      return `${sideWord(order.transaction_type)} ${what} is open at ${priceWords(order)}.`;
  }
}
