// Draws lines: an average over the bars, and a price across the whole width with its label on the axis.

import { crisp } from "./scale.js";

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ values: number[], first: number, last: number, x: (index: number) => number, y: (price: number) => number, colour: string, dash?: number[] }} line
 */
export function drawLine(ctx, { values, first, last, x, y, colour, dash = [] }) {
  ctx.beginPath();
  let drawing = false;
  for (let index = Math.max(0, first - 1); index <= Math.min(values.length - 1, last + 1); index += 1) {
    const value = values[index];
    if (Number.isNaN(value)) {
      drawing = false;
      continue;
    }
    if (drawing) ctx.lineTo(x(index), y(value));
    else ctx.moveTo(x(index), y(value));
    drawing = true;
  }
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5;
  ctx.lineJoin = "round";
  ctx.stroke();
  ctx.setLineDash([]);
}

/**
 * A dotted line across the plot.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ y: number, width: number, ratio: number, colour: string, dash: number[] }} line
 */
export function drawLevel(ctx, { y, width, ratio, colour, dash }) {
  const at = crisp(y, ratio) + 0.5 / ratio;
  ctx.beginPath();
  ctx.moveTo(0, at);
  ctx.lineTo(width, at);
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.setLineDash([]);
}

/**
 * A filled label on the price axis.
 * @param {CanvasRenderingContext2D} ctx
 * @param {{ y: number, left: number, width: number, text: string, fill: string, ink: string, top: number, bottom: number }} tag
 */
export function drawTag(ctx, { y, left, width, text, fill, ink, top, bottom }) {
  const height = 18;
  const at = Math.min(bottom - height / 2, Math.max(top + height / 2, y));
  ctx.fillStyle = fill;
  ctx.fillRect(left, Math.round(at - height / 2), width, height);
  ctx.fillStyle = ink;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left + 8, Math.round(at) + 0.5);
}
