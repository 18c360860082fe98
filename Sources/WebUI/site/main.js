// Where the browser side begins: the table of pages, who may see which, and the parts around them.

import { onUnauthorised } from "./core/api.js";
import { startClock } from "./core/clock.js";
import { fill, h } from "./core/dom.js";
import { startKeys } from "./core/keys.js";
import { startLive } from "./core/live.js";
import { here, navigate, startRouter } from "./core/router.js";
import { end, notice, restore, user, watchSession } from "./core/session.js";
import { watchSystem } from "./core/theme.js";
import { onSymbol } from "./ui/palette.js";
import { arrived, startShell } from "./ui/shell.js";
import { startToasts } from "./ui/toast.js";

/** @typedef {import("./core/router.js").Route} Route */

const notFound = /** @type {Route} */ ({ path: "*", access: "anyone", load: () => import("./page/not-found.js") });

/** Paths the server answers with the shell, too. @type {Route[]} */
const routes = [
  { path: "/", access: "user", load: () => import("./page/trade.js") },
  { path: "/trade", access: "user", load: () => import("./page/trade.js") },
  { path: "/watchlist", access: "user", load: () => import("./page/watchlist.js") },
  { path: "/portfolio", access: "user", load: () => import("./page/portfolio.js") },
  { path: "/proof", access: "user", load: () => import("./page/proof.js") },
  { path: "/statistics", access: "user", load: () => import("./page/statistics.js") },
  { path: "/risk", access: "user", load: () => import("./page/risk.js") },
  { path: "/books", access: "user", load: () => import("./page/books.js") },
  { path: "/orders", access: "user", load: () => import("./page/orders.js") },
  { path: "/triggers", access: "user", load: () => import("./page/triggers.js") },
  { path: "/old-books", access: "owner", load: () => import("./page/old-books.js") },
  { path: "/account", access: "user", load: () => import("./page/account.js") },
  { path: "/login", access: "guest", load: () => import("./page/login.js") },
  { path: "/register", access: "guest", load: () => import("./page/register.js") },
  { path: "/setup", access: "anyone", load: () => import("./page/setup.js") },
];

const root = /** @type {HTMLElement} */ (document.getElementById("main"));

/** @param {Route} route */
function guard(route) {
  const person = user.get();
  if (route.path === "/" && person) return "/trade";
  if (route.access === "guest" && person) return "/trade";
  if ((route.access === "user" || route.access === "owner") && !person) return loginAddress();
  return null;
}

/** The login page, with the way back to where somebody was. */
function loginAddress() {
  const query = new URLSearchParams();
  const error = new URLSearchParams(location.search).get("error");
  if (here() !== "/" && !here().startsWith("/?")) query.set("next", here());
  if (error) query.set("error", error);
  const text = query.toString();
  return text ? `/login?${text}` : "/login";
}

async function start() {
  watchSession();
  onUnauthorised(end);
  watchSystem();
  startKeys();
  startToasts();
  startClock();
  startLive();
  try {
    await restore();
  } catch (error) {
    unreachable(error);
    return;
  }
  startShell();
  onSymbol((key) => void navigate(`/trade?i=${encodeURIComponent(key)}`));
  let was = user.get();
  user.subscribe((person) => {
    // Logged out by the server or in another tab: the login page comes by itself and leads back here.
    if (was && !person && !location.pathname.startsWith("/login")) void navigate(loginAddress(), { replace: true });
    was = person;
  });
  await startRouter({ root, routes, fallback: notFound, guard, arrived });
}

/**
 * Nobody knows yet whether the token is good: say so and ask again, rather than showing a login that is not needed.
 * @param {unknown} error
 */
function unreachable(error) {
  fill(
    root,
    h("section", { class: "page narrow", role: "alert" }, [
      h("h1", null, "Tradehouse does not answer"),
      h("p", null, error instanceof Error ? error.message : String(error)),
      h("button", { class: "button primary", type: "button", on: { click: () => location.reload() } }, "Try again"),
    ]),
  );
}

// The words that led to the login page are of the past once somebody is in.
user.subscribe((person) => person && notice.set(""));

void start();
