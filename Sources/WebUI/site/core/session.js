// Who is logged in at this browser. The token lives in localStorage `authToken` and nowhere else; other tabs follow its changes.

import { api, onUnauthorised, tokenKey } from "./api.js";
import { createStore } from "./store.js";

/** @typedef {import("../types.d.ts").User} User */

/** The person, or null for nobody. @type {import("./store.js").Store<User | null>} */
export const user = createStore(/** @type {User | null} */ (null));

/** Why the login page is shown, in words, or nothing. */
export const notice = createStore("");

export function token() {
  return localStorage.getItem(tokenKey);
}

/**
 * Finds out who the stored token is; also takes the token of `/?login=success&token=…` and cleans the address of it.
 *
 * Throws only when the server cannot be asked: then nothing is known and the token stays.
 */
export async function restore() {
  const query = new URLSearchParams(location.search);
  if (query.get("login") === "success" && query.get("token")) {
    localStorage.setItem(tokenKey, query.get("token") ?? "");
    // Out of the address before anything else can read it.
    history.replaceState(null, "", "/");
  }
  const stored = token();
  // Asked without a token too: a house in single-user mode says who sits at it.
  const status = await api.getAuthStatus(stored ?? undefined);
  if (status.is_authenticated && status.user) {
    user.set(status.user);
  } else if (stored) {
    forget();
    notice.set("Your session has expired or was ended elsewhere, please log in again.");
  }
}

/** Takes the answer of login, register or set-up. @param {import("../types.d.ts").AuthAnswer} answer */
export async function enter(answer) {
  localStorage.setItem(tokenKey, answer.session_token);
  notice.set("");
  const status = await api.getAuthStatus(answer.session_token);
  if (!status.user) throw new Error("The server does not know the session it has just made. Please log in again.");
  user.set(status.user);
}

/** Ends the session here and at the server. The token is gone even when the server cannot be told. */
export async function leave() {
  try {
    await api.logout();
  } finally {
    forget();
  }
}

function forget() {
  localStorage.removeItem(tokenKey);
  user.set(null);
}

/** The session is over, by the server's word. @param {string} words */
export function end(words) {
  localStorage.removeItem(tokenKey);
  notice.set(words);
  user.set(null);
}

export function watchSession() {
  onUnauthorised(end);
  addEventListener("storage", (event) => {
    if (event.key !== tokenKey && event.key !== null) return;
    if (!token()) {
      if (user.get()) end("You logged out in another tab.");
    } else if (event.newValue !== event.oldValue) {
      // Another tab logged in, perhaps as somebody else: nothing of the old person may stay on screen.
      location.reload();
    }
  });
}
