// Short words about a person's own acts, and nothing else: prices and fills of others never speak here. Two live regions: a polite one,
// and one for rejections that interrupts. A toast stays while it is pointed at or has the focus.

import { h, icon } from "../core/dom.js";

const shownMilliseconds = 6_000;
const alertMilliseconds = 12_000;
const mostShown = 4;

const polite = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
const urgent = h("div", { class: "toasts", role: "alert" });
const corner = h("div", { class: "toast-corner" }, polite, urgent);

export function startToasts() {
  document.body.append(corner);
}

/** @param {string} words @param {"good" | "bad" | "plain"} [tone] */
export function toast(words, tone = "plain") {
  const region = tone === "bad" ? urgent : polite;
  while (region.childElementCount >= mostShown) region.firstElementChild?.remove();
  /** @type {any} */
  let timer = null;
  const leave = () => element.remove();
  const wait = () => {
    timer = setTimeout(leave, tone === "bad" ? alertMilliseconds : shownMilliseconds);
  };
  const stay = () => clearTimeout(timer);
  const element = h(
    "div",
    { class: `toast ${tone}`, on: { pointerenter: stay, pointerleave: wait, focusin: stay, focusout: wait } },
    h("span", null, words),
    h("button", { class: "button quiet square", type: "button", "aria-label": "Dismiss", on: { click: leave } }, icon("close")),
  );
  region.append(element);
  wait();
}
