// The stores of everything that moves, fed by the live socket: quotes, the book (orders, positions, trades, funds), the connection, the
// feed's age.
// Order states come from here only; no page guesses one.

import { api } from "./api.js";
import { chosenBook, defaultBook } from "./book.js";
import { offset, seconds } from "./clock.js";
import { end, token, user } from "./session.js";
import { createStream } from "./socket.js";
import { createKeyed, createStore } from "./store.js";

/** @typedef {import("../types.d.ts").Quote} Quote */
/** @typedef {import("../types.d.ts").Order} Order */
/** @typedef {import("../types.d.ts").Trade} Trade */
/** @typedef {import("../types.d.ts").Position} Position */
/** @typedef {import("../types.d.ts").Funds} Funds */
/** @typedef {import("../types.d.ts").MarketStatus} MarketStatus */

/** Prices older than this are shown as old. */
const staleAfterMilliseconds = 5_000;
const statusEveryMilliseconds = 20_000;
const tradesKept = 100;
const ordersKept = 400;
/** A tape's clock may be years away; beyond this the difference of stamps says nothing about delay. */
const believableAgeMilliseconds = 60_000;
/** The watch route takes 200 instruments a call. */
const watchChunk = 200;

/** @type {ReturnType<typeof createKeyed<Quote>>} */
export const quotes = createKeyed();
/** @type {ReturnType<typeof createKeyed<Order>>} */
export const orders = createKeyed();
/** @type {ReturnType<typeof createKeyed<Position>>} */
export const positions = createKeyed();
/** Newest first. */
export const trades = createStore(/** @type {Trade[]} */ ([]));
export const funds = createStore(/** @type {Funds | null} */ (null));
/** False until the first snapshot: an empty table before it means "not known yet". */
export const bookLoaded = createStore(false);
export const connection = createStore(/** @type {import("./socket.js").StreamState} */ ("off"));
export const market = createStore(/** @type {{ status: MarketStatus, readAt: number } | null} */ (null));
/** `age`: server stamp to arrival of the latest quotes, null when the stamps are of another clock. */
export const feed = createStore({ arrivedAt: 0, age: /** @type {number | null} */ (null), perSecond: 0 });
/** Whether prices on screen must be taken for old. */
export const stale = createStore(false);
/** How long the latest order took from click to answer. */
export const lastOrder = createStore(/** @type {number | null} */ (null));

/** @type {Set<(candle: { instrument: string, interval: string, candle: import("../types.d.ts").Candle, closed: boolean }) => void>} */
const candleListeners = new Set();
/** @type {Set<(event: { kind: string, [member: string]: any }) => void>} */
const eventListeners = new Set();

/** @param {Pick<Position, "exchange" | "tradingsymbol" | "product">} position */
export const positionKey = (position) => `${position.exchange}:${position.tradingsymbol}:${position.product}`;
/** @param {{ exchange: string, tradingsymbol: string }} thing */
export const instrumentKey = (thing) => `${thing.exchange}:${thing.tradingsymbol}`;
/** @param {string} key */
export function splitKey(key) {
  const colon = key.indexOf(":");
  return { exchange: key.slice(0, colon), tradingsymbol: key.slice(colon + 1) };
}
/** @param {Order} order */
export const isWorking = (order) => ["OPEN", "TRIGGER PENDING", "AMO REQ RECEIVED"].includes(order.status);

const stream = createStream({
  open: () => {
    const book = chosenBook() === defaultBook ? "" : `?book=${encodeURIComponent(chosenBook())}`;
    return new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/api/stream${book}`);
  },
  token: () => token() ?? (user.get() ? "" : null),
  onMessage: receive,
  onState(state) {
    connection.set(state);
    if (state === "waiting") offset.clear();
    judgeAge();
  },
  onPong: (sample) => offset.add(sample),
  onUnauthorised: (words) => end(words),
});

let quotesThisSecond = 0;

/** @param {any} message */
function receive(message) {
  switch (message.type) {
    case "snapshot":
      takeBook(message);
      break;
    case "quotes":
      takeQuotes(message);
      break;
    case "candle":
      for (const listener of [...candleListeners]) listener(message);
      break;
    case "event":
      takeEvent(message);
      break;
    case "pnl":
      for (const moved of message.positions ?? []) {
        // A position that closed between the turn and this frame must not come back as a ghost.
        const key = positionKey(moved);
        if (positions.get(key)) positions.merge(key, moved);
      }
      if (message.funds) funds.set({ ...funds.get(), ...message.funds });
      break;
    case "error":
      for (const listener of [...eventListeners]) listener({ kind: "error", error: message.error, detail: message.detail });
      break;
  }
}

/** @param {any} message */
function takeBook(message) {
  funds.set(message.funds);
  positions.replace((message.positions ?? []).map((/** @type {Position} */ position) => [positionKey(position), position]));
  orders.replace((message.orders ?? []).map((/** @type {Order} */ order) => [order.order_id, order]));
  trades.set((message.trades ?? []).slice(0, tradesKept));
  bookLoaded.set(true);
}

/** @param {any} message */
function takeQuotes(message) {
  for (const quote of message.quotes) quotes.merge(quote.i, quote);
  quotesThisSecond += message.quotes.length;
  const apart = Date.now() + (offset.best()?.offset ?? 0) - message.at;
  feed.update((last) => ({ ...last, arrivedAt: Date.now(), age: Math.abs(apart) < believableAgeMilliseconds ? Math.max(0, apart) : null }));
  judgeAge();
}

/** @param {any} event */
function takeEvent(event) {
  switch (event.kind) {
    case "order":
      orders.set(event.order.order_id, event.order);
      if (orders.size() > ordersKept) dropOldest();
      break;
    case "trade":
      trades.update((known) => [event.trade, ...known.filter((trade) => trade.trade_id !== event.trade.trade_id)].slice(0, tradesKept));
      break;
    case "position":
      if (event.position.quantity === 0) positions.remove(positionKey(event.position));
      else positions.set(positionKey(event.position), event.position);
      break;
    case "funds":
      funds.set(event.funds);
      break;
    case "reset":
      stream.askForSnapshot();
      break;
  }
  for (const listener of [...eventListeners]) listener(event);
}

/** A tab that stays open for weeks keeps the working orders and the newest others. */
function dropOldest() {
  const done = orders.values().filter((order) => !isWorking(order)).sort((a, b) => compareText(b.order_timestamp, a.order_timestamp));
  const kept = [...orders.values().filter(isWorking), ...done.slice(0, ordersKept / 2)];
  orders.replace(kept.map((order) => [order.order_id, order]));
}

/** @param {string} a @param {string} b */
const compareText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function judgeAge() {
  const { arrivedAt } = feed.get();
  const old = arrivedAt > 0 && Date.now() - arrivedAt > staleAfterMilliseconds;
  // A closed market is quiet by right; a broken line never is.
  const quietByRight = connection.get() === "live" && market.get()?.status.market_status === "CLOSED";
  stale.set(old && !quietByRight);
}

async function readStatus() {
  try {
    market.set({ status: await api.getMarketStatus(), readAt: Date.now() });
  } catch (_unreachable) {
    // The connection word in the header already says so; the next turn of the clock asks again.
  }
}

/** @type {any} */
let statusTimer = null;

/** Follows the session: a person comes, the line opens; the person goes, everything of theirs is gone. */
export function startLive() {
  user.subscribe((person) => {
    clearInterval(statusTimer);
    if (person) {
      stream.start();
      void readStatus();
      statusTimer = setInterval(() => void readStatus(), statusEveryMilliseconds);
    } else {
      stream.stop();
      quotes.replace([]);
      orders.replace([]);
      positions.replace([]);
      trades.set([]);
      funds.set(null);
      bookLoaded.set(false);
      lastOrder.set(null);
      stale.set(false);
      feed.set({ arrivedAt: 0, age: null, perSecond: 0 });
    }
  });
  seconds.subscribe(() => {
    feed.update((last) => ({ ...last, perSecond: quotesThisSecond }));
    quotesThisSecond = 0;
    judgeAge();
  });
  document.addEventListener("visibilitychange", () => stream.setHidden(document.hidden));
  addEventListener("online", () => stream.retryNow());
}

/**
 * Watches instruments: their standing facts and price by HTTP once, then the feed. Unknown ones stay absent.
 * @param {string[]} instruments
 */
export function watch(instruments) {
  const undo = stream.subscribe(instruments);
  const unknown = instruments.filter((key) => quotes.get(key)?.lot === undefined);
  for (let from = 0; from < unknown.length; from += watchChunk) void readFacts(unknown.slice(from, from + watchChunk));
  return undo;
}

/** @param {string[]} instruments */
async function readFacts(instruments) {
  try {
    const answer = await api.watch(instruments);
    // These prices age, too: should the feed never send one, they must not look live for ever.
    if (answer.quotes.length > 0 && feed.get().arrivedAt === 0) feed.update((last) => ({ ...last, arrivedAt: Date.now() }));
    for (const quote of answer.quotes) {
      const known = quotes.get(quote.i);
      // The feed may have been quicker: then only the facts are taken, not the older price.
      if (known?.at && quote.at && known.at > quote.at) {
        quotes.merge(quote.i, { tick: quote.tick, lot: quote.lot, name: quote.name, tradable: quote.tradable, simulated: quote.simulated });
      } else quotes.merge(quote.i, quote);
    }
  } catch (_unreachable) {
    // Rows stay in their "no price yet" state; the feed fills the prices, and opening the page again asks anew.
  }
}

/** Five levels of one instrument, until the returned function is called. @param {string} instrument */
export function watchDepth(instrument) {
  stream.depth(instrument);
  return () => stream.depth(null);
}

/** The candles of one chart. @param {string} instrument @param {string} interval @param {(message: any) => void} listener */
export function watchCandles(instrument, interval, listener) {
  candleListeners.add(listener);
  stream.candles(instrument, interval);
  return () => {
    candleListeners.delete(listener);
    stream.candles(null, interval);
  };
}

/** Everything that happened to the book, as it happens. @param {(event: any) => void} listener */
export function onEvent(listener) {
  eventListeners.add(listener);
  return () => void eventListeners.delete(listener);
}
