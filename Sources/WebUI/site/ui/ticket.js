// The order ticket. What an order would cost comes from the server's estimate; what became of it comes from the book's events.
// One intention has one client order id: it is renewed only when the server has answered, so a double click or a retry after
// a lost answer cannot make two orders.

import { api, ApiError } from "../core/api.js";
import { h, patch, uniqueID } from "../core/dom.js";
import * as format from "../core/format.js";
import { newID } from "../core/ids.js";
import { connection, funds, isWorking, orders, quotes, splitKey } from "../core/live.js";
import { forget, paint } from "../core/paint.js";
import { createBag } from "../core/store.js";
import { field, segmented } from "./field.js";
import { timed } from "./order-acts.js";
import { outcome, sideWord } from "./words.js";

/** @typedef {import("../types.d.ts").OrderDraft} OrderDraft */
/** @typedef {import("../types.d.ts").OrderType} OrderType */
/** @typedef {import("../types.d.ts").Side} Side */

/** Two clicks within this time are one double click, as systems have it. */
const doubleClickMilliseconds = 500;
const estimatePauseMilliseconds = 250;
/** A market order's cost moves with the price; asked again this often while the ticket is seen. */
const estimateEveryMilliseconds = 1_500;

/** @param {{ onDone: (words: string, tone: "good" | "bad" | "plain") => void, onLeave: () => void }} edges */
export function createTicket({ onDone, onLeave }) {
  const bag = createBag();
  let instrument = "";
  /** @type {Side} */
  let side = "BUY";
  /** @type {OrderType} */
  let type = "MARKET";
  /** @type {import("../types.d.ts").Product} */
  let product = "MIS";
  let id = newID();
  let sending = false;
  let sentAt = -doubleClickMilliseconds;
  let turn = 0;
  /** @type {any} */
  let estimateTimer = null;
  let forgetQuote = () => {};
  let forgetOrder = () => {};

  const heading = uniqueID("ticket");
  const symbol = h("strong", null);
  const last = h("span", { class: "muted live-price" });
  const sides = segmented({
    label: "Side",
    hideLabel: true,
    class: "sides",
    value: side,
    options: [["BUY", "Buy", h("kbd", { "aria-hidden": "true" }, "B")], ["SELL", "Sell", h("kbd", { "aria-hidden": "true" }, "S")]],
    onChange: (value) => setSide(/** @type {Side} */ (value)),
  });
  const quantity = field({
    label: "Quantity",
    name: "quantity",
    value: "1",
    attributes: { inputmode: "numeric", "data-focus": true },
    on: { input: changed, keydown: (event) => stepped(event, quantity, lot(), 0) },
  });
  const price = field({
    label: "Price",
    name: "price",
    attributes: { inputmode: "decimal" },
    on: { input: changed, keydown: (event) => stepped(event, price, tick(), decimals()) },
  });
  const trigger = field({
    label: "Trigger price",
    name: "trigger_price",
    attributes: { inputmode: "decimal" },
    on: { input: changed, keydown: (event) => stepped(event, trigger, tick(), decimals()) },
  });
  const facts = h("p", { class: "ticket-facts" });
  const types = segmented({
    label: "Type",
    value: type,
    options: [["MARKET", "Market"], ["LIMIT", "Limit"], ["SL", "SL"], ["SL-M", "SL-M"]],
    onChange: (value) => setType(/** @type {OrderType} */ (value)),
  });
  const products = segmented({
    label: "Product",
    value: product,
    options: [["MIS", "Intraday"], ["CNC", "Delivery"]],
    onChange: (value) => {
      product = /** @type {import("../types.d.ts").Product} */ (value);
      changed();
    },
  });
  const tag = field({
    label: "Tag",
    name: "tag",
    hint: "Yours, to find and count the order by.",
    attributes: { maxlength: "20", spellcheck: "false" },
    on: { input: changed },
  });
  const costs = Object.fromEntries(["value", "margin", "charges", "available"].map((name) => [name, h("dd", null, "—")]));
  const later = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", name: "variety", on: { change: changed } }));
  const laterRow = h("label", { class: "ticket-later" }, later, " Send when the market opens (after-market order)");
  laterRow.hidden = true;
  const doubt = h("p", { class: "ticket-doubt", role: "status" });
  const problem = h("p", { class: "form-error", role: "alert" });
  const result = h("p", { class: "ticket-result", role: "status" });
  const sendText = document.createTextNode("Buy");
  const send = h("button", { class: "button send buy wide", type: "submit" }, sendText, h("span", { class: "send-kind" }, "PAPER"));

  const root = h(
    "form",
    {
      class: "ticket",
      novalidate: true,
      "aria-labelledby": heading,
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void place(type);
        },
        keydown: pressed,
      },
    },
    h("h2", { class: "spoken", id: heading }, "Order ticket"),
    sides.root,
    h("p", { class: "ticket-instrument" }, symbol, " ", last),
    h("div", { class: "ticket-fields" }, quantity.root, price.root, trigger.root),
    facts,
    types.root,
    products.root,
    h("details", { class: "ticket-more" }, h("summary", null, "Tag"), tag.root),
    h(
      "dl",
      { class: "costs" },
      [["value", "Value"], ["margin", "Margin"], ["charges", "Charges (est.)"], ["available", "Available"]].map(([name, label]) =>
        h("div", null, h("dt", null, label), costs[name])
      ),
    ),
    laterRow,
    doubt,
    problem,
    send,
    result,
    h("p", { class: "ticket-keys" }, "Enter sends · Shift+Enter sends at market · Esc leaves"),
  );

  const tick = () => Number(quotes.get(instrument)?.tick ?? 0.05);
  const lot = () => Number(quotes.get(instrument)?.lot ?? 1);
  const decimals = () => format.decimalsOf(quotes.get(instrument)?.tick);

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      void place("MARKET");
    } else if (event.key === "Escape") {
      onLeave();
    }
  }

  /**
   * Arrow keys step a figure by the lot or the tick.
   * @param {KeyboardEvent} event
   * @param {typeof quantity} part
   * @param {number} step
   * @param {number} places
   */
  function stepped(event, part, step, places) {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const present = format.parseDecimal(part.input.value) ?? 0;
    const next = Math.max(step, present + (event.key === "ArrowUp" ? step : -step));
    part.input.value = next.toFixed(places);
    changed();
  }

  function changed() {
    paint(draw);
    patch(problem, "");
    for (const part of [quantity, price, trigger, tag]) part.error("");
    // What is on screen is not what the last answer was about.
    sentAt = -doubleClickMilliseconds;
    if (!sending) id = newID();
    clearTimeout(estimateTimer);
    estimateTimer = setTimeout(() => void estimate(), estimatePauseMilliseconds);
  }

  /** @param {Side} next */
  function setSide(next) {
    side = next;
    sides.set(next);
    patch(result, "");
    changed();
  }

  /** @param {OrderType} next */
  function setType(next) {
    type = next;
    types.set(next);
    const ltp = quotes.get(instrument)?.ltp;
    const usesPrice = next === "LIMIT" || next === "SL";
    const usesTrigger = next === "SL" || next === "SL-M";
    price.input.disabled = !usesPrice;
    price.input.placeholder = usesPrice ? "" : "Market";
    if (!usesPrice) price.input.value = "";
    else if (price.input.value === "" && ltp) price.input.value = Number(ltp).toFixed(decimals());
    trigger.show(usesTrigger);
    if (!usesTrigger) trigger.input.value = "";
    changed();
  }

  /**
   * The order as the ticket stands, or null with words at the field that stops it.
   * @param {OrderType} kind
   * @param {boolean} speak
   * @returns {OrderDraft | null}
   */
  function read(kind, speak) {
    /** @type {OrderDraft} */
    const draft = { ...splitKey(instrument), transaction_type: side, quantity: 0, product, order_type: kind };
    /** @param {typeof quantity} part @param {string} words */
    const wrong = (part, words) => {
      if (speak) {
        part.error(words);
        part.input.focus();
      }
      return null;
    };
    if (later.checked) draft.variety = "amo";
    const size = format.parseDecimal(quantity.input.value);
    if (size === null || size <= 0) return wrong(quantity, "Enter how many to trade.");
    draft.quantity = size;
    if (kind === "LIMIT" || kind === "SL") {
      const figure = format.parseDecimal(price.input.value);
      if (figure === null || figure <= 0) return wrong(price, "Enter a price.");
      draft.price = figure;
    }
    if (kind === "SL" || kind === "SL-M") {
      const figure = format.parseDecimal(trigger.input.value);
      if (figure === null || figure <= 0) return wrong(trigger, "Enter a trigger price.");
      draft.trigger_price = figure;
    }
    const words = tag.input.value.trim();
    if (words !== "") draft.tag = words;
    return draft;
  }

  async function estimate() {
    clearTimeout(estimateTimer);
    turn += 1;
    const mine = turn;
    const draft = instrument ? read(type, false) : null;
    if (!draft) return showEstimate(null, "");
    if (!document.hidden && root.isConnected) {
      try {
        const answer = await api.estimate(draft);
        if (mine === turn) {
          showEstimate(answer, answer.would_be_accepted ? "" : answer.detail ?? answer.error ?? "This order would be refused.");
        }
      } catch (error) {
        if (mine !== turn) return;
        showEstimate(null, error instanceof Error ? error.message : String(error));
      }
    }
    clearTimeout(estimateTimer);
    if (type === "MARKET" || type === "SL-M") estimateTimer = setTimeout(() => void estimate(), estimateEveryMilliseconds);
  }

  /** @param {import("../types.d.ts").Estimate | null} answer @param {string} words */
  function showEstimate(answer, words) {
    // Offered where the market is closed, and as long as it is chosen.
    if (answer) laterRow.hidden = !later.checked && answer.error !== "market_closed" && answer.error !== "wrong_phase";
    // An order that would be refused blocks nothing: zeros here would look as if it cost nothing.
    const taken = answer?.would_be_accepted ? answer : null;
    patch(costs.value, format.rupees(answer?.value));
    patch(costs.margin, format.rupees(taken?.margin));
    patch(costs.charges, format.rupees(taken?.charges));
    patch(costs.available, format.rupees(answer?.available ?? funds.get()?.available_funds));
    // Said once is enough.
    patch(doubt, words === problem.textContent ? "" : words);
  }

  /** @param {OrderType} kind */
  async function place(kind) {
    // The second half of a double click may come after the answer to the first: it is the same intention.
    if (sending || !instrument || performance.now() - sentAt < doubleClickMilliseconds) return;
    patch(problem, "");
    patch(result, "");
    const draft = read(kind, true);
    if (!draft) return;
    sending = true;
    sentAt = performance.now();
    draw();
    forgetOrder();
    try {
      const answer = await timed(() => api.placeOrder({ ...draft, client_order_id: id }));
      id = newID();
      follow(answer.order);
      onDone(outcome(answer.order), answer.order.status === "REJECTED" ? "bad" : "good");
    } catch (error) {
      if (error instanceof ApiError && error.outcomeUnknown) {
        // The same id goes along next time: the server answers with the order it has, if it has it. The next click may come at once.
        sentAt = -doubleClickMilliseconds;
        refused(`${error.message} Whether the order arrived is not known; sending again is safe.`, null);
      } else {
        id = newID();
        const words = error instanceof Error ? error.message : String(error);
        refused(
          error instanceof ApiError && error.body?.order_id ? `Rejected: ${words}` : words,
          error instanceof ApiError ? error.field : null,
        );
      }
    } finally {
      sending = false;
      draw();
      void estimate();
    }
  }

  /** @param {string} words @param {string | null} name */
  function refused(words, name) {
    const part = { quantity, price, trigger_price: trigger, tag }[name ?? ""];
    if (part && !part.input.disabled) {
      part.error(words);
      part.input.focus();
    } else {
      patch(problem, words);
    }
  }

  /** Says what becomes of the order, until it is final. @param {import("../types.d.ts").Order} order */
  function follow(order) {
    const say = () => {
      const now = orders.get(order.order_id) ?? order;
      patch(result, outcome(now));
      if (!isWorking(now)) forgetOrder();
    };
    const undo = orders.subscribe(order.order_id, say);
    forgetOrder = () => {
      undo();
      forgetOrder = () => {};
    };
    say();
  }

  function draw() {
    const quote = quotes.get(instrument);
    const { tradingsymbol } = splitKey(instrument);
    patch(symbol, tradingsymbol);
    patch(last, quote ? `₹${format.number(quote.ltp, decimals())}` : "");
    const size = format.parseDecimal(quantity.input.value);
    patch(sendText, sending ? "Sending… " : `${sideWord(side)} ${size === null ? "" : `${format.quantity(size)} `}${tradingsymbol} `);
    send.classList.toggle("buy", side === "BUY");
    send.classList.toggle("sell", side === "SELL");
    root.classList.toggle("selling", side === "SELL");
    const cannot = quote?.tradable === false;
    send.disabled = sending || !quote || cannot;
    patch(
      facts,
      cannot
        ? "An index cannot be traded itself."
        : quote?.lot === undefined
        ? ""
        : `Lot ${format.quantity(quote.lot)} · tick ${format.number(quote.tick, decimals())}${quote.simulated ? " · Simulated" : ""}`,
    );
    if (costs.available.textContent === "—") patch(costs.available, format.rupees(funds.get()?.available_funds));
  }

  bag.add(
    funds.subscribe((now) => {
      if (now) paint(() => patch(costs.available, format.rupees(now.available_funds)));
    }),
    // What could not be asked while the server was away is asked when it is back.
    connection.subscribe((state) => {
      if (state === "live" && instrument) void estimate();
    }),
    () => {
      clearTimeout(estimateTimer);
      forgetQuote();
      forgetOrder();
      forget(draw);
    },
  );
  setType(type);

  return {
    root,
    /** @param {string} key */
    setInstrument(key) {
      if (key === instrument) return;
      forgetQuote();
      instrument = key;
      price.input.value = "";
      trigger.input.value = "";
      later.checked = false;
      laterRow.hidden = true;
      quantity.input.value = format.quantity(quotes.get(key)?.lot ?? 1).replace(/,/g, "");
      patch(result, "");
      setType(type);
      let hadFacts = quotes.get(key)?.lot !== undefined;
      forgetQuote = quotes.subscribe(key, (quote) => {
        if (!hadFacts && quote?.lot !== undefined) {
          // The facts came after the ticket: lot and price can be filled in now, if nobody has typed meanwhile.
          hadFacts = true;
          if (quantity.input.value === "1") quantity.input.value = String(quote.lot);
          setType(type);
        }
        paint(draw);
      });
    },
    setSide,
    focus() {
      quantity.input.focus();
      quantity.input.select();
    },
    refresh: () => void estimate(),
    destroy: () => bag.empty(),
  };
}
