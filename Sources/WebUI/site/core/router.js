// Paths to pages over the History API. The table is given by main.js; pages and their style sheets are loaded when first needed.
// One page is mounted at a time; what `mount` returned is called before the next one.

import { fill, h } from "./dom.js";

/**
 * @typedef {object} Route
 * @property {string} path
 * @property {() => Promise<import("../types.d.ts").Page>} load
 * @property {"guest" | "anyone" | "user" | "owner"} access
 */

/** @typedef {(route: Route) => string | null} Guard where to go instead, or null to stay */

/** @type {Route[]} */
let routes = [];
/** @type {Route} */
let fallback;
/** @type {Guard} */
let guard = () => null;
/** @type {HTMLElement} */
let root;
/** @type {(path: string) => void} */
let arrived = () => {};
/** @type {() => void} */
let unmount = () => {};
let turn = 0;
/**
 * The page on screen, so that a change of its query alone need not build it anew.
 * @type {{ path: string, page: import("../types.d.ts").Page } | null}
 */
let present = null;

/** @type {Map<string, Promise<void>>} */
const sheets = new Map();

/** Loads a style sheet of style/ once. @param {string} name */
function loadSheet(name) {
  const known = sheets.get(name);
  if (known) return known;
  const loading = new Promise((/** @type {(value: void) => void} */ done) => {
    const link = h("link", { rel: "stylesheet", href: new URL(`../style/${name}.css`, import.meta.url).pathname });
    link.addEventListener("load", () => done());
    // A page without its sheet is ugly but works; holding it back would not.
    link.addEventListener("error", () => done());
    document.head.appendChild(link);
  });
  sheets.set(name, loading);
  return loading;
}

/** @param {{ root: HTMLElement, routes: Route[], fallback: Route, guard: Guard, arrived: (path: string) => void }} table */
export function startRouter(table) {
  ({ root, routes, fallback, guard, arrived } = table);
  addEventListener("popstate", () => void show(false));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
  return show(true);
}

/** Goes to a path of this site. @param {string} address path and query @param {{ replace?: boolean }} [options] @returns {Promise<void>} */
export function navigate(address, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  return show(false);
}

/** Changes the query of the present page without mounting it anew, so that the address can be shared. @param {URLSearchParams} query */
export function rewriteQuery(query) {
  const text = query.toString();
  history.replaceState(null, "", location.pathname + (text ? `?${text}` : ""));
}

export function here() {
  return location.pathname + location.search;
}

/** @param {boolean} isFirst @returns {Promise<void>} */
async function show(isFirst) {
  turn += 1;
  const mine = turn;
  const route = routes.find((candidate) => candidate.path === location.pathname) ?? fallback;
  const elsewhere = guard(route);
  if (elsewhere !== null) return navigate(elsewhere, { replace: true });

  let page;
  try {
    page = await route.load();
    await Promise.all((page.styles ?? []).map(loadSheet));
  } catch (error) {
    if (mine === turn) failed(error);
    return;
  }
  // A quicker click on another page has overtaken this one.
  if (mine !== turn) return;
  const query = new URLSearchParams(location.search);
  if (present?.page === page && present.path === location.pathname && page.moved?.(query)) return;

  unmount();
  unmount = () => {};
  fill(root);
  root.className = "";
  document.title = `${page.title} · Tradehouse`;
  unmount = page.mount(root, { path: location.pathname, query });
  present = { path: location.pathname, page };
  arrived(location.pathname);
  if (!isFirst && !root.contains(document.activeElement)) {
    root.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

/** @param {unknown} error */
function failed(error) {
  unmount();
  unmount = () => {};
  present = null;
  document.title = "Not loaded · Tradehouse";
  fill(
    root,
    h("section", { class: "page narrow", role: "alert" }, [
      h("h1", null, "This page could not be loaded"),
      h("p", null, "The server did not send it. It may be restarting or have been updated."),
      h("button", { class: "button primary", type: "button", on: { click: () => location.reload() } }, "Load again"),
    ]),
  );
  reportError(error);
}
