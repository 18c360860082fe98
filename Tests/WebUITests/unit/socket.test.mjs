// The live socket's protocol against a scripted WebSocket: authentication, order of events, holes, resume, reconnect, silence.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream, reconnectDelay } from "../../../Sources/WebUI/site/core/socket.js";

/** A stream with a WebSocket, a clock and timers that the test turns by hand. @param {{ token?: string | null }} [options] */
function bench({ token = "t-1" } = {}) {
  /** @type {any[]} */
  const sockets = [];
  /** @type {Array<{ job: () => void, at: number, id: number }>} */
  let timers = [];
  const state = {
    now: 1_000_000,
    messages: /** @type {any[]} */ ([]),
    states: /** @type {string[]} */ ([]),
    ended: /** @type {string[]} */ ([]),
    pongs: /** @type {any[]} */ ([]),
    token,
  };
  let id = 0;
  const stream = createStream({
    open() {
      const socket = {
        sent: /** @type {any[]} */ ([]),
        closed: false,
        send: (/** @type {string} */ text) => socket.sent.push(JSON.parse(text)),
        close: () => socket.closed = true,
      };
      sockets.push(socket);
      return socket;
    },
    token: () => state.token,
    onMessage: (message) => state.messages.push(message),
    onState: (next) => state.states.push(next),
    onUnauthorised: (words) => state.ended.push(words),
    onPong: (sample) => state.pongs.push(sample),
    now: () => state.now,
    random: () => 0.5,
    setTimer(job, milliseconds) {
      id += 1;
      timers.push({ job, at: state.now + milliseconds, id });
      return id;
    },
    clearTimer(timer) {
      timers = timers.filter((candidate) => candidate.id !== timer);
    },
  });
  const socket = () => sockets[sockets.length - 1];
  return {
    stream,
    state,
    sockets,
    socket,
    /** @param {object} message */
    receive: (message) => socket().onmessage({ data: JSON.stringify(message) }),
    /** @param {number} milliseconds */
    pass(milliseconds) {
      const end = state.now + milliseconds;
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        state.now = Math.max(state.now, next.at);
        next.job();
      }
      state.now = end;
    },
    /** @param {number} [seq] */
    hello(seq = 0) {
      socket().onopen();
      this.receive({ type: "hello", user_id: "U1", seq, at: state.now, market: "simulated" });
    },
    /** @param {string} type */
    sent: (type) => socket().sent.filter((/** @type {any} */ message) => message.type === type),
  };
}

test("the first frame is the token, and nothing else goes before hello", () => {
  const b = bench();
  b.stream.start();
  b.stream.subscribe(["NSE:A"]);
  b.socket().onopen();
  assert.deepEqual(b.socket().sent, [{ type: "auth", token: "t-1" }]);
  b.receive({ type: "hello", seq: 0, at: b.state.now });
  assert.deepEqual(b.sent("subscribe"), [{ type: "subscribe", instruments: ["NSE:A"] }]);
  assert.deepEqual(b.state.states, ["connecting", "live"]);
});

test("without a token no socket is opened and the login is asked for", () => {
  const b = bench({ token: null });
  b.stream.start();
  assert.equal(b.sockets.length, 0);
  assert.deepEqual(b.state.ended, ["Please log in."]);
});

test("events pass in order, repeated ones do not", () => {
  const b = bench();
  b.stream.start();
  b.hello(4);
  b.receive({ type: "snapshot", seq: 4 });
  b.receive({ type: "event", seq: 5, kind: "order" });
  b.receive({ type: "event", seq: 5, kind: "order" });
  b.receive({ type: "event", seq: 6, kind: "trade" });
  assert.deepEqual(b.state.messages.filter((message) => message.type === "event").map((message) => message.seq), [5, 6]);
});

test("an event before the first snapshot is left to the snapshot", () => {
  const b = bench();
  b.stream.start();
  b.hello(4);
  b.receive({ type: "event", seq: 5, kind: "order" });
  b.receive({ type: "snapshot", seq: 5 });
  assert.deepEqual(b.state.messages.map((message) => message.type), ["hello", "snapshot"]);
});

test("a hole asks for one snapshot, and events go on after it", () => {
  const b = bench();
  b.stream.start();
  b.hello(1);
  b.receive({ type: "snapshot", seq: 1 });
  b.receive({ type: "event", seq: 3, kind: "order" });
  b.receive({ type: "event", seq: 4, kind: "order" });
  assert.equal(b.sent("snapshot").length, 1);
  assert.equal(b.state.messages.filter((message) => message.type === "event").length, 0);
  b.receive({ type: "snapshot", seq: 4 });
  b.receive({ type: "event", seq: 5, kind: "order" });
  assert.deepEqual(b.state.messages.at(-1), { type: "event", seq: 5, kind: "order" });
  b.receive({ type: "event", seq: 7, kind: "order" });
  assert.equal(b.sent("snapshot").length, 2);
});

test("after a break it resumes where it was and repeats its wishes", () => {
  const b = bench();
  b.stream.start();
  b.hello(7);
  b.receive({ type: "snapshot", seq: 7 });
  b.stream.subscribe(["NSE:A", "NSE:B"]);
  b.stream.depth("NSE:A");
  b.stream.candles("NSE:A", "5minute");
  b.socket().onclose({ code: 1006, reason: "" });
  assert.equal(b.stream.state(), "waiting");
  b.pass(1_000);
  assert.equal(b.sockets.length, 2);
  b.hello(9);
  assert.deepEqual(b.socket().sent.slice(0, 4), [
    { type: "auth", token: "t-1", resume: 7 },
    { type: "subscribe", instruments: ["NSE:A", "NSE:B"] },
    { type: "depth", instrument: "NSE:A" },
    { type: "candles", instrument: "NSE:A", interval: "5minute" },
  ]);
  b.receive({ type: "event", seq: 8, kind: "order" });
  b.receive({ type: "event", seq: 9, kind: "order" });
  assert.deepEqual(b.state.messages.filter((message) => message.type === "event").map((message) => message.seq), [8, 9]);
});

test("a server that counts lower than before is asked for a snapshot", () => {
  const b = bench();
  b.stream.start();
  b.hello(7);
  b.receive({ type: "snapshot", seq: 7 });
  b.socket().onclose({ code: 1001, reason: "" });
  b.pass(1_000);
  b.hello(2);
  assert.equal(b.sent("snapshot").length, 1);
  b.receive({ type: "snapshot", seq: 2 });
  b.receive({ type: "event", seq: 3, kind: "order" });
  assert.equal(b.state.messages.at(-1).seq, 3);
});

test("delays grow, are spread, and have an end", () => {
  assert.deepEqual([0, 1, 2, 3].map((attempt) => reconnectDelay(attempt, 1)), [400, 800, 1600, 3200]);
  assert.equal(reconnectDelay(1, 0), 400);
  assert.equal(reconnectDelay(5_000, 1), 15_000);
  const b = bench();
  b.stream.start();
  for (let n = 0; n < 5; n += 1) {
    b.socket().onclose({ code: 1006, reason: "" });
    b.pass(reconnectDelay(n, 0.5) - 1);
    assert.equal(b.sockets.length, n + 1);
    b.pass(1);
    assert.equal(b.sockets.length, n + 2);
  }
});

test("a refused token ends the session in words and does not reconnect", () => {
  for (
    const [reason, words] of [["expired", "Your session has expired, please log in again."], ["absent", "Please log in."], [
      "invalid",
      "This session is not valid any more, please log in again.",
    ]]
  ) {
    const b = bench();
    b.stream.start();
    b.socket().onclose({ code: 4401, reason });
    b.pass(60_000);
    assert.deepEqual(b.state.ended, [words]);
    assert.equal(b.sockets.length, 1);
  }
});

test("too many sockets means a long wait", () => {
  const b = bench();
  b.stream.start();
  b.socket().onclose({ code: 4429, reason: "" });
  b.pass(14_000);
  assert.equal(b.sockets.length, 1);
  b.pass(1_500);
  assert.equal(b.sockets.length, 2);
});

test("a line that falls silent is given up", () => {
  const b = bench();
  b.stream.start();
  b.hello();
  const first = b.socket();
  b.pass(12_000);
  assert.ok(first.closed);
  assert.ok(b.sockets.length > 1);
});

test("pongs keep the line and measure the offset of the clocks", () => {
  const b = bench();
  b.stream.start();
  b.hello();
  for (let n = 0; n < 10; n += 1) {
    b.pass(2_000);
    const ping = b.sent("ping").at(-1);
    b.state.now = ping.t + 40;
    b.receive({ type: "pong", t: ping.t, at: ping.t + 20 + 5_000 });
  }
  assert.equal(b.sockets.length, 1);
  assert.deepEqual(b.state.pongs.at(-1), { roundTrip: 40, offset: 5_000 });
});

test("an instrument that two parts want is unsubscribed with the second", () => {
  const b = bench();
  b.stream.start();
  b.hello();
  const one = b.stream.subscribe(["NSE:A", "NSE:B"]);
  const two = b.stream.subscribe(["NSE:A"]);
  assert.equal(b.sent("subscribe").length, 1);
  one();
  one();
  assert.deepEqual(b.sent("unsubscribe"), [{ type: "unsubscribe", instruments: ["NSE:B"] }]);
  two();
  assert.deepEqual(b.sent("unsubscribe").at(-1), { type: "unsubscribe", instruments: ["NSE:A"] });
});

test("many instruments go out in several frames", () => {
  const b = bench();
  b.stream.start();
  b.hello();
  b.stream.subscribe(Array.from({ length: 250 }, (_, at) => `NSE:S${at}`));
  assert.deepEqual(b.sent("subscribe").map((/** @type {any} */ message) => message.instruments.length), [100, 100, 50]);
});

test("a hidden tab asks for fewer quotes, and for a snapshot on return", () => {
  const b = bench();
  b.stream.start();
  b.hello(1);
  b.receive({ type: "snapshot", seq: 1 });
  b.stream.setHidden(true);
  b.stream.setHidden(false);
  assert.deepEqual(b.sent("rate"), [{ type: "rate", hidden: true }, { type: "rate", hidden: false }]);
  assert.equal(b.sent("snapshot").length, 1);
});

test("an unreadable frame is said, not swallowed, and harms nothing", () => {
  const b = bench();
  b.stream.start();
  b.hello(1);
  b.socket().onmessage({ data: "{" });
  assert.equal(b.state.messages.at(-1).error, "unreadable_frame");
  b.receive({ type: "snapshot", seq: 1 });
  assert.equal(b.state.messages.at(-1).type, "snapshot");
});

test("after stopping nothing of the person is kept", () => {
  const b = bench();
  b.stream.start();
  b.hello(5);
  b.receive({ type: "snapshot", seq: 5 });
  b.stream.subscribe(["NSE:A"]);
  const first = b.socket();
  b.stream.stop();
  assert.ok(first.closed);
  first.onmessage({ data: JSON.stringify({ type: "event", seq: 6, kind: "order" }) });
  b.pass(60_000);
  assert.equal(b.sockets.length, 1);
  b.state.token = "t-2";
  b.stream.start();
  b.hello(0);
  assert.deepEqual(b.socket().sent[0], { type: "auth", token: "t-2" });
  assert.deepEqual(b.sent("subscribe"), []);
  assert.equal(b.state.messages.filter((message) => message.type === "event").length, 0);
});
