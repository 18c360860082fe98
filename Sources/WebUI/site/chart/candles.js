// Draws candles: rising ones hollow, falling ones filled, so that colour never stands alone. One path per side; bars narrower than
// three pixels become one column of high to low per pixel.

import { crisp } from "./scale.js";

/** @typedef {import("../types.d.ts").Candle} Candle */

const columnsBelow = 3;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ candles: Candle[], first: number, last: number, bar: number, x: (index: number) => number, y: (price: number) => number, ratio: number, colours: { up: string, down: string } }} scene
 */
export function drawCandles(ctx, scene) {
  if (scene.bar < columnsBelow) drawColumns(ctx, scene);
  else drawBodies(ctx, scene);
}

/** @param {CanvasRenderingContext2D} ctx @param {Parameters<typeof drawCandles>[1]} scene */
function drawBodies(ctx, { candles, first, last, bar, x, y, ratio, colours }) {
  const up = new Path2D();
  const down = new Path2D();
  const line = Math.max(1, Math.round(ratio)) / ratio;
  const width = Math.max(line * 3, crisp(bar * 0.68, ratio));
  for (let index = first; index <= last; index += 1) {
    const [, open, high, low, close] = candles[index];
    const left = crisp(x(index) - width / 2, ratio);
    const middle = crisp(left + width / 2 - line / 2, ratio);
    const top = crisp(y(Math.max(open, close)), ratio);
    const bottom = Math.max(top + line, crisp(y(Math.min(open, close)), ratio));
    const highest = crisp(y(high), ratio);
    const lowest = crisp(y(low), ratio);
    const path = close >= open ? up : down;
    if (highest < top) path.rect(middle, highest, line, top - highest);
    if (lowest > bottom) path.rect(middle, bottom, line, lowest - bottom);
    if (close >= open && bottom - top > 2 * line) {
      // A frame of four bars: crisper than a stroke, and the same single fill.
      path.rect(left, top, width, line);
      path.rect(left, bottom - line, width, line);
      path.rect(left, top + line, line, bottom - top - 2 * line);
      path.rect(left + width - line, top + line, line, bottom - top - 2 * line);
    } else {
      path.rect(left, top, width, bottom - top);
    }
  }
  ctx.fillStyle = colours.up;
  ctx.fill(up);
  ctx.fillStyle = colours.down;
  ctx.fill(down);
}

/** @param {CanvasRenderingContext2D} ctx @param {Parameters<typeof drawCandles>[1]} scene */
function drawColumns(ctx, { candles, first, last, x, y, ratio, colours }) {
  const up = new Path2D();
  const down = new Path2D();
  const line = 1 / ratio;
  let index = first;
  while (index <= last) {
    const pixel = Math.floor(x(index) * ratio);
    const open = candles[index][1];
    let close = candles[index][4];
    let high = candles[index][2];
    let low = candles[index][3];
    index += 1;
    while (index <= last && Math.floor(x(index) * ratio) === pixel) {
      high = Math.max(high, candles[index][2]);
      low = Math.min(low, candles[index][3]);
      close = candles[index][4];
      index += 1;
    }
    const top = y(high);
    (close >= open ? up : down).rect(pixel / ratio, top, line, Math.max(line, y(low) - top));
  }
  ctx.fillStyle = colours.up;
  ctx.fill(up);
  ctx.fillStyle = colours.down;
  ctx.fill(down);
}
