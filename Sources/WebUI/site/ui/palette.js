// Ctrl/⌘ K: one field for symbols, pages and actions. Pages add their own actions while they are mounted.

import { api } from "../core/api.js";
import { openDialog } from "./dialog.js";
import { suggest } from "./suggest.js";

/** @typedef {import("./suggest.js").Suggestion} Suggestion */

const mostSymbols = 8;

/** @type {Set<Suggestion>} */
const actions = new Set();
/** @type {(key: string) => void} */
let openSymbol = () => {};

/** @param {Suggestion[]} more */
export function addActions(more) {
  for (const action of more) actions.add(action);
  return () => {
    for (const action of more) actions.delete(action);
  };
}

/** @param {(key: string) => void} open */
export function onSymbol(open) {
  openSymbol = open;
}

/**
 * Symbols that match, as suggestions that run `take`.
 * @param {string} words
 * @param {(key: string) => void} take
 * @returns {Promise<Suggestion[]>}
 */
export async function findSymbols(words, take) {
  const answer = await api.searchInstruments(words);
  return (answer.results ?? []).slice(0, mostSymbols).map((found) => ({
    text: found.tradingsymbol,
    detail: [found.exchange, found.name].filter(Boolean).join(" · "),
    run: () => take(`${found.exchange}:${found.tradingsymbol}`),
  }));
}

/** @param {string} words @returns {Promise<Suggestion[]>} */
async function find(words) {
  const wanted = words.toLowerCase();
  const matching = [...actions].filter((action) => `${action.text} ${action.detail ?? ""}`.toLowerCase().includes(wanted));
  if (words === "") return matching;
  return [...await findSymbols(words, openSymbol), ...matching];
}

export function openPalette() {
  if (document.querySelector("dialog[open]")) return;
  /** @type {() => void} */
  let close = () => {};
  const field = suggest({
    label: "Symbol, page or action",
    placeholder: "Symbol, page or action",
    find,
    always: true,
    onTaken: () => close(),
    onEscape: () => close(),
  });
  field.input.dataset.focus = "";
  ({ close } = openDialog({ title: "Search or command", class: "palette", content: () => field.root }));
  void field.refresh();
}
