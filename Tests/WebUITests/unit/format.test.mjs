// Figures and times as text: grouping, signs, decimals, durations.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../../Sources/WebUI/site/core/format.js";

/** @param {Array<[unknown, unknown]>} pairs */
function equal(pairs) {
  for (const [actual, expected] of pairs) assert.equal(actual, expected);
}

test("figures are grouped the Indian way with a true minus", () => {
  equal([
    [format.number(1234567.8), "12,34,567.80"],
    [format.number(-1234567.8), "−12,34,567.80"],
    [format.number(0.00001234, 8), "0.00001234"],
    [format.rupees(499300), "₹4,99,300.00"],
    [format.rupees(-5), "−₹5.00"],
    [format.signedRupees(4856.25), "+₹4,856.25"],
    [format.quantity(100000), "1,00,000"],
    [format.quantity(0.125), "0.125"],
    [format.signedQuantity(-65), "−65"],
  ]);
});

test("nothing that rounds to zero carries a sign", () => {
  equal([
    [format.number(-0), "0.00"],
    [format.number(-0.001), "0.00"],
    [format.signed(-0.004), "0.00"],
    [format.signed(0), "0.00"],
    [format.rupees("-0.00"), "₹0.00"],
    [format.direction(-0.001), "flat"],
    [format.arrow(0.001), ""],
  ]);
});

test("decimal text is rounded exactly, beyond what a double holds", () => {
  equal([
    [format.number("9007199254740993.25"), "9,00,71,99,25,47,40,993.25"],
    [format.number("92233720368.54775807", 8), "92,23,37,20,368.54775807"],
  ]);
});

test("an absent figure is a dash and never NaN", () => {
  for (
    const show of [
      format.number,
      format.signed,
      format.rupees,
      format.signedRupees,
      format.quantity,
      format.arrowPercent,
      format.time,
      format.dateTime,
    ]
  ) {
    for (const absent of [null, undefined, "", "abc"]) assert.equal(show(absent), "—");
  }
});

test("a change has an arrow as well as a sign", () => {
  equal([
    [format.arrowPercent(0.42), "▲ 0.42%"],
    [format.arrowPercent(-0.18), "▼ 0.18%"],
    [format.arrowPercent(0), "0.00%"],
    [format.changeAndPercent(-0.35, -0.02), "−0.35 (−0.02%)"],
    [format.changeAndPercent(3.1, null), "+3.10"],
  ]);
});

test("decimals follow the tick, two at least", () => {
  equal([[format.decimalsOf(0.05), 2], [format.decimalsOf(1), 2], [format.decimalsOf(0.0025), 4], [format.decimalsOf("0.00000001"), 8], [
    format.decimalsOf(undefined),
    2,
  ]]);
});

test("typed figures are plain decimals or nothing", () => {
  equal([
    [format.parseDecimal("1,997.20"), 1997.2],
    [format.parseDecimal(" 250 "), 250],
    [format.parseDecimal("12."), 12],
    [format.parseDecimal(""), null],
    [format.parseDecimal("-5"), null],
    [format.parseDecimal("1e5"), null],
    [format.parseDecimal("0x10"), null],
    [format.parseDecimal("1.123456789"), null],
    [format.parseDecimal("1234567890123"), null],
  ]);
});

test("times are those of the exchange, whatever the stamp's zone", () => {
  const at = Date.UTC(2026, 10, 20, 8, 47, 52);
  equal([
    [format.time(at), "14:17:52"],
    [format.time("2026-11-20T14:17:52+05:30"), "14:17:52"],
    [format.time("2026-11-20T08:47:52Z"), "14:17:52"],
    [format.time("2026-11-20 14:17:52"), "14:17:52"],
    [format.dateTime(at), "20 Nov, 14:17:52"],
    [format.minute(Date.UTC(2026, 10, 20, 18, 30)), "00:00"],
    [format.date(at), "20 Nov 2026"],
  ]);
});

test("durations and ages read as a clock", () => {
  equal([
    [format.duration(4328), "1:12:08"],
    [format.duration(728), "12:08"],
    [format.duration(-3), "00:00"],
    [format.parseDuration("1:12:08"), 4328],
    [format.parseDuration("soon"), null],
    [format.parseDuration(undefined), null],
    [format.age(38.4), "38 ms"],
    [format.age(12_300), "12 s"],
  ]);
});
