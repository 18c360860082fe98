// Draws the crosshair with its price and time labels. The legend beside it is text in the page, written by chart.js.

import { drawTag } from "./line.js";
import { crisp } from "./scale.js";

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ x: number, y: number | null, width: number, height: number, full: number, axis: number, ratio: number, price: string, time: string, colours: { line: string, fill: string, ink: string } }} cross
 */
export function drawCrosshair(ctx, { x, y, width, height, full, axis, ratio, price, time, colours }) {
  ctx.beginPath();
  const column = crisp(x, ratio) + 0.5 / ratio;
  ctx.moveTo(column, 0);
  ctx.lineTo(column, height);
  if (y !== null) {
    const row = crisp(y, ratio) + 0.5 / ratio;
    ctx.moveTo(0, row);
    ctx.lineTo(width, row);
  }
  ctx.setLineDash([4, 4]);
  ctx.strokeStyle = colours.line;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
  if (y !== null) drawTag(ctx, { y, left: width, width: axis, text: price, fill: colours.fill, ink: colours.ink, top: 0, bottom: height });

  const half = ctx.measureText(time).width / 2 + 8;
  const middle = Math.min(width - half, Math.max(half, x));
  ctx.fillStyle = colours.fill;
  ctx.fillRect(Math.round(middle - half), height + 2, Math.round(half * 2), full - height - 4);
  ctx.fillStyle = colours.ink;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(time, middle, Math.round((height + full) / 2) + 0.5);
}
