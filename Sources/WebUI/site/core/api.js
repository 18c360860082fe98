// The one file that talks HTTP. Each method is one route; the session token goes along from localStorage `authToken`.
// An error status throws an ApiError whose message is the server's `detail`, or `HTTP <code>`; any 401 ends the session first.

/** @typedef {import("../types.d.ts").OrderDraft} OrderDraft */

import { chosenBook, defaultBook } from "./book.js";

export const tokenKey = "authToken";
const timeLimitMilliseconds = 20_000;

/** A refusal or failure that came back from the server, or the lack of any answer (`status` 0). */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {any} body */
  constructor(message, status, body) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    /** The stable code of the refusal, such as `insufficient_funds`. @type {string | null} */
    this.code = typeof body?.error === "string" ? body.error : null;
    /** The field of the form that the refusal is about. @type {string | null} */
    this.field = typeof body?.field === "string" ? body.field : null;
    this.body = body;
  }

  /** Whether the server may have acted although no answer came. */
  get outcomeUnknown() {
    return this.status === 0 || this.status >= 500;
  }
}

/** @param {any} body @param {number} status */
function messageOf(body, status) {
  const detail = body?.detail ?? body?.message;
  if (typeof detail === "string" && detail !== "") return detail;
  if (Array.isArray(detail)) {
    // The old validation shape: one entry per field.
    const words = detail.map((entry) => [entry?.loc?.at?.(-1), entry?.msg].filter(Boolean).join(": ")).filter(Boolean);
    if (words.length > 0) return words.join("; ");
  }
  return `HTTP ${status}`;
}

/** What a 401 means, in the words that the login page shows. @param {string} detail */
export function sessionEnding(detail) {
  const rest = detail.replace(/^Authentication (required|failed)[.:]?\s*/, "").trim();
  if (/expired/i.test(detail)) return rest || "Your session has expired, please log in again.";
  return rest || "Please log in.";
}

/**
 * @param {object} edges
 * @param {typeof globalThis.fetch} edges.fetch
 * @param {Pick<Storage, "getItem" | "setItem" | "removeItem">} edges.storage
 * @param {(words: string) => void} edges.onUnauthorised called once per 401, after the token is gone
 * @param {() => string} [edges.book] which of the own books calls are about that name none
 */
export function createAPI({ fetch, storage, onUnauthorised, book = () => defaultBook }) {
  /** Paths that are about one book. */
  const aboutBook = /^\/api\/(paper-trading|orders)\//;

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ query?: Record<string, string | number | null | undefined>, body?: unknown, guest?: boolean }} [options]
   *   `guest`: a 401 is an answer about what was sent (a wrong password), not the end of a session
   * @returns {Promise<any>}
   */
  async function call(method, path, { query, body, guest = false } = {}) {
    const named = aboutBook.test(path) && query?.book === undefined && book() !== defaultBook ? { ...query, book: book() } : query;
    const pairs = Object.entries(named ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const address = pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
    /** @type {Record<string, string>} */
    const headers = { Accept: "application/json" };
    const token = storage.getItem(tokenKey);
    if (token) headers["X-Session-Token"] = token;
    if (body !== undefined) headers["Content-Type"] = "application/json";

    let response;
    try {
      response = await fetch(address, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(timeLimitMilliseconds),
        credentials: "omit",
        cache: "no-store",
      });
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      throw new ApiError(late ? "The server did not answer in time." : "The server cannot be reached.", 0, null);
    }

    let answer = null;
    const text = await response.text().catch(() => {
      throw new ApiError("The connection broke off before the whole answer came.", 0, null);
    });
    try {
      answer = text === "" ? null : JSON.parse(text);
    } catch (_notJSON) {
      if (response.ok) throw new ApiError("The server's answer could not be read.", response.status, null);
    }
    if (response.ok) return answer;

    const error = new ApiError(messageOf(answer, response.status), response.status, answer);
    // A call that set out before a new login must not end the new session.
    if (response.status === 401 && !guest && storage.getItem(tokenKey) === token) {
      storage.removeItem(tokenKey);
      onUnauthorised(sessionEnding(error.message));
    }
    throw error;
  }

  const orders = "/api/paper-trading/orders";
  /** @param {string} id */
  const order = (id) => `${orders}/${encodeURIComponent(id)}`;

  /** @param {"book" | "user" | "house"} scope @param {string} name */
  const stopPath = (scope, name) =>
    scope === "house" ? "/api/admin/stop" : scope === "user" ? "/api/risk/stop" : `/api/books/${encodeURIComponent(name)}/stop`;

  return {
    // Set-up and identity.
    /** @returns {Promise<import("../types.d.ts").SetupStatus>} */
    getSetupStatus: () => call("GET", "/api/setup/status"),
    /**
     * @param {{ token: string, email: string, password: string, name?: string }} owner
     * @returns {Promise<import("../types.d.ts").AuthAnswer>}
     */
    setUp: (owner) => call("POST", "/api/setup", { body: owner, guest: true }),
    /** @param {{ email: string, password: string, name?: string }} account @returns {Promise<import("../types.d.ts").AuthAnswer>} */
    register: (account) => call("POST", "/api/auth/register", { body: account, guest: true }),
    /** @param {{ email: string, password: string }} credentials @returns {Promise<import("../types.d.ts").AuthAnswer>} */
    login: (credentials) => call("POST", "/api/auth/login", { body: credentials, guest: true }),
    logout: () => call("POST", "/api/auth/logout", { guest: true }),
    /**
     * Who a token is; asked without one, the stored token counts.
     * @param {string | null} [token]
     * @returns {Promise<{ is_authenticated: boolean, user: import("../types.d.ts").User | null }>}
     */
    getAuthStatus: (token) => call("GET", "/api/auth/status", { query: { token: token ?? storage.getItem(tokenKey) } }),
    /** @returns {Promise<import("../types.d.ts").User>} */
    getUser: () => call("GET", "/api/auth/user"),

    // The broker's portfolio, in the words of the old pages.
    getPortfolio: () => call("GET", "/api/portfolio/holdings"),
    getPositions: () => call("GET", "/api/portfolio/positions"),
    getOrders: () => call("GET", "/api/portfolio/orders"),
    getMargins: () => call("GET", "/api/portfolio/margins"),

    // The paper book, in the words of the old pages.
    getPaperPortfolio: () => call("GET", "/api/paper-trading/portfolio"),
    getPaperTrades: () => call("GET", "/api/paper-trading/trades"),
    /** @returns {Promise<{ funds: import("../types.d.ts").Funds }>} */
    getPaperFunds: () => call("GET", "/api/paper-trading/funds"),
    /** @returns {Promise<{ stats: import("../types.d.ts").Statistics }>} */
    getPaperStats: () => call("GET", "/api/paper-trading/stats"),
    /** @param {number} [capital] the new starting capital; the present one stays without it */
    resetPaperPortfolio: (capital) => call("POST", "/api/paper-trading/reset", { body: capital === undefined ? {} : { capital } }),

    // The paper book, native.
    /** @param {OrderDraft} draft @returns {Promise<import("../types.d.ts").OrderAnswer>} */
    placeOrder: (draft) => call("POST", orders, { body: draft }),
    /** @param {string} id @param {import("../types.d.ts").OrderChange} change @returns {Promise<import("../types.d.ts").OrderAnswer>} */
    modifyOrder: (id, change) => call("PATCH", order(id), { body: change }),
    /** @param {string} id @returns {Promise<import("../types.d.ts").OrderAnswer>} */
    cancelOrder: (id) => call("DELETE", order(id)),
    /** @param {string} id @returns {Promise<{ order: import("../types.d.ts").Order }>} */
    getPaperOrder: (id) => call("GET", order(id)),
    /**
     * @param {{ limit?: number, after?: string | null, status?: string | null, symbol?: string | null, tag?: string | null }} [filter]
     * @returns {Promise<{ orders: import("../types.d.ts").Order[], next: string | null }>}
     */
    listPaperOrders: (filter) => call("GET", orders, { query: filter }),
    /**
     * @returns {Promise<{ positions: import("../types.d.ts").Position[], totals: { unrealised_pnl: number, realised_pnl: number, day_pnl: number, invested: number } }>}
     */
    getPaperPositions: () => call("GET", "/api/paper-trading/positions"),
    /**
     * @param {{ limit?: number, after?: number | null }} [page]
     * @returns {Promise<import("../types.d.ts").Proof>}
     */
    getProof: (page) => call("GET", "/api/paper-trading/proof", { query: page }),
    /** The balances of the double-entry ledger. @returns {Promise<import("../types.d.ts").LedgerAnswer>} */
    getLedger: () => call("GET", "/api/paper-trading/ledger", { query: { limit: 1000 } }),
    /**
     * @param {{ by?: string, symbol?: string, tag?: string, from?: string, to?: string, epoch?: string | null, book?: string }} [part]
     * @returns {Promise<import("../types.d.ts").StatisticsAnswer>}
     */
    getStatistics: (part) => call("GET", "/api/paper-trading/statistics", { query: part }),
    /** @param {OrderDraft} draft @returns {Promise<import("../types.d.ts").Estimate>} */
    estimate: (draft) => call("POST", "/api/paper-trading/estimate", { body: draft }),

    // Orders that wait for a price.
    /** @returns {Promise<{ gtt: import("../types.d.ts").Trigger[], count: number }>} */
    getTriggers: () => call("GET", "/api/paper-trading/gtt"),
    /**
     * @param {{ exchange: string, tradingsymbol: string, legs: Array<Omit<import("../types.d.ts").TriggerLeg, "result" | "order_type">> }} draft
     * @returns {Promise<{ gtt: import("../types.d.ts").Trigger }>}
     */
    makeTrigger: (draft) => call("POST", "/api/paper-trading/gtt", { body: draft }),
    /** @param {number} id @returns {Promise<{ gtt: import("../types.d.ts").Trigger }>} */
    deleteTrigger: (id) => call("DELETE", `/api/paper-trading/gtt/${id}`),

    // The own books.
    /** @returns {Promise<{ books: import("../types.d.ts").Book[], limit: number }>} */
    getBooks: () => call("GET", "/api/books"),
    /**
     * @param {{ name: string, title?: string, capital?: number, clone_of?: string }} draft
     * @returns {Promise<{ book: import("../types.d.ts").Book }>}
     */
    makeBook: (draft) => call("POST", "/api/books", { body: draft }),
    /** @param {string} name @param {string} title */
    renameBook: (name, title) => call("PATCH", `/api/books/${encodeURIComponent(name)}`, { body: { title } }),
    /** @param {string} name @param {number} capital */
    resetBook: (name, capital) => call("POST", `/api/books/${encodeURIComponent(name)}/reset`, { body: { capital } }),
    /** @param {string} name @returns {Promise<{ epochs: import("../types.d.ts").Epoch[], folded_epochs: number[] }>} */
    getEpochs: (name) => call("GET", `/api/books/${encodeURIComponent(name)}/epochs`),

    // Limits and kill switches.
    /** @param {string} name @returns {Promise<import("../types.d.ts").Risk>} */
    getRisk: (name) => call("GET", `/api/books/${encodeURIComponent(name)}/risk`),
    /** @param {string} name @param {Record<string, any>} limits @returns {Promise<import("../types.d.ts").Risk>} */
    setLimits: (name, limits) => call("PUT", `/api/books/${encodeURIComponent(name)}/risk`, { body: limits }),
    /**
     * @param {"book" | "user" | "house"} scope
     * @param {string} name of the book, where the scope is one
     * @param {string} reason
     * @returns {Promise<{ effect: string, cancelled_orders: number }>}
     */
    stop: (scope, name, reason) => call("POST", stopPath(scope, name), { body: reason === "" ? {} : { reason } }),
    /** @param {"book" | "user" | "house"} scope @param {string} name @returns {Promise<{ effect: string }>} */
    release: (scope, name) => call("DELETE", stopPath(scope, name)),

    // The market.
    /** @param {string[]} instruments such as `NSE:INFY`, 200 at most @returns {Promise<{ quotes: import("../types.d.ts").Quote[] }>} */
    watch: (instruments) => call("GET", "/api/market/watch", { query: { instruments: instruments.join(",") } }),
    /**
     * @param {{ instrument: string, interval: string, count?: number, to?: number }} wanted
     * @returns {Promise<{ candles: import("../types.d.ts").Candle[], partial: boolean }>}
     */
    getCandles: (wanted) => call("GET", "/api/market/candles", { query: wanted }),
    /** @param {string} words @returns {Promise<{ results: import("../types.d.ts").InstrumentFound[] }>} */
    searchInstruments: (words) =>
      call("GET", `/api/market/instruments/search/${encodeURIComponent(words)}`, { query: { exchange: "ALL" } }),
    /** @returns {Promise<import("../types.d.ts").MarketStatus>} */
    getMarketStatus: () => call("GET", "/api/market/status"),
    /** @param {string[]} symbols such as `NSE:INFY` */
    getLTP: (symbols) => call("GET", "/api/market/ltp", { query: { symbols: symbols.join(",") } }),
    /** @param {{ symbol: string, exchange?: string, from_date: string, to_date: string, interval?: string }} span */
    getHistoricalData: (span) => call("POST", "/api/market/historical", { body: span }),

    // The owner's.
    /** @returns {Promise<import("../types.d.ts").LegacyBooks>} */
    getLegacyBooks: () => call("GET", "/api/admin/legacy-books"),
    /** @param {string} user the account that receives the books */
    handOverLegacyBooks: (user) => call("POST", "/api/admin/legacy-books/hand-over", { body: { user_id: user } }),
    /** @returns {Promise<{ enabled: boolean, alert?: boolean, verdict?: string, last_verified?: string | null }>} */
    getBackups: () => call("GET", "/api/admin/backups"),
    /** @returns {Promise<{ users: import("../types.d.ts").HouseUser[], next: string | null }>} */
    getUsers: () => call("GET", "/api/admin/users"),
  };
}

/** @type {(words: string) => void} */
let unauthorised = () => {};
/** Says who is told when a session has ended. @param {(words: string) => void} listener */
export function onUnauthorised(listener) {
  unauthorised = listener;
}

/** The client that pages use. */
export const api = createAPI({
  fetch: (...call) => globalThis.fetch(...call),
  storage: {
    getItem: (key) => globalThis.localStorage.getItem(key),
    setItem: (key, value) => globalThis.localStorage.setItem(key, value),
    removeItem: (key) => globalThis.localStorage.removeItem(key),
  },
  onUnauthorised: (words) => unauthorised(words),
  book: chosenBook,
});
