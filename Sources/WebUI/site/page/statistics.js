// How the book has done: the equity curve with its falls, the figures of round trips net and gross, and the same in parts. The server works
// everything out; a figure that has no answer says why.

import { createCurve } from "../chart/curve.js";
import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { onEvent } from "../core/live.js";
import { rewriteQuery } from "../core/router.js";
import { field, segmented } from "../ui/field.js";
import { createTable } from "../ui/table.js";

export const title = "Statistics";
export const styles = ["table", "pages"];

const typingPauseMilliseconds = 300;
const eventPauseMilliseconds = 800;

/** @typedef {import("../types.d.ts").StatisticsAnswer} StatisticsAnswer */
/** @typedef {import("../types.d.ts").StatisticsReport} StatisticsReport */
/** @typedef {StatisticsReport & { name: string | null }} Part */

/** @type {Array<[string, string]>} */
const groupings = [["symbol", "Symbol"], ["day", "Day"], ["tag", "Tag"], ["side", "Side"], ["weekday", "Weekday"], ["hour", "Hour"]];
/** @type {Record<string, string>} */
const reasons = {
  no_closed_trades: "nothing was closed",
  no_wins: "nothing was won",
  no_losses: "nothing was lost",
  fewer_than_two_days: "needs two days",
  no_variation: "every day was the same",
  equity_not_positive: "no equity was left",
  no_time_passed: "no time has passed",
  no_capital_of_its_own: "a part has no capital",
};
/** @type {Record<string, string>} */
const nameless = { day: "Not closed yet", weekday: "Not closed yet", tag: "No tag" };

/** @param {number} seconds */
function span(seconds) {
  if (seconds >= 172_800) return `${format.quantity(Math.floor(seconds / 86_400))} days`;
  if (seconds >= 7_200) return `${format.quantity(Math.floor(seconds / 3_600))} h`;
  if (seconds >= 120) return `${Math.floor(seconds / 60)} min`;
  return `${seconds} s`;
}

/** @param {HTMLElement} root @param {import("../types.d.ts").PageParams} params */
export function mount(root, params) {
  let by = groupings.some(([value]) => value === params.query.get("by")) ? params.query.get("by") ?? "symbol" : "symbol";
  let basis = params.query.get("basis") === "gross" ? "gross" : "net";
  let symbol = (params.query.get("symbol") ?? "").toUpperCase();
  let tag = params.query.get("tag") ?? "";
  // An epoch that a reset ended, of the book that was asked about when somebody came here.
  const epoch = params.query.get("epoch");
  const of = params.query.get("of") ?? undefined;
  /** @type {StatisticsAnswer | null} */
  let shown = null;
  let gone = false;
  let turn = 0;
  /** @type {any} */
  let timer = null;

  const summary = h("div", { class: "statistics" }, h("p", { class: "muted", role: "status" }, "Working it out…"));
  const bases = segmented({
    label: "Results",
    value: basis,
    options: [["net", "After charges"], ["gross", "Before charges"]],
    onChange: (value) => {
      basis = value;
      remember();
      draw();
    },
  });
  const chooser = segmented({
    label: "Divide by",
    value: by,
    options: groupings,
    onChange: (value) => {
      by = value;
      changed();
    },
  });
  /** @param {string} label @param {string} name @param {string} value @param {number} limit @param {(value: string) => void} take */
  function filter(label, name, value, limit, take) {
    const part = field({
      label,
      name,
      value,
      attributes: { maxlength: String(limit), spellcheck: "false" },
      on: {
        input: () => {
          take(part.input.value.trim());
          clearTimeout(timer);
          timer = setTimeout(changed, typingPauseMilliseconds);
        },
      },
    });
    return part.root;
  }
  const table = createTable({
    caption: "Parts",
    columns: columns(() => basis, () => by),
    key: (row) => row.name ?? "",
    empty: "No round trip yet. One is over when a position is flat again.",
    class: "two-line parts",
    retry: () => void load(),
    sorted: { id: "total", descending: true },
  });
  const left = h("p", { class: "muted", role: "status" });
  append(root, [
    h("div", { class: "page" }, [
      h(
        "div",
        { class: "page-head" },
        h("h1", null, epoch ? `Statistics of epoch ${epoch}` : "Statistics"),
        h("span", { class: "badge paper" }, "PAPER"),
        h("span", { class: "spring" }),
        h("a", { class: "button", href: "/portfolio" }, "Back to the portfolio"),
      ),
      h(
        "div",
        { class: "filters" },
        bases.root,
        filter("Symbol", "symbol", symbol, 40, (value) => (symbol = value.toUpperCase())),
        filter("Tag", "tag", tag, 20, (value) => (tag = value)),
      ),
      summary,
      h("section", { "aria-labelledby": "parts" }, h("h2", { id: "parts" }, "Parts"), chooser.root, table.root, left),
    ]),
  ]);

  function remember() {
    const pairs = new URLSearchParams();
    if (by !== "symbol") pairs.set("by", by);
    if (basis !== "net") pairs.set("basis", basis);
    if (symbol) pairs.set("symbol", symbol);
    if (tag) pairs.set("tag", tag);
    if (epoch) pairs.set("epoch", epoch);
    if (of) pairs.set("of", of);
    rewriteQuery(pairs);
  }

  function changed() {
    clearTimeout(timer);
    remember();
    table.loading();
    void load();
  }

  function draw() {
    if (!shown) return;
    fill(summary, curve(shown), cards(shown.whole, basis), notes(shown));
    table.show([...shown.parts]);
    left.textContent = shown.parts_left_out > 0 ? `${format.quantity(shown.parts_left_out)} smaller parts are not shown.` : "";
  }

  async function load() {
    turn += 1;
    const mine = turn;
    try {
      const answer = await api.getStatistics({ by, symbol, tag, epoch, book: of });
      if (gone || mine !== turn) return;
      shown = answer;
      draw();
    } catch (error) {
      if (gone || mine !== turn) return;
      fill(summary);
      table.error(error instanceof Error ? error.message : String(error));
    }
  }

  const undo = onEvent((event) => {
    if (event.kind !== "trade" && event.kind !== "reset") return;
    clearTimeout(timer);
    timer = setTimeout(() => void load(), eventPauseMilliseconds);
  });
  void load();
  return () => {
    gone = true;
    clearTimeout(timer);
    undo();
    table.destroy();
  };
}

/** @param {StatisticsAnswer} answer */
function curve(answer) {
  // It begins where the first fill found it.
  const points = answer.curve.length === 0
    ? []
    : [/** @type {[number, number, number, number]} */ ([answer.curve[0][0], answer.curve_base, answer.curve_base, 0]), ...answer.curve];
  if (points.length === 0) return h("p", { class: "muted" }, "Nothing was traded here yet. The curve begins with the first fill.");
  const values = points.flatMap(([, net, gross]) => [net, gross]).concat(answer.curve_base);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const deepest = Math.max(...points.map((point) => point[3]));
  const last = points[points.length - 1];
  const what = Number(answer.curve_base) === 0 ? "Result" : "Equity";
  return createCurve({
    points,
    base: Number(answer.curve_base),
    label: `${what} from ${format.rupees(answer.curve_base)} to ${format.rupees(last[1])} after charges, with open positions at their prices; largest fall ${
      format.rupees(answer.whole.net.drawdown)
    }. Arrow keys read point by point.`,
    words: ([at, net, gross, fall]) =>
      `${format.dateTime(at)}: ${what.toLowerCase()} ${format.rupees(net)}, ${format.rupees(gross)} before charges, ${format.rupees(fall)} below the highest`,
    scale: { top: format.rupees(high), bottom: format.rupees(low), fall: deepest === 0 ? "never fell" : format.rupees(-deepest) },
  });
}

/** @param {StatisticsReport} report @param {string} basis */
function cards(report, basis) {
  const figures = basis === "gross" ? report.gross : report.net;
  /** @param {string} label @param {string} text @param {{ value?: any, reason?: string, note?: string }} [more] */
  const card = (label, text, more = {}) =>
    h(
      "div",
      { class: "card" },
      h("dt", null, label),
      h("dd", { class: more.value === undefined ? "" : format.direction(more.value) }, text),
      (more.reason || more.note) && h("dd", { class: "card-note" }, more.reason ? reasons[more.reason] ?? more.reason : more.note),
    );
  const why = { ...report.undefined, ...figures.undefined };
  const money = (/** @type {string} */ label, /** @type {any} */ value, /** @type {string} */ name) =>
    card(label, format.signedRupees(value), { value, reason: why[name] });
  const percent = (/** @type {number | null} */ value) => (value === null ? "—" : `${format.number(value)}%`);
  return h(
    "dl",
    { class: "cards" },
    money("Result of closed", figures.total, "total"),
    card("Round trips closed", format.quantity(report.closed), {
      note: `${format.quantity(figures.wins)} won, ${format.quantity(figures.losses)} lost, ${format.quantity(figures.even)} even`,
    }),
    card("Win rate", percent(figures.win_percent), { reason: why.win_percent }),
    card("Profit factor", format.number(figures.profit_factor), { reason: why.profit_factor }),
    money("Expectancy", figures.expectancy, "expectancy"),
    money("Average win", figures.average_win, "average_win"),
    money("Average loss", figures.average_loss, "average_loss"),
    money("Best", figures.best, "win_percent"),
    money("Worst", figures.worst, "win_percent"),
    card("Largest fall", format.rupees(figures.drawdown), {
      note: figures.drawdown_percent === null
        ? reasons[why.drawdown_percent] ?? ""
        : `${percent(figures.drawdown_percent)} at most, ${span(figures.longest_drawdown_seconds)} at the longest`,
    }),
    card("Sharpe, per year", format.number(figures.sharpe), { reason: why.sharpe }),
    card("Streaks", `${figures.longest_win_streak} won, ${figures.longest_loss_streak} lost`, {
      note: figures.streak === 0 ? "none now" : figures.streak > 0 ? `${figures.streak} won now` : `${-figures.streak} lost now`,
    }),
    card("Time in the market", percent(report.time_exposed_percent), {
      reason: why.time_exposed_percent,
      note: `at most ${format.rupees(report.largest_exposure)} at cost`,
    }),
    card("Held on the average", report.average_holding_seconds === null ? "—" : span(report.average_holding_seconds), {
      reason: why.average_holding_seconds,
    }),
    card("Charges", format.rupees(report.charges), { note: `of ${format.rupees(report.turnover)} turnover` }),
    card("Open now", format.quantity(report.open), { note: `${format.signedRupees(report.unrealised)} unrealised` }),
  );
}

/** @param {StatisticsAnswer} answer */
function notes(answer) {
  if (answer.unpriced.length === 0) return null;
  return h("p", { class: "muted" }, `Between fills no prices are known of ${answer.unpriced.join(", ")}: they count at their fills.`);
}

/** @param {() => string} basis @param {() => string} by @returns {import("../ui/table.js").Column<Part>[]} */
function columns(basis, by) {
  const of = (/** @type {Part} */ part) => (basis() === "gross" ? part.gross : part.net);
  return [
    {
      id: "name",
      label: "Part",
      header: true,
      text: (part) => part.name ?? nameless[by()] ?? "—",
      sort: (part) => part.name ?? "",
      phone: "title",
    },
    {
      id: "total",
      label: "Result ₹",
      kind: "number",
      text: (part) => ({ text: format.signed(of(part).total), class: format.direction(of(part).total) }),
      sort: (part) => Number(of(part).total),
      phone: "right",
    },
    { id: "closed", label: "Closed", kind: "number", text: (part) => format.quantity(part.closed), sort: (part) => part.closed, phone: "none" },
    {
      id: "win",
      label: "Won",
      kind: "number",
      text: (part) => (of(part).win_percent === null ? "—" : `${format.number(of(part).win_percent)}%`),
      sort: (part) => of(part).win_percent,
      phone: "sub-right",
    },
    {
      id: "factor",
      label: "Profit factor",
      kind: "number",
      text: (part) => format.number(of(part).profit_factor),
      sort: (part) => of(part).profit_factor,
      phone: "none",
    },
    {
      id: "expectancy",
      label: "Expectancy ₹",
      kind: "number",
      text: (part) => format.signed(of(part).expectancy),
      sort: (part) => of(part).expectancy,
      phone: "none",
    },
    {
      id: "fall",
      label: "Largest fall ₹",
      kind: "number",
      text: (part) => format.number(of(part).drawdown),
      sort: (part) => Number(of(part).drawdown),
      phone: "none",
    },
    { id: "charges", label: "Charges ₹", kind: "number", text: (part) => format.number(part.charges), sort: (part) => Number(part.charges), phone: "none" },
    {
      id: "sum",
      label: "In short",
      text: (part) => `${format.quantity(part.closed)} closed, ${format.quantity(part.open)} open`,
      phone: "sub",
      phoneOnly: true,
    },
  ];
}
