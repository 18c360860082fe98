// Stores wake whom they concern and nobody else; a frame paints each job once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createPainter } from "../../../Sources/WebUI/site/core/paint.js";
import { createBag, createKeyed, createStore } from "../../../Sources/WebUI/site/core/store.js";

test("a store tells changes and keeps quiet about sameness", () => {
  const store = createStore(1);
  const heard = [];
  const undo = store.subscribe((value) => heard.push(value));
  store.set(1);
  store.set(2);
  store.update((value) => value + 1);
  undo();
  store.set(9);
  assert.deepEqual(heard, [2, 3]);
});

test("a listener that another one removes is not called any more", () => {
  const store = createStore(0);
  const heard = [];
  store.subscribe(() => undo());
  const undo = store.subscribe(() => heard.push("late"));
  store.set(1);
  assert.deepEqual(heard, []);
});

test("a tick wakes only the rows of its key", () => {
  const quotes = createKeyed();
  const heard = [];
  quotes.subscribe("A", (value) => heard.push(["A", value]));
  quotes.subscribe("B", (value) => heard.push(["B", value]));
  quotes.subscribeAll((key) => heard.push(["all", key]));
  quotes.set("A", { ltp: 1 });
  assert.deepEqual(heard, [["A", { ltp: 1 }], ["all", "A"]]);
});

test("merging keeps the members that a message leaves out", () => {
  const quotes = createKeyed();
  quotes.set("A", { ltp: 1, tick: 0.05 });
  quotes.merge("A", { ltp: 2 });
  assert.deepEqual(quotes.get("A"), { ltp: 2, tick: 0.05 });
});

test("replacing everything tells those whose value is gone", () => {
  const orders = createKeyed();
  orders.set("A", 1);
  const heard = [];
  orders.subscribe("A", (value) => heard.push(value));
  orders.subscribeAll((key) => heard.push(key));
  orders.replace([["B", 2]]);
  assert.deepEqual(heard, [undefined, null]);
  assert.deepEqual(orders.values(), [2]);
});

test("removing what is not there tells nobody", () => {
  const orders = createKeyed();
  let heard = 0;
  orders.subscribeAll(() => heard += 1);
  orders.remove("A");
  assert.equal(heard, 0);
});

test("a bag undoes once, last first", () => {
  const bag = createBag();
  const done = [];
  bag.add(() => done.push(1), () => done.push(2));
  bag.empty();
  bag.empty();
  assert.deepEqual(done, [2, 1]);
});

test("a frame runs each job once, and a failing job does not stop the others", () => {
  /** @type {Array<() => void>} */
  const frames = [];
  const reported = [];
  const painter = createPainter((callback) => frames.push(callback), (error) => reported.push(error));
  let painted = 0;
  const job = () => painted += 1;
  painter.paint(() => {
    throw new Error("broken");
  });
  for (let n = 0; n < 10; n += 1) painter.paint(job);
  assert.equal(frames.length, 1);
  frames[0]();
  assert.equal(painted, 1);
  assert.equal(reported.length, 1);
  painter.paint(job);
  assert.equal(frames.length, 2);
});

test("a forgotten job is not painted", () => {
  /** @type {Array<() => void>} */
  const frames = [];
  const painter = createPainter((callback) => frames.push(callback), assert.fail);
  const job = () => assert.fail("painted");
  painter.paint(job);
  painter.forget(job);
  frames[0]();
});
