// The limits of the chosen book, what they stand at, and the kill switches, each with how far it reaches said before and after.

import { api } from "../core/api.js";
import { books, chosenBook } from "../core/book.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { onEvent } from "../core/live.js";
import { user } from "../core/session.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/field.js";
import { toast } from "../ui/toast.js";

export const title = "Risk";
export const styles = ["table", "pages"];

const eventPauseMilliseconds = 600;

/** @typedef {import("../types.d.ts").Risk} Risk */
/** @typedef {import("../types.d.ts").RiskStop} RiskStop */

/** @type {Record<string, { label: string, money: boolean, hint: string }>} */
const limits = {
  day_loss: { label: "Loss a day, ₹", money: true, hint: "Realised and open together. Reached, it holds until midnight." },
  open_positions: { label: "Positions", money: false, hint: "Open, and asked for by working orders." },
  orders_per_day: { label: "Orders a day", money: false, hint: "Rejected ones do not count." },
  order_value: { label: "Value of an order, ₹", money: true, hint: "Price × quantity." },
};

/** @type {Array<{ scope: "book" | "user" | "house", label: string, reach: string }>} */
const switches = [
  { scope: "book", label: "This book", reach: "Reaches this book alone." },
  { scope: "user", label: "All my books", reach: "Reaches every book of yours, those made later too." },
  { scope: "house", label: "The whole house", reach: "Reaches every book of everybody in this house." },
];

/** @param {HTMLElement} root */
export function mount(root) {
  let gone = false;
  const body = h("div", { class: "risk" }, h("p", { class: "muted", role: "status" }, "Loading the limits…"));
  const name = h("code", null, chosenBook());
  append(root, [
    h("div", { class: "page" }, [
      h(
        "div",
        { class: "page-head" },
        h("h1", null, "Risk"),
        h("span", { class: "badge paper" }, "PAPER"),
        name,
        h("span", { class: "spring" }),
        h("a", { class: "button", href: "/books" }, "Books"),
      ),
      h("p", { class: "muted" }, "Nothing here ever keeps a position from getting smaller: exits, smaller orders and cancellations are always taken."),
      body,
    ]),
  ]);

  async function load() {
    try {
      const risk = await api.getRisk(chosenBook());
      if (!gone) show(risk);
    } catch (error) {
      if (gone) return;
      fill(
        body,
        h("p", { role: "alert" }, error instanceof Error ? error.message : String(error)),
        h("button", { class: "button", type: "button", on: { click: () => void load() } }, "Try again"),
      );
    }
  }

  /** @param {Risk} risk */
  function show(risk) {
    fill(
      body,
      risk.stopped &&
        h("p", { class: "verdict bad", role: "status" }, h("b", null, "Stopped. "), "Only orders that reduce a position are taken in this book."),
      h(
        "section",
        { "aria-labelledby": "switches" },
        h("h2", { id: "switches" }, "Kill switches"),
        h("div", { class: "switches" }, switches.map((one) => switchCard(one, risk))),
      ),
      h(
        "section",
        { "aria-labelledby": "limits" },
        h("h2", { id: "limits" }, "Limits of this book"),
        h("dl", { class: "cards" }, risk.limits.map(limitCard)),
        h("p", null, "Banned: ", risk.banned.length === 0 ? h("span", { class: "muted" }, "no instrument") : risk.banned.join(", ")),
        h("button", { class: "button", type: "button", on: { click: () => openLimits(risk) } }, "Change the limits…"),
      ),
    );
  }

  /** @param {Risk["limits"][number]} limit */
  function limitCard(limit) {
    const words = limits[limit.name];
    const figure = (/** @type {number | null} */ value) => (words.money ? format.rupees(value) : format.quantity(value));
    return h(
      "div",
      { class: `card${limit.tripped ? " tripped" : ""}` },
      h("dt", null, words.label.replace(", ₹", "")),
      h("dd", null, limit.limit === null ? "No limit" : figure(limit.limit)),
      limit.used !== null && h("dd", { class: "card-note" }, limit.limit === null ? `${figure(limit.used)} now` : `${figure(limit.used)} used`),
      limit.tripped &&
        h("dd", { class: "card-note down" }, limit.until ? `Reached, until ${format.dateTime(limit.until)}` : "Reached, until one is closed"),
    );
  }

  /** @param {typeof switches[number]} one @param {Risk} risk */
  function switchCard(one, risk) {
    const on = risk.stops.find((stop) => stop.scope === one.scope);
    const person = user.get();
    const mayTurn = one.scope !== "house" || person?.role === "owner" || person?.role === "admin";
    // What is off and not theirs to turn says nothing.
    if (!mayTurn && !on) return null;
    return h(
      "div",
      { class: `switch-card${on ? " on" : ""}` },
      h("h3", null, one.label, on && h("span", { class: "badge" }, "ON")),
      h("p", { class: "muted" }, on ? `Since ${format.dateTime(on.since)}${on.reason ? `: ${on.reason}` : ""}. ${one.reach}` : one.reach),
      mayTurn &&
        (on
          ? h("button", { class: "button", type: "button", on: { click: () => void release(one) } }, `Release: ${one.label.toLowerCase()}`)
          : h("button", { class: "button danger", type: "button", on: { click: () => openStop(one) } }, `Stop ${one.label.toLowerCase()}…`)),
    );
  }

  /** @param {typeof switches[number]} one */
  function openStop(one) {
    const reason = field({ label: "Reason", name: "reason", attributes: { maxlength: "100", "data-focus": true } });
    openDialog({
      title: `Stop ${one.label.toLowerCase()}?`,
      class: "small",
      content: (close) => [
        h("p", null, `${one.reach} Nothing is opened any more. Working orders that could only open something are cancelled; exits stay. `),
        h("p", null, "Positions stay open: no switch closes them."),
        form({
          fields: [reason],
          button: `Stop ${one.label.toLowerCase()}`,
          busy: "Stopping…",
          class: "danger-form",
          submit: async (values) => {
            const answer = await api.stop(one.scope, chosenBook(), values.reason.trim());
            close();
            toast(answer.effect, "good");
            void load();
          },
        }).root,
      ],
    });
  }

  /** @param {typeof switches[number]} one */
  async function release(one) {
    try {
      const answer = await api.release(one.scope, chosenBook());
      toast(answer.effect, "good");
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), "bad");
    }
    void load();
  }

  /** @param {Risk} risk */
  function openLimits(risk) {
    const parts = risk.limits.map((limit) =>
      field({
        label: limits[limit.name].label,
        name: limit.name,
        value: limit.limit === null ? "" : String(limit.limit),
        hint: limits[limit.name].hint,
        attributes: { inputmode: limits[limit.name].money ? "decimal" : "numeric", placeholder: "No limit" },
      })
    );
    const banned = field({
      label: "Banned instruments",
      name: "banned",
      value: risk.banned.join(", "),
      hint: "Such as NSE:INFY, NSE:SBIN",
      attributes: { spellcheck: "false" },
    });
    openDialog({
      title: "Limits of this book",
      class: "small",
      content: (close) => [
        form({
          fields: [...parts, banned],
          button: "Set the limits",
          busy: "Setting…",
          submit: async (values) => {
            /** @type {Record<string, any>} */
            const body = { banned: values.banned.split(/[\s,]+/).filter(Boolean).map((key) => key.toUpperCase()) };
            for (const part of risk.limits) {
              if (values[part.name].trim() === "") continue;
              const figure = format.parseDecimal(values[part.name]);
              if (figure === null) throw Object.assign(new Error("Please enter a number, or nothing."), { field: part.name });
              body[part.name] = figure;
            }
            const next = await api.setLimits(chosenBook(), body);
            close();
            toast("The limits are set.", "good");
            if (!gone) show(next);
          },
        }).root,
      ],
    });
  }

  const named = () => (name.textContent = books.get()?.find((book) => book.name === chosenBook())?.title ?? chosenBook());
  named();
  /** @type {any} */
  let timer = null;
  const undo = [
    books.subscribe(named),
    onEvent(() => {
      clearTimeout(timer);
      timer = setTimeout(() => !document.querySelector("dialog[open]") && void load(), eventPauseMilliseconds);
    }),
  ];
  void load();
  return () => {
    gone = true;
    clearTimeout(timer);
    for (const stop of undo) stop();
  };
}
