// Which of the own books the pages are about. The choice stays in this browser; every call about a book and the live socket carry it.

import { createStore } from "./store.js";

const storageKey = "paperBook";
export const defaultBook = "default";

/** The books of whoever is logged in, once they are known. @type {import("./store.js").Store<import("../types.d.ts").Book[] | null>} */
export const books = createStore(/** @type {import("../types.d.ts").Book[] | null} */ (null));

/** The name of the chosen book. */
export function chosenBook() {
  return globalThis.localStorage?.getItem(storageKey) ?? defaultBook;
}

/**
 * Turns to another book. All that is on screen is of the old one, so the page begins anew.
 * @param {string} name
 * @param {string} [path] where to go on
 */
export function chooseBook(name, path) {
  if (name === defaultBook) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, name);
  if (path && path !== location.pathname) location.assign(path);
  else location.reload();
}
