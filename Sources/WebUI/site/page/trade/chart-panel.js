// The chart with its bar: instrument, last price, intervals, overlays, zoom buttons and the data table. Loads the history, follows the
// live candle, and asks for older bars when the view nears the left end.

import { createChart, intervals } from "../../chart/chart.js";
import { api } from "../../core/api.js";
import { h, only, patch } from "../../core/dom.js";
import * as format from "../../core/format.js";
import { connection, positions, quotes, splitKey, watchCandles } from "../../core/live.js";
import { forget, paint } from "../../core/paint.js";
import { createBag } from "../../core/store.js";
import { recall, remember } from "../../core/theme.js";
import { openDialog } from "../../ui/dialog.js";
import { segmented } from "../../ui/field.js";
import { iconButton } from "../../ui/table.js";

const historyBars = 500;
const intervalKey = "tradehouse.interval";
const overlayKey = "tradehouse.overlays";
/** @type {Array<[string, string]>} */
export const intervalChoices = [["minute", "1m"], ["5minute", "5m"], ["15minute", "15m"], ["60minute", "1h"], ["day", "1D"]];

export function createChartPanel() {
  const bag = createBag();
  let instrument = "";
  let interval = recall(intervalKey) ?? "minute";
  if (!(interval in intervals)) interval = "minute";
  const shown = new Set((recall(overlayKey) ?? "ema,vwap").split(","));
  let turn = 0;
  let unfollow = () => {};
  let forgetQuote = () => {};

  const name = h("h1", null);
  const kind = h("span", { class: "muted" });
  const last = h("b", { class: "live-price last" });
  const change = h("span", { class: "change" });
  const chooser = segmented({
    label: "Interval",
    hideLabel: true,
    class: "intervals",
    value: interval,
    options: intervalChoices,
    onChange: setInterval,
  });
  const chart = createChart({ onOlder: (before) => void older(before) });
  /** @param {"ema" | "vwap"} which @param {string} text */
  const overlay = (which, text) => {
    chart.setOverlay(which, shown.has(which));
    const button = h("button", {
      class: `button quiet overlay ${which}`,
      type: "button",
      "aria-pressed": String(shown.has(which)),
      on: {
        click: () => {
          if (!shown.delete(which)) shown.add(which);
          remember(overlayKey, [...shown].join(","));
          button.setAttribute("aria-pressed", String(shown.has(which)));
          chart.setOverlay(which, shown.has(which));
        },
      },
    }, text);
    return button;
  };
  const root = h(
    "section",
    { class: "chart-panel", "aria-label": "Chart" },
    h(
      "div",
      { class: "bar instrument-bar" },
      h("div", { class: "instrument-name" }, name, kind, last, change),
      h(
        "div",
        { class: "chart-tools" },
        chooser.root,
        h(
          "div",
          { class: "chart-buttons" },
          overlay("ema", "EMA 20"),
          overlay("vwap", "VWAP"),
          iconButton("minus", "Zoom out", () => chart.zoom(0.8)),
          iconButton("plus", "Zoom in", () => chart.zoom(1.25)),
          iconButton("latest", "To the latest bar", chart.latest),
          iconButton("table", "Data table", openData),
        ),
      ),
    ),
    h("div", { class: "chart-box" }, chart.root),
  );

  /** @param {string} next */
  function setInterval(next) {
    if (next === interval) return;
    interval = next;
    chooser.set(next);
    remember(intervalKey, next);
    void load();
  }

  async function load() {
    turn += 1;
    const mine = turn;
    unfollow();
    unfollow = () => {};
    chart.say(h("p", { role: "status" }, "Loading candles…"));
    const wanted = { instrument, interval };
    /** Candles that came while the history was on its way. @type {import("../../types.d.ts").Candle[]} */
    const early = [];
    let loaded = false;
    unfollow = watchCandles(instrument, interval, (message) => {
      if (message.instrument !== wanted.instrument || message.interval !== wanted.interval) return;
      if (loaded) chart.update(message.candle);
      else early.push(message.candle);
    });
    try {
      const answer = await api.getCandles({ ...wanted, count: historyBars });
      if (mine !== turn) return;
      loaded = true;
      if (answer.candles.length === 0 && early.length === 0) {
        chart.say(h("p", null, "No candles yet. The first one appears with the first trade."));
        return;
      }
      chart.setCandles(answer.candles, {
        name: splitKey(instrument).tradingsymbol,
        interval,
        decimals: format.decimalsOf(quotes.get(instrument)?.tick),
      });
      for (const candle of early) chart.update(candle);
      drawPosition();
      draw();
    } catch (error) {
      if (mine !== turn) return;
      chart.say(
        h("p", { role: "alert" }, error instanceof Error ? error.message : String(error)),
        h("button", { class: "button", type: "button", on: { click: () => void load() } }, "Try again"),
      );
    }
  }

  /** @param {number} before */
  async function older(before) {
    const mine = turn;
    try {
      const answer = await api.getCandles({ instrument, interval, count: historyBars, to: before - 1 });
      if (mine === turn) chart.addOlder(answer.candles);
    } catch (_unreachable) {
      // The connection word says that something is wrong; the next move of the view asks again.
      if (mine === turn) chart.olderFailed();
    }
  }

  function draw() {
    const quote = quotes.get(instrument);
    const { exchange, tradingsymbol } = splitKey(instrument);
    const decimals = format.decimalsOf(quote?.tick);
    patch(name, tradingsymbol);
    patch(kind, ` ${exchange}${quote?.tradable === false ? " · Index" : " · EQ"}`);
    patch(last, quote ? format.number(quote.ltp, decimals) : "");
    last.classList.toggle("old", quote?.stale === true);
    const pointing = format.direction(quote?.change);
    patch(change, quote ? `${format.arrow(quote.change)} ${format.changeAndPercent(quote.change, quote.pct, decimals)}`.trim() : "");
    only(change, ["up", "down", "flat"], pointing);
    if (quote) {
      chart.setDecimals(decimals);
      // An instrument that has not traded yet has no price.
      if (quote.ltp !== null) chart.setLastPrice(Number(quote.ltp));
    }
  }

  function drawPosition() {
    const held = positions.values().find((position) => `${position.exchange}:${position.tradingsymbol}` === instrument);
    chart.setPosition(
      held ? { price: Number(held.average_price), text: `${held.product} ${format.signedQuantity(held.quantity)} avg` } : null,
    );
  }

  function openData() {
    const decimals = format.decimalsOf(quotes.get(instrument)?.tick);
    const columns = ["Time", "Open", "High", "Low", "Close", "Volume"];
    openDialog({
      title: `${splitKey(instrument).tradingsymbol}, ${intervals[interval].words}`,
      class: "data",
      content: () =>
        h(
          "div",
          { class: "data-rows", tabindex: "0", role: "region", "aria-label": "Candles, newest first" },
          h(
            "table",
            { class: "table" },
            h("caption", { class: "spoken" }, "Candles, newest first"),
            h("thead", null, h("tr", null, columns.map((label, at) => h("th", { scope: "col", class: at > 0 ? "figure" : "" }, label)))),
            h(
              "tbody",
              null,
              chart.rows().map(([when, open, high, low, close, volume]) =>
                h(
                  "tr",
                  null,
                  h("th", { scope: "row" }, chart.timeWords(when)),
                  [open, high, low, close].map((figure) => h("td", { class: "figure" }, format.number(figure, decimals))),
                  h("td", { class: "figure" }, format.quantity(volume)),
                )
              ),
            ),
          ),
        ),
    });
  }

  bag.add(
    positions.subscribeAll(() => paint(drawPosition)),
    connection.subscribe((state) => {
      // After an interruption bars are missing between the last candle and now.
      if (state === "live" && instrument) void load();
    }),
    () => {
      turn += 1;
      unfollow();
      forgetQuote();
      forget(draw);
      forget(drawPosition);
      chart.destroy();
    },
  );

  return {
    root,
    /** @param {string} key */
    setInstrument(key) {
      if (key === instrument) return;
      instrument = key;
      forgetQuote();
      forgetQuote = quotes.subscribe(key, () => paint(draw));
      draw();
      drawPosition();
      void load();
    },
    /** @param {number} index */
    chooseInterval: (index) => setInterval(intervalChoices[index][0]),
    destroy: () => bag.empty(),
  };
}
