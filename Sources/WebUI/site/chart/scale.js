// Where prices and times lie on the canvas, and which of them deserve a label. Pure arithmetic on pixels; nothing here draws.
// The time axis counts bars, not minutes, so nights and holidays leave no gaps.

const zoneOffsetMilliseconds = 5.5 * 3_600_000;
const minuteMilliseconds = 60_000;
const dayMilliseconds = 86_400_000;

/** Least and greatest width of a bar in pixels: a hundred thousand bars fit a screen, ten bars fill it. */
export const narrowestBar = 0.008;
export const widestBar = 80;

/** The step of 1, 2, 2.5 or 5 times a power of ten that is at least `rough`. @param {number} rough */
export function niceStep(rough) {
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return step * power;
}

/**
 * Prices to label between two prices, about `spacing` pixels apart.
 * @param {number} low
 * @param {number} high
 * @param {number} height
 * @param {number} spacing
 */
export function priceTicks(low, high, height, spacing) {
  if (!(high > low) || height <= 0) return [];
  const step = niceStep(((high - low) * spacing) / height);
  const ticks = [];
  // Counted in whole steps: adding the step up would drift.
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) ticks.push(n * step);
  return ticks;
}

/** @param {{ low: number, high: number, top: number, bottom: number }} range prices, and the pixels that show them */
export function priceScale({ low, high, top, bottom }) {
  // A market that stood still still gets a band around its price.
  const pad = high > low ? (high - low) * 0.06 : Math.max(Math.abs(high) * 0.002, 0.5);
  const from = low - pad;
  const to = high + pad;
  const perPrice = (bottom - top) / (to - from);
  return {
    low: from,
    high: to,
    /** @param {number} price */
    y: (price) => bottom - (price - from) * perPrice,
    /** @param {number} y */
    price: (y) => from + (bottom - y) / perPrice,
  };
}

/**
 * What part of the bars is seen: `right` is the bar position at the right edge (it may lie beyond the last bar), `bar` the width of one.
 * @typedef {{ right: number, bar: number }} View
 */

/** @param {View} view @param {number} width */
export function timeScale(view, width) {
  return {
    /** The middle of a bar. @param {number} index */
    x: (index) => width - (view.right - index - 0.5) * view.bar,
    /** The bar at a pixel, not clamped. @param {number} x */
    index: (x) => Math.floor(view.right - (width - x) / view.bar),
    /** The first and last bar of `count` that are seen, or an empty span. @param {number} count */
    span(count) {
      const first = Math.max(0, Math.floor(view.right - width / view.bar));
      const last = Math.min(count - 1, Math.ceil(view.right) - 1);
      return { first, last };
    },
  };
}

/**
 * Zooms so that the bar under `x` stays there.
 * @param {View} view
 * @param {number} factor above 1: closer
 * @param {number} x
 * @param {number} width
 * @returns {View}
 */
export function zoomed(view, factor, x, width) {
  const bar = Math.min(widestBar, Math.max(narrowestBar, view.bar * factor));
  const under = view.right - (width - x) / view.bar;
  return { bar, right: under + (width - x) / bar };
}

/**
 * Keeps a few bars in sight whichever way it was dragged.
 * @param {View} view
 * @param {number} count
 * @param {number} width
 * @returns {View}
 */
export function held(view, count, width) {
  const fewest = Math.min(5, count);
  const seen = width / view.bar;
  return { bar: view.bar, right: Math.min(count + Math.max(0, seen - fewest), Math.max(fewest, view.right)) };
}

const steps = [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * minuteMilliseconds);

/**
 * Bars that get a time label: the kind says how to print it.
 * @param {ReadonlyArray<ReadonlyArray<number>>} candles
 * @param {number} first
 * @param {number} last
 * @param {number} bar width of a bar in pixels
 * @param {number} intervalMilliseconds
 * @param {number} spacing least distance of labels in pixels
 * @returns {Array<{ index: number, kind: "minute" | "day" | "month" }>}
 */
export function timeTicks(candles, first, last, bar, intervalMilliseconds, spacing) {
  const intraday = intervalMilliseconds < dayMilliseconds;
  const step = intraday ? steps.find((candidate) => (candidate / intervalMilliseconds) * bar >= spacing) : undefined;
  /** @type {Array<{ index: number, kind: "minute" | "day" | "month" }>} */
  const ticks = [];
  let lastX = -Infinity;
  for (let index = Math.max(1, first); index <= last; index += 1) {
    const local = candles[index][0] + zoneOffsetMilliseconds;
    const before = candles[index - 1][0] + zoneOffsetMilliseconds;
    const newDay = Math.floor(local / dayMilliseconds) !== Math.floor(before / dayMilliseconds);
    /** @type {"minute" | "day" | "month" | null} */
    let kind = null;
    if (newDay) kind = new Date(local).getUTCMonth() !== new Date(before).getUTCMonth() && !intraday ? "month" : "day";
    else if (step !== undefined && Math.floor(local / step) !== Math.floor(before / step)) kind = "minute";
    if (kind === null || (kind === "day" && !intraday && bar * 21 < spacing * 2)) continue;
    const x = index * bar;
    if (x - lastX < spacing) {
      // A new day matters more than the hour just before it.
      if (kind !== "minute" && ticks.at(-1)?.kind === "minute") ticks.pop();
      else continue;
    }
    ticks.push({ index, kind });
    lastX = x;
  }
  return ticks;
}

/** The middle of a crisp line `size` device pixels wide. @param {number} value @param {number} ratio device pixels per pixel */
export function crisp(value, ratio) {
  return Math.round(value * ratio) / ratio;
}
