// What can be done to an order or a position that stands: modify, cancel, exit. Each asks first, and says afterwards what the server
// answered.

import { api, ApiError } from "../core/api.js";
import { h } from "../core/dom.js";
import * as format from "../core/format.js";
import { newID } from "../core/ids.js";
import { lastOrder } from "../core/live.js";
import { confirm, openDialog } from "./dialog.js";
import { field, form } from "./field.js";
import { toast } from "./toast.js";
import { outcome, priceWords, productWord, sideWord } from "./words.js";

/** @typedef {import("../types.d.ts").Order} Order */
/** @typedef {import("../types.d.ts").Position} Position */

/** Runs an order act, keeping how long the answer took. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
export async function timed(act) {
  const from = performance.now();
  const answer = await act();
  lastOrder.set(Math.round(performance.now() - from));
  return answer;
}

/** @param {Order} order */
export function cancelOrder(order) {
  confirm({
    title: "Cancel this order?",
    words: `${sideWord(order.transaction_type)} ${format.quantity(order.pending_quantity)} ${order.tradingsymbol}, ${
      priceWords(order)
    }, on paper.`,
    yes: "Cancel the order",
    tone: "danger",
    act: async () => {
      const answer = await timed(() => api.cancelOrder(order.order_id));
      toast(outcome(answer.order), "plain");
    },
  });
}

/** @param {Position} position */
export function exitPosition(position) {
  const side = position.quantity > 0 ? "SELL" : "BUY";
  const size = Math.abs(position.quantity);
  // One id for this dialog: pressing again after a lost answer cannot sell twice.
  let id = newID();
  confirm({
    title: "Exit this position?",
    words: `${sideWord(side)} ${format.quantity(size)} ${position.tradingsymbol} at market, ${
      productWord(position.product).toLowerCase()
    }, on paper.`,
    yes: `${sideWord(side)} ${format.quantity(size)} at market`,
    tone: side === "BUY" ? "buy" : "sell",
    act: async () => {
      try {
        const answer = await timed(() =>
          api.placeOrder({
            exchange: position.exchange,
            tradingsymbol: position.tradingsymbol,
            transaction_type: side,
            quantity: size,
            product: position.product,
            order_type: "MARKET",
            client_order_id: id,
          })
        );
        toast(outcome(answer.order), answer.order.status === "REJECTED" ? "bad" : "good");
      } catch (error) {
        if (!(error instanceof ApiError && error.outcomeUnknown)) id = newID();
        throw error;
      }
    },
  });
}

/** @param {Order} order @param {number} decimals */
export function modifyOrder(order, decimals) {
  const hasPrice = order.order_type === "LIMIT" || order.order_type === "SL";
  const hasTrigger = order.order_type === "SL" || order.order_type === "SL-M";
  const quantity = field({
    label: "Quantity",
    name: "quantity",
    value: String(order.quantity),
    attributes: { inputmode: "numeric", required: true, "data-focus": true },
  });
  const price = field({
    label: "Price",
    name: "price",
    value: plain(order.price, decimals),
    attributes: { inputmode: "decimal", required: hasPrice },
  });
  const trigger = field({
    label: "Trigger",
    name: "trigger_price",
    value: plain(order.trigger_price, decimals),
    attributes: { inputmode: "decimal", required: hasTrigger },
  });
  openDialog({
    title: `Modify: ${sideWord(order.transaction_type)} ${order.tradingsymbol}`,
    class: "small",
    content: (close) =>
      form({
        fields: [quantity, hasPrice && price, hasTrigger && trigger].filter((part) => part !== false),
        button: "Modify the order",
        busy: "Sending…",
        submit: async () => {
          /** @type {import("../types.d.ts").OrderChange} */
          const change = {};
          for (
            const [name, part, before] of /** @type {Array<["quantity" | "price" | "trigger_price", typeof price, number | null]>} */ ([
              ["quantity", quantity, order.quantity],
              ["price", price, order.price],
              ["trigger_price", trigger, order.trigger_price],
            ])
          ) {
            if ((name === "price" && !hasPrice) || (name === "trigger_price" && !hasTrigger)) continue;
            const figure = format.parseDecimal(part.input.value);
            if (figure === null) throw Object.assign(new Error("Please enter a number."), { field: name });
            if (figure !== Number(before)) change[name] = figure;
          }
          if (Object.keys(change).length > 0) {
            const answer = await timed(() => api.modifyOrder(order.order_id, change));
            toast(`Modified. ${outcome(answer.order)}`, "plain");
          }
          close();
        },
      }).root,
  });
}

/** @param {number | null} figure @param {number} decimals */
function plain(figure, decimals) {
  return figure === null || figure === undefined ? "" : Number(figure).toFixed(decimals);
}

/** A link that brings an instrument onto the trade page. @param {string} key @param {string} text */
export function instrumentLink(key, text) {
  return h("a", { class: "instrument-link", href: `/trade?i=${encodeURIComponent(key)}` }, text);
}
