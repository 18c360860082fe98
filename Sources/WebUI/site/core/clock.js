// The server's clock as this browser sees it: the offset is the one of the fastest of the latest pings.
// Also the second hand that everything counting seconds shares, and the countdown of the market phase.

import { createStore } from "./store.js";

const keptSamples = 8;

/** Keeps the offset of the sample with the shortest round trip among the latest. */
export function createOffset() {
  /** @type {Array<{ roundTrip: number, offset: number }>} */
  let samples = [];
  return {
    /** @param {{ roundTrip: number, offset: number }} sample */
    add(sample) {
      samples = [...samples.slice(1 - keptSamples), sample];
    },
    /** The best sample, or null before the first ping came back. */
    best() {
      if (samples.length === 0) return null;
      return samples.reduce((best, next) => (next.roundTrip < best.roundTrip ? next : best));
    },
    clear() {
      samples = [];
    },
  };
}

export const offset = createOffset();

/** Milliseconds since 1970 by the server's clock. */
export function serverNow() {
  return Date.now() + (offset.best()?.offset ?? 0);
}

/** Changes once a second, on the second of the server's clock. */
export const seconds = createStore(0);

function strike() {
  const at = serverNow();
  seconds.set(Math.floor(at / 1000));
  setTimeout(strike, 1000 - (((at % 1000) + 1000) % 1000) + 5);
}

/** Starts the second hand; called once by the shell. */
export function startClock() {
  strike();
}
