// The chart's arithmetic: labels, scales, zoom, and what of the data is in sight.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ema, vwap } from "../../../Sources/WebUI/site/chart/indicators.js";
import {
  held,
  narrowestBar,
  niceStep,
  priceScale,
  priceTicks,
  timeScale,
  timeTicks,
  widestBar,
  zoomed,
} from "../../../Sources/WebUI/site/chart/scale.js";

const minute = 60_000;
/** Candles from 09:15 exchange time on. @param {number} count @param {number} step */
const candles = (count, step = minute) =>
  Array.from({ length: count }, (_, at) => [Date.UTC(2026, 10, 20, 3, 45) + at * step, 1, 2, 0.5, 1, 10]);

test("steps of labels are round", () => {
  for (const [rough, nice] of [[0.013, 0.02], [0.7, 1], [1, 1], [2.1, 2.5], [3, 5], [7, 10], [0, 1], [NaN, 1]]) {
    assert.ok(Math.abs(niceStep(rough) - nice) < 1e-9, `${rough} → ${niceStep(rough)}`);
  }
});

test("price labels lie inside the range, evenly, without drift", () => {
  const ticks = priceTicks(1995.2, 2006.4, 500, 60);
  assert.deepEqual(ticks, [1996, 1998, 2000, 2002, 2004, 2006]);
  assert.deepEqual(priceTicks(5, 5, 500, 60), []);
  assert.deepEqual(priceTicks(1, 2, 0, 60), []);
});

test("the price scale goes both ways and survives a still market", () => {
  const scale = priceScale({ low: 100, high: 110, top: 10, bottom: 210 });
  assert.ok(scale.y(110) > 10 && scale.y(100) < 210);
  assert.ok(Math.abs(scale.price(scale.y(104.35)) - 104.35) < 1e-9);
  const still = priceScale({ low: 100, high: 100, top: 0, bottom: 100 });
  assert.ok(Number.isFinite(still.y(100)));
});

test("the time scale finds the bar under a pixel and the span in sight", () => {
  const scale = timeScale({ right: 100, bar: 10 }, 500);
  assert.equal(scale.x(99), 495);
  assert.equal(scale.index(495), 99);
  assert.deepEqual(scale.span(100), { first: 50, last: 99 });
  assert.deepEqual(scale.span(60), { first: 50, last: 59 });
  assert.ok(scale.span(0).last < scale.span(0).first);
});

test("zooming keeps the bar under the pointer and stays within its limits", () => {
  const before = { right: 100, bar: 10 };
  const after = zoomed(before, 2, 250, 500);
  assert.equal(timeScale(after, 500).index(250), timeScale(before, 500).index(250));
  assert.equal(zoomed(before, 1e9, 250, 500).bar, widestBar);
  assert.equal(zoomed(before, 1e-9, 250, 500).bar, narrowestBar);
});

test("dragging never loses the data", () => {
  assert.equal(held({ right: -50, bar: 10 }, 100, 500).right, 5);
  assert.equal(held({ right: 1e6, bar: 10 }, 100, 500).right, 145);
  assert.equal(held({ right: 2, bar: 10 }, 2, 500).right, 2);
});

test("time labels keep their distance and name new days", () => {
  const list = candles(375);
  const next = list.map((candle) => [candle[0] + 86_400_000, ...candle.slice(1)]);
  const ticks = timeTicks([...list, ...next], 0, 749, 2, minute, 90);
  for (let at = 1; at < ticks.length; at += 1) assert.ok((ticks[at].index - ticks[at - 1].index) * 2 >= 90);
  assert.equal(ticks.find((tick) => tick.index === 375)?.kind, "day");
});

test("daily candles are labelled by day or month", () => {
  const ticks = timeTicks(candles(200, 86_400_000), 0, 199, 3, 86_400_000, 90);
  assert.ok(ticks.length > 2 && ticks.every((tick) => tick.kind === "month"));
});

test("the exponential average begins with the simple one and extends by one step", () => {
  const list = /** @type {any} */ (Array.from({ length: 8 }, (_, at) => [at * minute, 0, 0, 0, at + 1, 1]));
  const average = ema(4);
  average.extend(list, 0);
  assert.ok(Number.isNaN(average.values[2]));
  assert.equal(average.values[3], 2.5);
  assert.equal(average.values[4], 3.5);
  const whole = [...average.values];
  average.extend(list, 7);
  assert.deepEqual(average.values, whole);
});

test("the volume-weighted average begins anew each exchange day", () => {
  const open = Date.UTC(2026, 10, 20, 3, 45);
  const list =
    /** @type {any} */ ([[open, 10, 10, 10, 10, 5], [open + minute, 20, 20, 20, 20, 15], [open + 86_400_000, 40, 40, 40, 40, 1], [
      open + 86_400_000 + minute,
      50,
      50,
      50,
      50,
      0,
    ]]);
  const average = vwap();
  average.extend(list, 0);
  assert.deepEqual(average.values, [10, 17.5, 40, 40]);
});

test("no volume gives no average rather than a wrong one", () => {
  const average = vwap();
  average.extend([[Date.UTC(2026, 10, 20, 3, 30), 10, 10, 10, 10, 0]], 0);
  assert.ok(Number.isNaN(average.values[0]));
});
