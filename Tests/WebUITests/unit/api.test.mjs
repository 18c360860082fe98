// The HTTP client against a scripted fetch: token header, errors as words, the end of a session, addresses of the routes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, createAPI, sessionEnding } from "../../../Sources/WebUI/site/core/api.js";

/** @param {number} status @param {unknown} [body] */
const answer = (status, body) =>
  new Response(body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body), { status });

/** @param {(path: string, options: any) => Response | Promise<Response>} reply @param {string | null} [token] */
function bench(reply, token = "t-1") {
  const stored = new Map(token ? [["authToken", token]] : []);
  const calls = /** @type {Array<{ path: string, options: any }>} */ ([]);
  const ended = /** @type {string[]} */ ([]);
  const api = createAPI({
    fetch: /** @type {any} */ ((/** @type {string} */ path, /** @type {any} */ options) => {
      calls.push({ path, options });
      return Promise.resolve(reply(path, options));
    }),
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
      removeItem: (key) => void stored.delete(key),
    },
    onUnauthorised: (words) => ended.push(words),
  });
  return { api, calls, ended, stored };
}

test("every call carries the session token, and none when there is none", async () => {
  const b = bench(() => answer(200, {}));
  await b.api.getPaperTrades();
  await b.api.placeOrder(/** @type {any} */ ({ quantity: 1 }));
  assert.deepEqual(b.calls.map((call) => call.options.headers["X-Session-Token"]), ["t-1", "t-1"]);
  const guest = bench(() => answer(200, {}), null);
  await guest.api.getSetupStatus();
  assert.equal("X-Session-Token" in guest.calls[0].options.headers, false);
});

test("an error is the server's detail, its message, or the bare code", async () => {
  for (
    const [status, body, words] of [
      [409, { detail: "Not enough funds.", error: "insufficient_funds" }, "Not enough funds."],
      [400, { ok: false, error: "invalid_email", message: "This is no address." }, "This is no address."],
      [
        422,
        { detail: [{ loc: ["body", "quantity"], msg: "must be above 0" }, { loc: ["body", "price"], msg: "is missing" }] },
        "quantity: must be above 0; price: is missing",
      ],
      [500, "<html>", "HTTP 500"],
      [502, undefined, "HTTP 502"],
      [418, { detail: "" }, "HTTP 418"],
    ]
  ) {
    const b = bench(() => answer(/** @type {number} */ (status), body));
    await assert.rejects(b.api.getPaperFunds(), { message: words });
    assert.deepEqual(b.ended, []);
  }
});

test("an error tells its code, its field and whether the outcome is known", async () => {
  const b = bench(() => answer(422, { detail: "Too many.", error: "quantity_too_large", field: "quantity" }));
  await assert.rejects(
    b.api.placeOrder(/** @type {any} */ ({})),
    (error) => error instanceof ApiError && error.code === "quantity_too_large" && error.field === "quantity" && !error.outcomeUnknown,
  );
  const gone = bench(() => Promise.reject(new TypeError("failed")));
  await assert.rejects(
    gone.api.placeOrder(/** @type {any} */ ({})),
    (error) => error instanceof ApiError && error.outcomeUnknown && error.message === "The server cannot be reached.",
  );
});

test("a 401 empties the token and says why, once per call", async () => {
  const b = bench(() => answer(401, { detail: "Authentication required. Your session has expired, please log in again." }));
  await assert.rejects(b.api.getPaperFunds());
  assert.equal(b.stored.has("authToken"), false);
  assert.deepEqual(b.ended, ["Your session has expired, please log in again."]);
});

test("a wrong password is an answer and not the end of a session", async () => {
  const b = bench(() => answer(401, { ok: false, error: "invalid_credentials", message: "Wrong e-mail or password." }));
  await assert.rejects(b.api.login({ email: "a@b.test", password: "x" }), { message: "Wrong e-mail or password." });
  assert.equal(b.stored.get("authToken"), "t-1");
  assert.deepEqual(b.ended, []);
});

test("a late 401 of an old session does not end the new one", async () => {
  const b = bench(() => {
    b.stored.set("authToken", "t-2");
    return answer(401, { detail: "Authentication required. Please log in." });
  });
  await assert.rejects(b.api.getPaperFunds());
  assert.equal(b.stored.get("authToken"), "t-2");
  assert.deepEqual(b.ended, []);
});

test("the end of a session reads as expired or absent", () => {
  assert.equal(sessionEnding("Authentication required. Please log in."), "Please log in.");
  assert.equal(
    sessionEnding("Authentication required. Your session has expired, please log in again."),
    "Your session has expired, please log in again.",
  );
  assert.equal(sessionEnding("Authentication failed: No active session. Please login."), "No active session. Please login.");
  assert.equal(sessionEnding("Authentication required"), "Please log in.");
});

test("the status of a login is asked with the token in the query, as the old client does", async () => {
  const b = bench(() => answer(200, { is_authenticated: false, user: null }));
  await b.api.getAuthStatus("a b&c");
  assert.equal(b.calls[0].path, "/api/auth/status?token=a+b%26c");
});

test("the old client's methods ask the old routes", async () => {
  const b = bench(() => answer(200, {}));
  await b.api.getPortfolio();
  await b.api.getPositions();
  await b.api.getOrders();
  await b.api.getMargins();
  await b.api.getPaperPortfolio();
  await b.api.getPaperTrades();
  await b.api.getPaperFunds();
  await b.api.getPaperStats();
  await b.api.resetPaperPortfolio();
  await b.api.getLTP(["NSE:INFY", "NSE:TCS"]);
  await b.api.getHistoricalData({ symbol: "INFY", from_date: "2026-01-01", to_date: "2026-02-01" });
  assert.deepEqual(b.calls.map((call) => `${call.options.method} ${call.path}`), [
    "GET /api/portfolio/holdings",
    "GET /api/portfolio/positions",
    "GET /api/portfolio/orders",
    "GET /api/portfolio/margins",
    "GET /api/paper-trading/portfolio",
    "GET /api/paper-trading/trades",
    "GET /api/paper-trading/funds",
    "GET /api/paper-trading/stats",
    "POST /api/paper-trading/reset",
    "GET /api/market/ltp?symbols=NSE%3AINFY%2CNSE%3ATCS",
    "POST /api/market/historical",
  ]);
});

test("ids and search words cannot break out of their place in the address", async () => {
  const b = bench(() => answer(200, {}));
  await b.api.cancelOrder("P/../x?y");
  await b.api.searchInstruments("M&M/a");
  await b.api.listPaperOrders({ status: "", symbol: "M&M", after: null });
  assert.deepEqual(b.calls.map((call) => call.path), [
    "/api/paper-trading/orders/P%2F..%2Fx%3Fy",
    "/api/market/instruments/search/M%26M%2Fa?exchange=ALL",
    "/api/paper-trading/orders?symbol=M%26M",
  ]);
});

test("prices go out as the decimals that were typed", async () => {
  const b = bench(() => answer(201, {}));
  await b.api.placeOrder(/** @type {any} */ ({ price: 1997.2, quantity: 250 }));
  assert.equal(b.calls[0].options.body, '{"price":1997.2,"quantity":250}');
});
