// Pointers on the chart: one drags, two pinch, the wheel zooms; on touch the page keeps its vertical scrolling. What can be done here can
// be done by key and by button, too: see chart.js and the panel around it.

import { zoomed } from "./scale.js";

/** Pinching fingers closer than this count as this far apart, so that they cannot zoom without end. */
const closestFingers = 10;
const wheelPerPixel = 0.0015;
const wheelPerLine = 0.05;

/**
 * @typedef {object} PointerEdges
 * @property {() => import("./scale.js").View} view
 * @property {() => number} plotWidth
 * @property {(view: import("./scale.js").View) => void} move
 * @property {(x: number, y: number) => void} point the crosshair goes here
 * @property {() => void} leave
 * @property {(isDragging: boolean) => void} drag
 * @property {() => void} latest
 */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {PointerEdges} edges
 */
export function listenToPointers(canvas, edges) {
  /** @type {Map<number, { x: number, y: number }>} */
  const down = new Map();

  canvas.addEventListener("pointerdown", (event) => {
    down.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    canvas.setPointerCapture(event.pointerId);
    edges.drag(true);
  });

  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (before && down.size === 1) {
      const view = edges.view();
      edges.move({ ...view, right: view.right - (event.offsetX - before.x) / view.bar });
    } else if (before && down.size === 2) {
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1] ?? before;
      const apart = Math.max(closestFingers, Math.abs(before.x - other.x));
      const now = Math.max(closestFingers, Math.abs(event.offsetX - other.x));
      edges.move(zoomed(edges.view(), now / apart, (event.offsetX + other.x) / 2, edges.plotWidth()));
    }
    if (before) down.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    edges.point(event.offsetX, event.offsetY);
  });

  for (const over of /** @type {const} */ (["pointerup", "pointercancel"])) {
    canvas.addEventListener(over, (event) => {
      down.delete(event.pointerId);
      if (down.size === 0) edges.drag(false);
    });
  }
  canvas.addEventListener("pointerleave", edges.leave);
  canvas.addEventListener("dblclick", edges.latest);

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const view = edges.view();
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      edges.move({ ...view, right: view.right + event.deltaX / view.bar });
      return;
    }
    const per = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? wheelPerLine : wheelPerPixel;
    edges.move(zoomed(view, Math.exp(-event.deltaY * per), Math.min(event.offsetX, edges.plotWidth()), edges.plotWidth()));
  }, { passive: false });
}
