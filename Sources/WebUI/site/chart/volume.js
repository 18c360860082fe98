// Draws volume as bars at the foot of the chart, in the candle's colour but paler. It shares the candles' time scale.

import { crisp } from "./scale.js";

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ candles: import("../types.d.ts").Candle[], first: number, last: number, bar: number, x: (index: number) => number, ratio: number, colours: { volumeUp: string, volumeDown: string }, bottom: number, height: number }} scene
 */
export function drawVolume(ctx, { candles, first, last, bar, x, ratio, colours, bottom, height }) {
  let most = 0;
  for (let index = first; index <= last; index += 1) most = Math.max(most, candles[index][5]);
  if (most <= 0) return;
  const up = new Path2D();
  const down = new Path2D();
  const width = Math.max(1 / ratio, crisp(bar * 0.68, ratio));
  // Several bars on one pixel: the tallest of them stands for all.
  let pixel = -1;
  let tallest = 0;
  for (let index = first; index <= last; index += 1) {
    const [, open, , , close, volume] = candles[index];
    const left = crisp(x(index) - width / 2, ratio);
    const at = Math.round(left * ratio);
    if (at !== pixel) {
      pixel = at;
      tallest = 0;
    }
    if (volume <= tallest) continue;
    tallest = volume;
    const size = Math.max(1 / ratio, crisp((volume / most) * height, ratio));
    (close >= open ? up : down).rect(left, bottom - size, width, size);
  }
  ctx.fillStyle = colours.volumeUp;
  ctx.fill(up);
  ctx.fillStyle = colours.volumeDown;
  ctx.fill(down);
}
