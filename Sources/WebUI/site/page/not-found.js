// For addresses that lead nowhere.

import { append, h } from "../core/dom.js";

export const title = "Not found";

/** @param {HTMLElement} root @param {import("../types.d.ts").PageParams} params */
export function mount(root, params) {
  append(root, [
    h("section", { class: "page narrow" }, [
      h("h1", null, "There is no such page"),
      h("p", null, `Nothing is at ${params.path}. The menu leads to everything there is.`),
      h("a", { class: "button primary", href: "/" }, "Go to the trade page"),
    ]),
  ]);
  return () => {};
}
