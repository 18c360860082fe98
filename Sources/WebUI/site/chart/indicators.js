// Averages drawn over the candles. They are for the eye: doubles are good enough here, and no order price comes out of them.
// Each extends its own arrays from the first changed bar, so that a tick costs one step and not a whole history.

const zoneOffsetMilliseconds = 5.5 * 3_600_000;
const dayMilliseconds = 86_400_000;

/** @typedef {import("../types.d.ts").Candle} Candle */

/** Exponential average of closes, seeded by the simple average of the first `length`; NaN before that. @param {number} length */
export function ema(length) {
  /** @type {number[]} */
  const values = [];
  const weight = 2 / (length + 1);
  return {
    values,
    /** @param {Candle[]} candles @param {number} from the first bar that changed */
    extend(candles, from) {
      values.length = candles.length;
      for (let index = Math.max(0, from); index < candles.length; index += 1) {
        if (index < length - 1) {
          values[index] = NaN;
        } else if (index === length - 1) {
          let sum = 0;
          for (let at = 0; at < length; at += 1) sum += candles[at][4];
          values[index] = sum / length;
        } else {
          values[index] = values[index - 1] + (candles[index][4] - values[index - 1]) * weight;
        }
      }
    },
  };
}

/** Volume-weighted average of the typical price, begun anew each exchange day; NaN until the day has volume. */
export function vwap() {
  /** @type {number[]} */
  const values = [];
  /** @type {number[]} */
  const traded = [];
  /** @type {number[]} */
  const volumes = [];
  /** @param {Candle} candle */
  const dayOf = (candle) => Math.floor((candle[0] + zoneOffsetMilliseconds) / dayMilliseconds);
  return {
    values,
    /** @param {Candle[]} candles @param {number} from */
    extend(candles, from) {
      values.length = traded.length = volumes.length = candles.length;
      for (let index = Math.max(0, from); index < candles.length; index += 1) {
        const [, , high, low, close, volume] = candles[index];
        const sameDay = index > 0 && dayOf(candles[index]) === dayOf(candles[index - 1]);
        traded[index] = (sameDay ? traded[index - 1] : 0) + ((high + low + close) / 3) * volume;
        volumes[index] = (sameDay ? volumes[index - 1] : 0) + volume;
        values[index] = volumes[index] > 0 ? traded[index] / volumes[index] : NaN;
      }
    },
  };
}
