// The five best bids and offers of one instrument, with a bar for each level's share of the largest.

import { h, patch } from "../../core/dom.js";
import * as format from "../../core/format.js";
import { quotes, watchDepth } from "../../core/live.js";
import { forget, paint } from "../../core/paint.js";

const levels = 5;

export function createDepth() {
  let instrument = "";
  let undo = () => {};
  const cell = (/** @type {string} */ name) => h("td", { class: `figure ${name}` });
  const rows = Array.from(
    { length: levels },
    () => ({ bid: cell("live-price up"), bidSize: cell("bid-size"), ask: cell("live-price down"), askSize: cell("ask-size") }),
  );
  const message = h("p", { class: "table-message", hidden: true }, "This instrument has no depth.");
  const table = h(
    "table",
    { class: "table depth-table" },
    h("caption", { class: "spoken" }, "Market depth"),
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        [["Qty", "bid-size"], ["Bid", ""], ["Ask", ""], ["Qty", "ask-size"]].map(([label, name]) =>
          h("th", { scope: "col", class: `figure ${name}` }, label)
        ),
      ),
    ),
    h("tbody", null, rows.map((row) => h("tr", null, row.bidSize, row.bid, row.ask, row.askSize))),
  );
  const day = ["open", "high", "low", "close", "volume"].map((name) => ({ name, cell: h("dd", null, "—") }));
  const words = { open: "Open", high: "High", low: "Low", close: "Prev. close", volume: "Volume" };
  const root = h(
    "section",
    { class: "depth", "aria-label": "Depth" },
    h("h2", null, "Depth"),
    table,
    message,
    h(
      "dl",
      { class: "day-facts" },
      day.map(({ name, cell: value }) => h("div", null, h("dt", null, words[/** @type {keyof typeof words} */ (name)]), value)),
    ),
  );

  function draw() {
    const quote = quotes.get(instrument);
    const bids = quote?.bids ?? [];
    const asks = quote?.asks ?? [];
    const known = bids.length + asks.length > 0;
    // Until the first quote the empty table keeps its place; only what has no depth loses it.
    const lacks = quote?.tradable === false && !known;
    table.hidden = lacks;
    message.hidden = !lacks;
    const decimals = format.decimalsOf(quote?.tick);
    const largest = Math.max(1, ...[...bids, ...asks].slice(0, 2 * levels).map((level) => Number(level[1])));
    rows.forEach((row, at) => {
      patch(row.bid, bids[at] ? format.number(bids[at][0], decimals) : "");
      patch(row.ask, asks[at] ? format.number(asks[at][0], decimals) : "");
      patch(row.bidSize, bids[at] ? format.quantity(bids[at][1]) : "");
      patch(row.askSize, asks[at] ? format.quantity(asks[at][1]) : "");
      row.bidSize.style.setProperty("--share", `${bids[at] ? (Number(bids[at][1]) / largest) * 100 : 0}%`);
      row.askSize.style.setProperty("--share", `${asks[at] ? (Number(asks[at][1]) / largest) * 100 : 0}%`);
    });
    for (const { name, cell: value } of day) {
      const figure = /** @type {any} */ (quote)?.[name];
      patch(value, name === "volume" ? format.quantity(figure) : format.number(figure, decimals));
    }
  }

  return {
    root,
    /** @param {string} key */
    setInstrument(key) {
      undo();
      instrument = key;
      const stop = watchDepth(key);
      const forgetQuote = quotes.subscribe(key, () => paint(draw));
      undo = () => {
        forgetQuote();
        stop();
      };
      paint(draw);
    },
    destroy() {
      undo();
      forget(draw);
    },
  };
}
