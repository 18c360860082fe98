// What is around every page: header with navigation, indices, market phase and feed age; footer; the phone's bar of tabs; the notice
// before a session ends. It follows the stores and knows no page.

import { api } from "../core/api.js";
import { books, chooseBook, chosenBook, defaultBook } from "../core/book.js";
import { seconds, serverNow } from "../core/clock.js";
import { fill, h, icon, patch } from "../core/dom.js";
import * as format from "../core/format.js";
import { addKeys, keyName, lettersOn, listKeys, setLetters } from "../core/keys.js";
import { connection, feed, lastOrder, market, quotes, stale, watch } from "../core/live.js";
import { paint } from "../core/paint.js";
import { navigate } from "../core/router.js";
import { leave, user } from "../core/session.js";
import { createBag } from "../core/store.js";
import { choose, chosen } from "../core/theme.js";
import { confirm, openDialog } from "./dialog.js";
import { addActions, openPalette } from "./palette.js";
import { toast } from "./toast.js";

/**
 * @typedef {{ path: string, label: string, letter: string, symbol: string, ownerOnly?: boolean, phone?: boolean, wide?: boolean }} Place
 */

/** The menu: only what works. `phone` places are in the bar at the bottom, `wide` ones in the header. @type {Place[]} */
const places = [
  { path: "/trade", label: "Trade", letter: "t", symbol: "trade", phone: true, wide: true },
  { path: "/watchlist", label: "Watchlist", letter: "w", symbol: "list", phone: true },
  { path: "/portfolio", label: "Portfolio", letter: "p", symbol: "portfolio", phone: true, wide: true },
  { path: "/orders", label: "Orders", letter: "o", symbol: "orders", phone: true, wide: true },
  { path: "/triggers", label: "Triggers", letter: "g", symbol: "orders", wide: true },
  { path: "/books", label: "Books", letter: "k", symbol: "portfolio", wide: true },
  { path: "/risk", label: "Risk", letter: "r", symbol: "portfolio", wide: true },
  { path: "/statistics", label: "Statistics", letter: "s", symbol: "portfolio", wide: true },
  { path: "/old-books", label: "Old books", letter: "b", symbol: "orders", ownerOnly: true, wide: true },
  { path: "/account", label: "Account", letter: "a", symbol: "account", phone: true, wide: true },
];

const indices = [["NSE:NIFTY 50", "NIFTY"], ["NSE:NIFTY BANK", "BANK"]];
/** A session does not end unannounced. */
const warnBeforeMilliseconds = 10 * 60_000;
/** The owner learns within this time that backups do not work. */
const backupGlanceMilliseconds = 5 * 60_000;

const bag = createBag();
/** @type {Array<() => void>} */
let drawings = [];
let path = "";
/** What the owner must know about the house, or nothing. */
let houseTrouble = "";

/** Builds header and footer, and anew whenever somebody comes or goes. */
export function startShell() {
  user.subscribe(build);
  build();
  seconds.subscribe(() => paint(drawAll));
  for (const store of [connection, market, stale, lastOrder]) store.subscribe(() => paint(drawAll));
  addKeys([
    { keys: "Ctrl+k", label: "Search or command", group: "Everywhere", run: () => user.get() && openPalette() },
    { keys: "/", label: "Search or command", group: "Everywhere", run: () => user.get() && openPalette() },
    { keys: "?", label: "This list", group: "Everywhere", run: openKeys },
    { keys: "d", label: "Change theme", group: "Everywhere", run: turnTheme },
  ]);
}

/** Marks the page in the menus. @param {string} now */
export function arrived(now) {
  path = now;
  for (const link of document.querySelectorAll("a[data-place]")) {
    if (link.getAttribute("href") === now) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function turnTheme() {
  const dark = chosen("theme") === "dark" || (chosen("theme") === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  choose("theme", dark ? "light" : "dark");
}

export function askLogout() {
  confirm({
    title: "Log out?",
    words: "Open orders stay in the book and may fill while you are away.",
    yes: "Log out",
    act: async () => {
      try {
        await leave();
      } catch (_unreachable) {
        toast("Logged out here; the server could not be told and will end the session when it expires.", "bad");
      }
      navigate("/login");
    },
  });
}

function build() {
  bag.empty();
  drawings = [];
  const person = user.get();
  const header = /** @type {HTMLElement} */ (document.getElementById("header"));
  const footer = /** @type {HTMLElement} */ (document.getElementById("footer"));
  document.documentElement.dataset.session = person ? "in" : "out";
  const brand = h("a", { class: "brand", href: "/" }, h("span", { class: "brand-mark", "aria-hidden": "true" }), "Tradehouse");
  if (!person) {
    fill(header, brand, h("span", { class: "spring" }), themeButton());
    fill(footer);
    return;
  }
  const mine = places.filter((place) => !place.ownerOnly || person.role === "owner");
  fill(
    header,
    brand,
    h("span", { class: "badge paper", title: "Everything here is paper trading: no real money moves." }, "PAPER"),
    bookBadge(),
    simulatedBadge(),
    h("nav", { class: "menu", "aria-label": "Pages" }, mine.filter((place) => place.wide).map((place) => placeLink(place))),
    h("span", { class: "spring" }),
    h(
      "button",
      { class: "search-button", type: "button", "aria-keyshortcuts": "Control+K", on: { click: openPalette } },
      h("span", null, "Search or command"),
      h("kbd", null, "Ctrl K"),
    ),
    indices.map(([key, label]) => indexFigure(key, label)),
    phase(),
    age(),
  );
  fill(
    footer,
    feedWords(),
    h("span", null, "Broker ", h("b", null, "Paper")),
    lastOrderWords(),
    h("span", { class: "spring" }),
    h("button", { class: "link", type: "button", on: { click: openKeys } }, "Keys ", h("kbd", null, "?")),
    exchangeClock(),
    h("nav", { class: "tabbar", "aria-label": "Pages, short" }, mine.filter((place) => place.phone).map((place) => placeLink(place, true))),
  );
  bag.add(
    watch(indices.map(([key]) => key)),
    addKeys(mine.map((place) => ({ keys: `g ${place.letter}`, label: place.label, group: "Go to", run: () => void navigate(place.path) }))),
    addActions([
      ...mine.map((place) => ({
        text: `Go to ${place.label}`,
        keys: `G ${place.letter.toUpperCase()}`,
        run: () => void navigate(place.path),
      })),
      { text: "Change theme", keys: "D", run: turnTheme },
      { text: "Keyboard keys", keys: "?", run: openKeys },
      { text: "Log out", run: askLogout },
    ]),
  );
  drawings.push(drawNotice);
  houseTrouble = "";
  books.set(null);
  void lookAtBooks();
  if (person.role === "owner") {
    const glance = setInterval(() => void lookAtBackups(), backupGlanceMilliseconds);
    bag.add(() => clearInterval(glance));
    void lookAtBackups();
  }
  arrived(path);
  drawAll();
}

/** @param {Place} place @param {boolean} [withSymbol] */
function placeLink(place, withSymbol = false) {
  return h("a", { href: place.path, data: { place: place.path } }, withSymbol && icon(place.symbol), place.label);
}

function themeButton() {
  return h("button", { class: "button quiet", type: "button", on: { click: turnTheme } }, "Change theme");
}

/** Which book the pages are about; the default one of somebody who has no other goes without saying. */
function bookBadge() {
  const badge = h("a", { class: "badge book-badge", href: "/books", hidden: chosenBook() === defaultBook }, chosenBook());
  const draw = () => {
    const mine = books.get();
    const now = mine?.find((book) => book.name === chosenBook());
    badge.toggleAttribute("hidden", chosenBook() === defaultBook && (mine?.length ?? 1) < 2);
    patch(badge, `${now?.title ?? chosenBook()}${now?.stopped ? " · stopped" : ""}`);
    badge.title = `The pages are about the book ${now?.title ?? chosenBook()}. Choose another.`;
  };
  bag.add(books.subscribe(draw));
  draw();
  return badge;
}

/** Learns which books there are; one that this person has not, perhaps somebody else's choice, is left. */
async function lookAtBooks() {
  try {
    const answer = await api.getBooks();
    books.set(answer.books);
    if (!answer.books.some((book) => book.name === chosenBook())) chooseBook(defaultBook);
  } catch (_unanswered) {
    // The badge keeps the name; the pages say what is wrong.
  }
}

function simulatedBadge() {
  // Takes its place from the start, so that the menu does not jump when the market is known.
  const badge = h(
    "span",
    { class: "badge simulated unknown", title: "Prices are invented by the built-in simulated market." },
    "Simulated",
  );
  drawings.push(() => {
    const known = market.get();
    badge.classList.toggle("unknown", !known);
    badge.toggleAttribute("hidden", known !== null && !known.status.simulated);
  });
  return badge;
}

/** @param {string} key @param {string} label */
function indexFigure(key, label) {
  const last = h("b", { class: "live-price" });
  const change = h("span");
  const root = h("a", { class: "index", hidden: true, href: `/trade?i=${encodeURIComponent(key)}` }, label, " ", last, " ", change);
  const draw = () => {
    const quote = quotes.get(key);
    root.toggleAttribute("hidden", !quote);
    if (!quote) return;
    patch(last, format.number(quote.ltp));
    patch(change, format.arrowPercent(quote.pct));
    change.className = format.direction(quote.pct);
  };
  bag.add(quotes.subscribe(key, () => paint(draw)));
  draw();
  return root;
}

function phase() {
  const word = h("b");
  const rest = document.createTextNode("");
  const root = h("span", { class: "phase" }, word, rest);
  drawings.push(() => {
    const known = market.get();
    root.toggleAttribute("hidden", !known);
    if (!known) return;
    const { status, readAt } = known;
    const gone = (Date.now() - readAt) / 1000;
    const words = { "OPEN": "Open", "PRE-OPEN": "Pre-open", "CLOSED": status.holiday ?? "Closed" };
    patch(word, words[status.market_status] ?? status.market_status);
    root.dataset.phase = status.market_status;
    const closes = format.parseDuration(status.closes_in);
    const opens = format.parseDuration(status.opens_in);
    if (closes !== null) patch(rest, ` closes in ${format.duration(closes - gone)}`);
    else if (opens !== null) patch(rest, ` opens in ${format.duration(opens - gone)}`);
    else patch(rest, status.next_open ? ` opens ${status.next_open}` : "");
  });
  return root;
}

/** The dot with the age of prices; trouble gets a word, and the word is spoken once. */
function age() {
  const text = h("span", { class: "age-text" });
  const said = h("span", { class: "spoken", role: "status" });
  const root = h("span", { class: "age" }, h("span", { class: "dot", "aria-hidden": "true" }), text, said);
  let spokenWord = "";
  drawings.push(() => {
    const state = connection.get();
    const latest = feed.get();
    const silent = Date.now() - latest.arrivedAt;
    let word = "live";
    let shown = latest.age !== null ? format.age(latest.age) : latest.perSecond > 0 ? "Live" : "Connected";
    if (state === "connecting" || state === "off") {
      word = "waiting";
      shown = latest.arrivedAt > 0 ? "Reconnecting" : "Connecting";
    } else if (state === "waiting") {
      word = "trouble";
      shown = "Reconnecting";
    } else if (stale.get()) {
      word = "trouble";
      shown = `Delayed ${format.age(silent)}`;
    }
    root.dataset.state = word;
    root.title = word === "live" ? "Age of the latest prices: from the server's stamp to this screen." : "Prices on screen may be old.";
    patch(text, shown);
    const spoken = word === "live"
      ? (spokenWord === "" || spokenWord === "Prices are live." ? spokenWord : "Prices are live.")
      : word === "trouble"
      ? "The live feed is interrupted; prices are old."
      : spokenWord;
    if (spoken !== spokenWord) {
      spokenWord = spoken;
      patch(said, spoken);
    }
    document.documentElement.toggleAttribute("data-stale", stale.get());
  });
  return root;
}

function feedWords() {
  const state = h("b");
  const rate = document.createTextNode("");
  drawings.push(() => {
    const live = connection.get() === "live" && !stale.get();
    const kind = market.get()?.status.feed.kind;
    patch(state, live ? "live" : connection.get() === "live" ? "delayed" : "reconnecting");
    patch(rate, ` ${live ? `${format.quantity(feed.get().perSecond)} quotes/s` : ""}${kind ? ` · ${kind}` : ""}`);
  });
  return h("span", null, "Feed ", state, rate);
}

function lastOrderWords() {
  const text = document.createTextNode("");
  drawings.push(() => patch(text, lastOrder.get() === null ? "" : `Last order ${lastOrder.get()} ms`));
  return h("span", null, text);
}

function exchangeClock() {
  const text = document.createTextNode("");
  drawings.push(() => patch(text, `${format.time(serverNow())} IST`));
  return h("span", { class: "clock" }, text);
}

async function lookAtBackups() {
  try {
    const state = await api.getBackups();
    const last = state.last_verified ? `The last good one was begun ${format.dateTime(state.last_verified)}.` : "There is no good one yet.";
    houseTrouble = state.enabled && state.alert ? `Backups of this house do not work (${state.verdict}). ${last} The log says why.` : "";
    paint(drawAll);
  } catch (_unanswered) {
    // The next glance asks again; what is on screen stays.
  }
}

/** The session's end is announced ten minutes before; the owner is told when backups do not work. */
function drawNotice() {
  const bar = /** @type {HTMLElement} */ (document.getElementById("notice-bar"));
  const ends = format.instant(user.get()?.expires_at);
  const near = ends !== null && ends - serverNow() < warnBeforeMilliseconds;
  const wanted = `${near} ${houseTrouble}`;
  if (bar.dataset.shows === wanted) return;
  bar.dataset.shows = wanted;
  fill(
    bar,
    houseTrouble !== "" && h("p", { class: "notice", role: "alert" }, houseTrouble),
    near &&
      h(
        "p",
        { class: "notice", role: "status" },
        `Your session ends at ${format.minute(ends)} IST. Save what you are doing; then `,
        h("button", { class: "link", type: "button", on: { click: askLogout } }, "log out and in again"),
        ".",
      ),
  );
}

function drawAll() {
  for (const draw of drawings) draw();
}

export function openKeys() {
  if (document.querySelector("dialog[open]")) return;
  openDialog({
    title: "Keys",
    content: () => [
      [...listKeys()].map(([group, commands]) =>
        h(
          "section",
          { class: "keys" },
          h("h3", null, group),
          h(
            "dl",
            null,
            commands.map((command) =>
              h(
                "div",
                null,
                h("dt", null, command.keys.split(" ").map((key) => h("kbd", null, keyName(key)))),
                h("dd", null, command.label),
              )
            ),
          ),
        )
      ),
      h(
        "label",
        { class: "switch" },
        h("input", {
          type: "checkbox",
          checked: lettersOn(),
          on: { change: (/** @type {any} */ event) => setLetters(event.target.checked) },
        }),
        " Single letters work as commands",
      ),
    ],
  });
}
