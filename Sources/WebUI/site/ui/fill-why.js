// Why a fill happened at its price, in a dialog: the words of the server and the figures behind them.

import { h } from "../core/dom.js";
import * as format from "../core/format.js";
import { openDialog } from "./dialog.js";
import { sideWord } from "./words.js";

/** @param {import("../types.d.ts").Trade} trade */
export function openWhy(trade) {
  const why = trade.why;
  /** @type {Array<[string, string]>} */
  const facts = [
    ["When", format.dateTime(trade.at)],
    ["Fill", `${sideWord(trade.transaction_type)} ${format.quantity(trade.quantity)} at ${format.number(trade.price)}`],
    ["Rule", trade.rule ?? "—"],
    ["Charges", format.rupees(trade.charges)],
    ["Order", trade.order_id],
  ];
  if (why) {
    facts.splice(3, 0, ["Quote of", format.dateTime(why.quoted_at)], ["Last price then", format.number(why.last_price)]);
    if (why.displayed !== null) facts.splice(5, 0, ["Displayed for it", format.quantity(why.displayed)]);
    if (why.ahead !== null) facts.splice(5, 0, ["Ahead of it", format.quantity(why.ahead)]);
    if (why.traded !== null) facts.splice(5, 0, ["Traded with that tick", format.quantity(why.traded)]);
  }
  openDialog({
    title: `Why ${trade.tradingsymbol} filled`,
    class: "small",
    content: () => [
      h("p", null, why ? why.words : "This fill is older than the keeping of reasons, or was imported; its rule is all that is known."),
      h("dl", { class: "facts" }, facts.map(([name, text]) => h("div", null, h("dt", null, name), h("dd", null, text)))),
    ],
  });
}
