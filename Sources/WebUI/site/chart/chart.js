// The candle chart: one canvas, one view. Its parts draw themselves (candles, volume, line, axis, crosshair) and gestures.js hears the
// pointers; this file holds the data and decides what is seen. It knows no socket and no page.

import { fill, h, patch } from "../core/dom.js";
import * as format from "../core/format.js";
import { forget, paint } from "../core/paint.js";
import { createBag } from "../core/store.js";
import { look } from "../core/theme.js";
import { drawGrid, drawLabels } from "./axis.js";
import { drawCandles } from "./candles.js";
import { drawCrosshair } from "./crosshair.js";
import { listenToPointers } from "./gestures.js";
import { ema, vwap } from "./indicators.js";
import { drawLevel, drawLine, drawTag } from "./line.js";
import { held, priceScale, priceTicks, timeScale, timeTicks, zoomed } from "./scale.js";
import { drawVolume } from "./volume.js";

/** @typedef {import("../types.d.ts").Candle} Candle */

const emaLength = 20;
const startBar = 7.5;
const rightRoom = 4;
const timeAxisHeight = 24;
const volumeShare = 0.14;
/** Older candles are asked for when this few are left of the left edge. */
const olderBelow = 60;
/** The data table shows the latest of the visible bars; more would only hide them. */
const tableRows = 200;
const tokens = ["up", "down", "volume-up", "volume-down", "grid", "muted", "text", "accent", "warning", "raised", "tag-ink"];

/** @type {Record<string, { milliseconds: number, words: string }>} */
export const intervals = {
  "minute": { milliseconds: 60_000, words: "1 minute" },
  "5minute": { milliseconds: 300_000, words: "5 minutes" },
  "15minute": { milliseconds: 900_000, words: "15 minutes" },
  "60minute": { milliseconds: 3_600_000, words: "1 hour" },
  "day": { milliseconds: 86_400_000, words: "1 day" },
};

/** @param {{ onOlder: (before: number) => void }} edges asked for candles older than a time */
export function createChart({ onOlder }) {
  const bag = createBag();
  /** @type {Candle[]} */
  let candles = [];
  let name = "";
  let interval = "minute";
  let decimals = 2;
  const average = ema(emaLength);
  const dayAverage = vwap();
  const overlays = { ema: true, vwap: true };
  /** @type {{ price: number, text: string } | null} */
  let position = null;
  /** @type {number | null} */
  let lastPrice = null;
  let view = { right: 0, bar: startBar };
  let olderAsked = false;
  let olderGone = false;
  /** @type {{ index: number, y: number | null } | null} */
  let cross = null;
  let width = 0;
  let height = 0;
  let axisWidth = 70;
  /** @type {Record<string, string>} */
  const colours = {};
  let font = "";

  const canvas = h("canvas", { "aria-hidden": "true" });
  const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const legend = h("p", { class: "chart-legend", "aria-hidden": "true" });
  const summary = h("p", { class: "spoken" });
  const probe = h("span", { hidden: true });
  const words = h("div", { class: "chart-words", hidden: true });
  const root = h(
    "div",
    {
      class: "chart",
      tabindex: "0",
      role: "group",
      "aria-label": "Chart. Arrow keys read bars, plus and minus zoom, Shift and arrows move, Home and End jump.",
      on: { keydown: pressed },
    },
    canvas,
    legend,
    words,
    summary,
    probe,
  );

  const plotWidth = () => Math.max(0, width - axisWidth);
  const plotHeight = () => Math.max(0, height - timeAxisHeight);

  function readColours() {
    // A token may hold light-dark(…): only the computed colour of an element is one that a canvas understands.
    const style = getComputedStyle(probe);
    for (const token of tokens) {
      probe.style.color = `var(--${token})`;
      colours[token] = style.color;
    }
    font = `11px ${style.fontFamily}`;
  }

  function resized() {
    width = root.clientWidth;
    height = root.clientHeight;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    readColours();
    paint(draw);
  }

  function draw() {
    const ratio = devicePixelRatio || 1;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    if (candles.length === 0 || width === 0 || height === 0) return;
    ctx.font = font;
    const plot = plotWidth();
    const floor = plotHeight();
    view = held(view, candles.length, plot);
    const time = timeScale(view, plot);
    const { first, last } = time.span(candles.length);
    if (last < first) return;

    let low = Infinity;
    let high = -Infinity;
    for (let index = first; index <= last; index += 1) {
      if (candles[index][2] > high) high = candles[index][2];
      if (candles[index][3] < low) low = candles[index][3];
    }
    const volumeHeight = floor * volumeShare;
    const scale = priceScale({ low, high, top: 34, bottom: floor - volumeHeight - 8 });
    const prices = priceTicks(scale.price(floor), scale.price(0), floor, 56);
    const times = timeTicks(candles, first, last, view.bar, intervals[interval].milliseconds, 96);
    const { x } = time;
    const { y } = scale;

    drawGrid(ctx, { prices, times, x, y, width: plot, height: floor, ratio, colour: colours.grid });
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, 0, plot, floor);
    ctx.clip();
    drawVolume(ctx, {
      candles,
      first,
      last,
      bar: view.bar,
      x,
      ratio,
      colours: { volumeUp: colours["volume-up"], volumeDown: colours["volume-down"] },
      bottom: floor,
      height: volumeHeight,
    });
    drawCandles(ctx, { candles, first, last, bar: view.bar, x, y, ratio, colours: { up: colours.up, down: colours.down } });
    if (overlays.ema) drawLine(ctx, { values: average.values, first, last, x, y, colour: colours.accent });
    if (overlays.vwap && interval !== "day") {
      drawLine(ctx, { values: dayAverage.values, first, last, x, y, colour: colours.warning, dash: [4, 3] });
    }
    ctx.restore();

    const newest = candles[candles.length - 1];
    const price = lastPrice ?? newest[4];
    const tone = price >= newest[1] ? colours.up : colours.down;
    const needed = Math.ceil(Math.max(...[...prices, price].map((figure) => ctx.measureText(format.number(figure, decimals)).width)) + 16);
    if (needed !== axisWidth) {
      axisWidth = needed;
      paint(draw);
    }
    drawLabels(ctx, {
      prices: prices.map((figure) => ({ price: figure, text: format.number(figure, decimals) })),
      times: times.map(({ index, kind }) => ({
        index,
        text: kind === "minute"
          ? format.minute(candles[index][0])
          : kind === "day"
          ? format.day(candles[index][0])
          : format.month(candles[index][0]),
      })),
      x,
      y,
      width: plot,
      height: floor,
      full: height,
      colour: colours.muted,
    });
    if (position) {
      drawLevel(ctx, { y: y(position.price), width: plot, ratio, colour: colours.accent, dash: [8, 4] });
      const tag = {
        y: y(position.price),
        left: plot,
        width: axisWidth,
        text: format.number(position.price, decimals),
        fill: colours.accent,
        ink: colours["tag-ink"],
        top: 0,
        bottom: floor,
      };
      if (tag.y > 0 && tag.y < floor) {
        drawTag(ctx, tag);
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        ctx.fillStyle = colours.accent;
        ctx.fillText(position.text, 12, tag.y - 3);
      }
    }
    drawLevel(ctx, { y: y(price), width: plot, ratio, colour: colours.muted, dash: [2, 3] });
    drawTag(ctx, {
      y: y(price),
      left: plot,
      width: axisWidth,
      text: format.number(price, decimals),
      fill: tone,
      ink: colours["tag-ink"],
      top: 0,
      bottom: floor,
    });

    if (cross) {
      cross.index = Math.max(0, Math.min(candles.length - 1, cross.index));
      drawCrosshair(ctx, {
        x: x(cross.index),
        y: cross.y,
        width: plot,
        height: floor,
        full: height,
        axis: axisWidth,
        ratio,
        price: cross.y === null ? "" : format.number(scale.price(cross.y), decimals),
        time: timeWords(candles[cross.index][0]),
        colours: { line: colours.muted, fill: colours.raised, ink: colours.text },
      });
    }
    drawLegend(cross ? candles[cross.index] : newest);

    if (first < olderBelow && !olderAsked && !olderGone) {
      olderAsked = true;
      onOlder(candles[0][0]);
    }
  }

  /** @param {number} at */
  function timeWords(at) {
    return interval === "day" ? format.date(at) : `${format.day(at)}, ${format.minute(at)}`;
  }

  /** @param {Candle} candle */
  function drawLegend([, open, high, low, close, volume]) {
    const [o, hi, lo, c] = [open, high, low, close].map((figure) => format.number(figure, decimals));
    patch(legend, `O ${o} H ${hi} L ${lo} C ${c} Vol ${format.quantity(volume)}`);
  }

  /** What a reader of the screen hears instead of the picture; written when bars are added, not per tick. */
  function describe() {
    if (candles.length === 0) return patch(summary, "");
    const newest = candles[candles.length - 1];
    let high = -Infinity;
    let low = Infinity;
    for (const candle of candles) {
      high = Math.max(high, candle[2]);
      low = Math.min(low, candle[3]);
    }
    patch(
      summary,
      `${name}, candles of ${intervals[interval].words}: ${candles.length} bars from ${format.dateTime(candles[0][0])} to ${
        format.dateTime(newest[0])
      }. ` +
        `Highest ${format.number(high, decimals)}, lowest ${format.number(low, decimals)}, last close ${
          format.number(newest[4], decimals)
        }. The data table holds the figures.`,
    );
  }

  listenToPointers(canvas, {
    view: () => view,
    plotWidth,
    move(next) {
      view = next;
      paint(draw);
    },
    point(x, y) {
      cross = x < plotWidth() && y < plotHeight() ? { index: timeScale(view, plotWidth()).index(x), y } : null;
      paint(draw);
    },
    leave() {
      cross = null;
      paint(draw);
    },
    drag: (isDragging) => root.classList.toggle("dragging", isDragging),
    latest,
  });

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const newest = candles.length - 1;
    const present = cross?.index ?? newest;
    switch (event.key) {
      case "ArrowLeft":
      case "ArrowRight": {
        const step = event.key === "ArrowLeft" ? -1 : 1;
        if (event.shiftKey) view = { ...view, right: view.right + step * 10 };
        else lookAt(cross ? present + step : newest);
        break;
      }
      case "+":
      case "=":
        zoom(1.25);
        break;
      case "-":
        zoom(0.8);
        break;
      case "Home":
        lookAt(0);
        break;
      case "End":
        cross = null;
        latest();
        break;
      case "Escape":
        if (!cross) return;
        cross = null;
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
    paint(draw);
  }

  /** Puts the crosshair on a bar and the bar into sight. @param {number} index */
  function lookAt(index) {
    const at = Math.max(0, Math.min(candles.length - 1, index));
    cross = { index: at, y: null };
    const seen = plotWidth() / view.bar;
    if (at < view.right - seen + 1) view = { ...view, right: at + seen - 1 };
    if (at > view.right - 1) view = { ...view, right: at + 1 };
    const [when, open, high, low, close, volume] = candles[at];
    patch(
      said,
      `${timeWords(when)}: open ${format.number(open, decimals)}, high ${format.number(high, decimals)}, low ${
        format.number(low, decimals)
      }, close ${format.number(close, decimals)}, volume ${format.quantity(volume)}`,
    );
  }
  // Speaks only when somebody walks the bars by key.
  const said = h("p", { class: "spoken", role: "status" });
  root.append(said);

  /** @param {number} factor */
  function zoom(factor) {
    const onLatest = view.right >= candles.length;
    view = zoomed(view, factor, onLatest ? plotWidth() : plotWidth() / 2, plotWidth());
    paint(draw);
  }

  function latest() {
    view = { ...view, right: candles.length + rightRoom };
    paint(draw);
  }

  const observer = new ResizeObserver(resized);
  observer.observe(root);
  bag.add(() => observer.disconnect(), look.subscribe(resized), () => forget(draw));

  return {
    root,
    zoom,
    latest,
    /** @param {number} bars */
    pan(bars) {
      view = { ...view, right: view.right + bars };
      paint(draw);
    },
    /** Takes a whole history. @param {Candle[]} next @param {{ name: string, interval: string, decimals: number }} what */
    setCandles(next, what) {
      candles = next;
      ({ name, interval, decimals } = what);
      average.extend(candles, 0);
      dayAverage.extend(candles, 0);
      olderAsked = false;
      olderGone = false;
      lastPrice = null;
      cross = null;
      view = { right: candles.length + rightRoom, bar: startBar };
      words.hidden = true;
      describe();
      paint(draw);
    },
    /** Puts older candles in front; none means that there are no more. @param {Candle[]} older */
    addOlder(older) {
      const before = candles.length > 0 ? candles[0][0] : Infinity;
      const more = older.filter((candle) => candle[0] < before);
      olderAsked = false;
      olderGone = more.length === 0;
      if (olderGone) return;
      candles = [...more, ...candles];
      view = { ...view, right: view.right + more.length };
      if (cross) cross.index += more.length;
      average.extend(candles, 0);
      dayAverage.extend(candles, 0);
      describe();
      paint(draw);
    },
    /** The older ones could not be had; asked again at the next move. */
    olderFailed() {
      olderAsked = false;
    },
    /** One candle as it grows, or the next one. @param {Candle} candle */
    update(candle) {
      const newest = candles.at(-1);
      if (newest && candle[0] < newest[0]) return;
      if (newest && candle[0] === newest[0]) {
        candles[candles.length - 1] = candle;
      } else {
        const following = view.right >= candles.length;
        candles.push(candle);
        if (following) view = { ...view, right: view.right + 1 };
        describe();
      }
      average.extend(candles, candles.length - 1);
      dayAverage.extend(candles, candles.length - 1);
      lastPrice = candle[4];
      paint(draw);
    },
    /** @param {number} price */
    setLastPrice(price) {
      if (price === lastPrice) return;
      lastPrice = price;
      paint(draw);
    },
    /** @param {number} places */
    setDecimals(places) {
      if (places === decimals) return;
      decimals = places;
      paint(draw);
    },
    /** @param {{ price: number, text: string } | null} next */
    setPosition(next) {
      position = next;
      paint(draw);
    },
    /** @param {"ema" | "vwap"} which @param {boolean} shown */
    setOverlay(which, shown) {
      overlays[which] = shown;
      paint(draw);
    },
    /** Words instead of candles: loading, nothing there, an error. @param {...import("../core/dom.js").Child} content */
    say(...content) {
      candles = [];
      describe();
      patch(legend, "");
      fill(words, ...content);
      words.hidden = false;
      paint(draw);
    },
    /** The newest bars first, for the data table. */
    rows: () => candles.slice(-tableRows).reverse(),
    timeWords,
    destroy: () => bag.empty(),
  };
}
