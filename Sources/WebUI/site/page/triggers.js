// Orders that wait for a price: what waits with how far the price still is, drawn; what became of the others; and new ones, with one leg or two.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { instrumentKey, onEvent, quotes, splitKey, watch } from "../core/live.js";
import { confirm, openDialog } from "../ui/dialog.js";
import { field, form, segmented } from "../ui/field.js";
import { toast } from "../ui/toast.js";
import { productWord, sideWord } from "../ui/words.js";

export const title = "Triggers";
export const styles = ["table", "pages"];

const eventPauseMilliseconds = 300;
/** How much of the drawing lies beyond its outer prices. */
const marginShare = 0.08;
/** @type {Record<string, string>} */
const ends = { triggered: "Triggered", deleted: "Deleted", expired: "Expired", cancelled: "Cancelled by a fresh start of the book" };

/** @typedef {import("../types.d.ts").Trigger} Trigger */
/** @typedef {import("../types.d.ts").TriggerLeg} TriggerLeg */

/** @param {HTMLElement} root */
export function mount(root) {
  let gone = false;
  /** @type {Array<() => void>} */
  let rowEnds = [];
  const body = h("div", { class: "triggers" }, h("p", { class: "muted", role: "status" }, "Loading what waits…"));
  append(root, [
    h("div", { class: "page" }, [
      h(
        "div",
        { class: "page-head" },
        h("h1", null, "Triggers"),
        h("span", { class: "badge paper" }, "PAPER"),
        h("span", { class: "spring" }),
        h("a", { class: "button", href: "/orders" }, "Orders"),
        h("button", { class: "button primary", type: "button", on: { click: () => openMake() } }, "New trigger…"),
      ),
      h("p", { class: "muted" }, "An order that waits for its price, up to a year and over restarts. It holds no funds until the price comes; then it is a limit order of that day."),
      body,
    ]),
  ]);

  function endRows() {
    for (const end of rowEnds) end();
    rowEnds = [];
  }

  async function load() {
    try {
      const answer = await api.getTriggers();
      if (gone) return;
      endRows();
      const waiting = answer.gtt.filter((one) => one.status === "active");
      const ended = answer.gtt.filter((one) => one.status !== "active");
      rowEnds.push(watch([...new Set(waiting.map(instrumentKey))]));
      fill(
        body,
        waiting.length === 0
          ? h("p", null, "Nothing waits. A new trigger buys at a lower price, or guards a position with a target and a stop.")
          : h("ul", { class: "trigger-list", "aria-label": "Waiting" }, waiting.map(card)),
        ended.length > 0 && h("h2", null, "Ended"),
        ended.length > 0 && h("ul", { class: "trigger-list", "aria-label": "Ended" }, ended.map(endedCard)),
      );
    } catch (error) {
      if (gone) return;
      fill(
        body,
        h("p", { role: "alert" }, error instanceof Error ? error.message : String(error)),
        h("button", { class: "button", type: "button", on: { click: () => void load() } }, "Try again"),
      );
    }
  }

  /** @param {TriggerLeg} leg */
  const legWords = (leg) =>
    `${sideWord(leg.transaction_type)} ${format.quantity(leg.quantity)} ${productWord(leg.product)} at ${format.number(leg.price)} when ${format.number(leg.trigger_price)} is reached`;

  /** @param {Trigger} trigger */
  function head(trigger) {
    return h(
      "div",
      { class: "trigger-head" },
      h("h3", null, trigger.tradingsymbol, h("span", { class: "muted" }, ` ${trigger.exchange}`)),
      h("span", { class: "badge" }, trigger.status === "active" ? (trigger.type === "two-leg" ? "One cancels the other" : "Waiting") : ends[trigger.status]),
      h("span", { class: "spring" }),
    );
  }

  /** @param {Trigger} trigger */
  function card(trigger) {
    const draw = ladder(trigger);
    const key = instrumentKey(trigger);
    draw.update(quotes.get(key)?.ltp ?? trigger.last_price);
    rowEnds.push(quotes.subscribe(key, (quote) => quote?.ltp && draw.update(quote.ltp)));
    const line = head(trigger);
    line.append(
      h("button", { class: "button", type: "button", on: { click: () => askDelete(trigger) }, "aria-label": `Delete the trigger of ${trigger.tradingsymbol}` }, "Delete…"),
    );
    return h(
      "li",
      { class: "trigger-card" },
      line,
      draw.root,
      trigger.legs.map((leg) => h("p", null, legWords(leg), ".")),
      h("p", { class: "muted" }, `Waits from ${format.number(trigger.last_price)} until ${format.date(trigger.expires_at)}.`),
    );
  }

  /** @param {Trigger} trigger */
  function endedCard(trigger) {
    const reached = trigger.legs.find((leg) => leg.result);
    const result = reached?.result;
    return h(
      "li",
      { class: "trigger-card" },
      head(trigger),
      h("p", null, legWords(reached ?? trigger.legs[0]), "."),
      result &&
        h(
          "p",
          { class: result.rejection_reason ? "down" : "muted" },
          `${format.dateTime(result.timestamp)} at ${format.number(result.triggered_at)}: `,
          result.rejection_reason ?? h("a", { href: `/orders?symbol=${encodeURIComponent(trigger.tradingsymbol)}` }, "the order was placed"),
        ),
      !result && h("p", { class: "muted" }, format.dateTime(trigger.updated_at)),
    );
  }

  /**
   * A line from the lowest to the highest of triggers and price, with the price on it as it moves.
   * @param {Trigger} trigger
   */
  function ladder(trigger) {
    const marks = trigger.legs.map((leg) => h("span", { class: `mark ${leg.transaction_type === "BUY" ? "buy" : "sell"}` }, h("b", null, format.number(leg.trigger_price))));
    const dot = h("span", { class: "dot" }, h("b"));
    const root = h("div", { class: "ladder", role: "img" }, marks, dot);
    return {
      root,
      /** @param {number} price */
      update(price) {
        const prices = [...trigger.legs.map((leg) => leg.trigger_price), trigger.last_price, price];
        const [low, high] = [Math.min(...prices), Math.max(...prices)];
        const spread = high - low || 1;
        const place = (/** @type {number} */ at) => `${(marginShare + ((at - low) / spread) * (1 - 2 * marginShare)) * 100}%`;
        marks.forEach((mark, index) => mark.style.setProperty("left", place(trigger.legs[index].trigger_price)));
        dot.style.setProperty("left", place(price));
        /** @type {HTMLElement} */ (dot.firstChild).textContent = format.number(price);
        const nearest = Math.min(...trigger.legs.map((leg) => Math.abs(leg.trigger_price - price) / price));
        root.setAttribute("aria-label", `Last price ${format.number(price)}, ${(nearest * 100).toFixed(2)} % from the nearest trigger`);
      },
    };
  }

  /** @param {Trigger} trigger */
  function askDelete(trigger) {
    confirm({
      title: `Delete the trigger of ${trigger.tradingsymbol}?`,
      words: `${trigger.legs.map(legWords).join("; or ")}. It will not be placed any more.`,
      yes: "Delete",
      tone: "danger",
      act: async () => {
        await api.deleteTrigger(trigger.id);
        toast("Deleted.", "good");
        void load();
      },
    });
  }

  function openMake() {
    let kind = "single";
    let side = "BUY";
    let product = "CNC";
    const chooseKind = segmented({
      label: "Kind",
      value: kind,
      options: [["single", "One price"], ["two-leg", "Target and stop"]],
      onChange: (next) => {
        kind = next;
        for (const part of [trigger2, price2]) {
          part.root.hidden = kind === "single";
          part.input.required = kind !== "single";
        }
      },
    });
    const chooseSide = segmented({ label: "Side", value: side, options: [["BUY", "Buy"], ["SELL", "Sell"]], onChange: (next) => (side = next) });
    const chooseProduct = segmented({
      label: "Product",
      value: product,
      options: [["CNC", "Delivery"], ["MIS", "Intraday"], ["NRML", "Overnight"]],
      onChange: (next) => (product = next),
    });
    const symbol = field({
      label: "Instrument",
      name: "tradingsymbol",
      hint: "Such as NSE:INFY",
      attributes: { required: true, spellcheck: "false", maxlength: "60", "data-focus": true },
    });
    const decimal = { inputmode: "decimal", required: true };
    const quantity = field({ label: "Quantity", name: "legs.0.quantity", attributes: decimal });
    const trigger1 = field({ label: "Trigger price", name: "legs.0.trigger_price", attributes: decimal });
    const price1 = field({ label: "Limit price", name: "legs.0.price", attributes: decimal });
    const trigger2 = field({ label: "Other trigger price", name: "legs.1.trigger_price", attributes: { inputmode: "decimal" } });
    const price2 = field({ label: "Other limit price", name: "legs.1.price", attributes: { inputmode: "decimal" } });
    for (const part of [trigger2, price2]) part.root.hidden = true;
    openDialog({
      title: "New trigger",
      class: "small",
      content: (close) => {
        const made = form({
          fields: [symbol, quantity, trigger1, price1, trigger2, price2],
          button: "Let it wait",
          busy: "Storing it…",
          submit: async (values) => {
            const figure = (/** @type {string} */ name) => {
              const number = format.parseDecimal(values[name]);
              if (number === null) throw Object.assign(new Error("Please enter a number."), { field: name });
              return number;
            };
            const key = values.tradingsymbol.trim().toUpperCase();
            const { exchange, tradingsymbol } = splitKey(key.includes(":") ? key : `NSE:${key}`);
            const leg = (/** @type {number} */ index) => ({
              transaction_type: side,
              product,
              quantity: figure("legs.0.quantity"),
              trigger_price: figure(`legs.${index}.trigger_price`),
              price: figure(`legs.${index}.price`),
            });
            await api.makeTrigger({ exchange, tradingsymbol, legs: kind === "single" ? [leg(0)] : [leg(0), leg(1)] });
            close();
            toast("It waits.", "good");
            void load();
          },
        });
        made.root.prepend(chooseKind.root, chooseSide.root, chooseProduct.root);
        return [made.root];
      },
    });
  }

  /** @type {any} */
  let timer = null;
  const stop = onEvent(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void load(), eventPauseMilliseconds);
  });
  void load();
  return () => {
    gone = true;
    clearTimeout(timer);
    stop();
    endRows();
  };
}
