// Theme, density and colours of this browser, stored under `tradehouse.*` and shown as attributes of the root element.
// first.js reads the same keys before the first paint. Charts listen here, since a canvas does not follow custom properties by itself.

import { createStore } from "./store.js";

export const choices = {
  theme: [["system", "System"], ["light", "Light"], ["dark", "Dark"]],
  density: [["compact", "Compact"], ["comfortable", "Comfortable"]],
  colours: [["teal", "Teal and orange"], ["blue", "Blue and orange"]],
};

/** @typedef {keyof typeof choices} Choice */

/** Counts changes of look; listeners read their colours anew. */
export const look = createStore(0);

/** @param {Choice} name */
export function chosen(name) {
  return document.documentElement.dataset[name] ?? choices[name][0][0];
}

/** @param {Choice} name @param {string} value */
export function choose(name, value) {
  const root = document.documentElement;
  if (value === choices[name][0][0]) {
    delete root.dataset[name];
    remember(`tradehouse.${name}`, null);
  } else {
    root.dataset[name] = value;
    remember(`tradehouse.${name}`, value);
  }
  look.update((count) => count + 1);
}

/**
 * Writes or removes a key of this browser's storage; without storage the choice lasts as long as the page.
 * @param {string} key
 * @param {string | null} value
 */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch (_refused) {
    // Storage blocked or full: a preference is not worth an error.
  }
}

/** @param {string} key */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch (_refused) {
    return null;
  }
}

export function watchSystem() {
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", () => look.update((count) => count + 1));
  }
}
