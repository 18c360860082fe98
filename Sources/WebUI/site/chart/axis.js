// Draws the grid and the labels of both axes. Which prices and times get a label is decided in scale.js; how they read, in format.js.

import { crisp } from "./scale.js";

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ prices: number[], times: Array<{ index: number, kind: string }>, x: (index: number) => number, y: (price: number) => number, width: number, height: number, ratio: number, colour: string }} grid
 */
export function drawGrid(ctx, { prices, times, x, y, width, height, ratio, colour }) {
  const path = new Path2D();
  const line = Math.max(1, Math.round(ratio)) / ratio;
  for (const price of prices) path.rect(0, crisp(y(price), ratio), width, line);
  for (const { index } of times) path.rect(crisp(x(index), ratio), 0, line, height);
  ctx.fillStyle = colour;
  ctx.fill(path);
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ prices: Array<{ price: number, text: string }>, times: Array<{ index: number, text: string }>, x: (index: number) => number, y: (price: number) => number, width: number, height: number, full: number, colour: string }} labels
 */
export function drawLabels(ctx, { prices, times, x, y, width, height, full, colour }) {
  ctx.fillStyle = colour;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const { price, text } of prices) {
    const at = y(price);
    if (at > 6 && at < height - 2) ctx.fillText(text, width + 8, Math.round(at) + 0.5);
  }
  ctx.textAlign = "center";
  for (const { index, text } of times) {
    const half = ctx.measureText(text).width / 2;
    const at = x(index);
    if (at - half < 0 || at + half > width) continue;
    ctx.fillText(text, at, Math.round((height + full) / 2) + 0.5);
  }
}
