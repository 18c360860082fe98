// A search field with a list of suggestions below it: arrows choose, Enter takes, Esc empties. Used by the palette and the watchlist.
// Suggestions come from a function that may ask the server; a slow answer never overtakes a newer one.

import { fill, h, uniqueID } from "../core/dom.js";

const pauseMilliseconds = 140;

/**
 * @typedef {object} Suggestion
 * @property {string} text
 * @property {string} [detail]
 * @property {string} [keys]
 * @property {() => void} run
 */

/**
 * @param {{ label: string, placeholder: string, find: (words: string) => Promise<Suggestion[]>, onEscape?: () => void, onTaken?: () => void, always?: boolean, nothing?: string }} options
 *   `always`: suggestions also for an empty field
 */
export function suggest({ label, placeholder, find, onEscape, onTaken, always = false, nothing = "Nothing found." }) {
  const id = uniqueID("suggest");
  const list = h("ul", { class: "suggestions", role: "listbox", id, "aria-label": "Suggestions", hidden: true });
  const words = h("p", { class: "suggest-words", role: "status" });
  const input = h("input", {
    type: "search",
    placeholder,
    "aria-label": label,
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    on: { input: later, keydown: pressed, focus: () => always && void refresh() },
  });
  const root = h("div", { class: "suggest" }, input, words, list);
  /** @type {Suggestion[]} */
  let found = [];
  let chosen = -1;
  let turn = 0;
  /** @type {any} */
  let timer = null;

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(), pauseMilliseconds);
  }

  async function refresh() {
    clearTimeout(timer);
    turn += 1;
    const mine = turn;
    const text = input.value.trim();
    if (text === "" && !always) return show([], "");
    try {
      const next = await find(text);
      if (mine === turn) show(next, next.length === 0 && text !== "" ? nothing : "");
    } catch (error) {
      if (mine === turn) show([], error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {Suggestion[]} next @param {string} message */
  function show(next, message) {
    found = next;
    words.textContent = message;
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    fill(
      list,
      found.map((suggestion, index) =>
        h(
          "li",
          {
            role: "option",
            id: `${id}-${index}`,
            "aria-selected": "false",
            on: {
              // The field must not lose the focus before the click is done.
              pointerdown: (/** @type {Event} */ event) => event.preventDefault(),
              click: () => take(index),
            },
          },
          h("span", { class: "suggestion-text" }, suggestion.text),
          suggestion.detail && h("span", { class: "suggestion-detail" }, suggestion.detail),
          suggestion.keys && h("kbd", null, suggestion.keys),
        )
      ),
    );
    choose(found.length > 0 ? 0 : -1);
  }

  /** @param {number} index */
  function choose(index) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    const option = list.children[chosen];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  /** @param {number} index */
  function take(index) {
    const suggestion = found[index];
    if (!suggestion) return;
    input.value = "";
    show([], "");
    onTaken?.();
    suggestion.run();
  }

  /** @param {KeyboardEvent} event */
  async function pressed(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (found.length === 0) return;
      event.preventDefault();
      choose((chosen + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      // A quick typist presses Enter before the pause is over: the list must be of what is typed now.
      await refresh();
      take(chosen);
    } else if (event.key === "Escape") {
      if (input.value === "" || always) return onEscape?.();
      event.preventDefault();
      event.stopPropagation();
      input.value = "";
      show([], "");
    }
  }

  return { root, input, refresh };
}
