// A line over time in the units of its own box: an equity curve with the fall from its highest below it. Drawn once per answer of the server,
// read by pointer and by arrow key. It adds nothing up; the caller puts the figures into words.

import { append, h } from "../core/dom.js";

const svgNamespace = "http://www.w3.org/2000/svg";
const width = 1000;

/**
 * @typedef {[at: number, value: number, gross: number, fall: number]} CurvePoint
 */

/** @param {string} tag @param {Record<string, string | number>} attributes */
function shape(tag, attributes) {
  const node = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  return node;
}

/**
 * @param {object} options
 * @param {CurvePoint[]} options.points at least two, in order of time
 * @param {number} options.base where it began: the line that divides gain from loss
 * @param {string} options.label what the picture shows, for those who do not see it
 * @param {(point: CurvePoint) => string} options.words what is said of a point
 * @param {{ top: string, bottom: string, fall: string }} options.scale the ends of the scales in words
 */
export function createCurve({ points, base, label, words, scale }) {
  const first = points[0][0];
  const span = Math.max(1, points[points.length - 1][0] - first);
  const values = points.flatMap(([, net, gross]) => [Number(net), Number(gross)]).concat(base);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const deepest = Math.max(...points.map((point) => Number(point[3])));
  const x = (/** @type {number} */ at) => ((at - first) * width) / span;
  const y = (/** @type {number} */ value) => (high === low ? 50 : 4 + ((high - value) * 92) / (high - low));
  const drop = (/** @type {number} */ fall) => (deepest === 0 ? 0 : (fall * 94) / deepest);

  /** @param {1 | 2} column */
  const line = (column) => points.map((point) => `${x(point[0]).toFixed(2)},${y(Number(point[column])).toFixed(2)}`).join(" ");
  const upper = shape("svg", { viewBox: `0 0 ${width} 100`, preserveAspectRatio: "none", class: "curve-upper", "aria-hidden": "true" });
  const cursor = shape("line", { class: "cursor", y1: 0, y2: 100, x1: -1, x2: -1, "vector-effect": "non-scaling-stroke" });
  upper.append(
    shape("line", { class: "base", x1: 0, x2: width, y1: y(base), y2: y(base), "vector-effect": "non-scaling-stroke" }),
    shape("polyline", { class: "gross", points: line(2), "vector-effect": "non-scaling-stroke" }),
    shape("polyline", { class: "net", points: line(1), "vector-effect": "non-scaling-stroke" }),
    cursor,
  );
  const lower = shape("svg", { viewBox: `0 0 ${width} 100`, preserveAspectRatio: "none", class: "curve-lower", "aria-hidden": "true" });
  const falls = points.map((point) => `${x(point[0]).toFixed(2)},${drop(Number(point[3])).toFixed(2)}`);
  lower.append(shape("polygon", { class: "fall", points: [`0,0`, ...falls, `${width},0`].join(" ") }));

  const readout = h("output", { class: "curve-readout", "aria-live": "polite" }, words(points[points.length - 1]));
  const box = h(
    "div",
    { class: "curve-box", role: "img", tabindex: "0", "aria-label": label, on: { pointermove: pointed, pointerleave: left, keydown: keyed } },
    h("div", { class: "curve-scale", "aria-hidden": "true" }, h("span", null, scale.top), h("span", null, scale.bottom)),
    h("div", { class: "curve-scale fall-scale", "aria-hidden": "true" }, h("span", null, "Below the highest"), h("span", null, scale.fall)),
  );
  append(box, [upper, lower]);
  let at = points.length - 1;

  /** @param {number} index */
  function show(index) {
    at = Math.min(points.length - 1, Math.max(0, index));
    cursor.setAttribute("x1", String(x(points[at][0])));
    cursor.setAttribute("x2", String(x(points[at][0])));
    readout.textContent = words(points[at]);
  }

  /** @param {PointerEvent} event */
  function pointed(event) {
    const place = upper.getBoundingClientRect();
    const wanted = first + ((event.clientX - place.left) / place.width) * span;
    let index = points.findIndex((point) => point[0] >= wanted);
    if (index < 0) index = points.length - 1;
    show(index);
  }

  function left() {
    at = points.length - 1;
    cursor.setAttribute("x1", "-1");
    cursor.setAttribute("x2", "-1");
    readout.textContent = words(points[at]);
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  }

  return h("figure", { class: "curve" }, box, h("figcaption", null, readout));
}
