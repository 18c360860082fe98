// The book at a glance: funds, positions, statistics of closed trades, fills; and the reset to a fresh book.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { funds, instrumentKey, onEvent, positions, watch } from "../core/live.js";
import { createBag } from "../core/store.js";
import { liveFunds, livePositions, liveTrades } from "../ui/book-tables.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/field.js";
import { toast } from "../ui/toast.js";

export const title = "Portfolio";
export const styles = ["table", "pages"];

const eventPauseMilliseconds = 400;

/** @type {Array<[keyof import("../types.d.ts").Statistics, string, "count" | "money" | "percent" | "ratio"]>} */
const figures = [
  ["total_trades", "Closed trades", "count"],
  ["winning_trades", "With profit", "count"],
  ["losing_trades", "With loss", "count"],
  ["win_rate", "Win rate", "percent"],
  ["avg_pnl", "Average result", "money"],
  ["avg_profit", "Average profit", "money"],
  ["avg_loss", "Average loss", "money"],
  ["best_trade", "Best trade", "money"],
  ["worst_trade", "Worst trade", "money"],
  ["profit_factor", "Profit factor", "ratio"],
];

/** @param {HTMLElement} root */
export function mount(root) {
  const bag = createBag();
  const money = liveFunds();
  const held = livePositions();
  const fills = liveTrades();
  const statistics = h("div", null, h("p", { class: "muted", role: "status" }, "Loading statistics…"));
  append(root, [
    h("div", { class: "page" }, [
      h(
        "div",
        { class: "page-head" },
        h("h1", null, "Portfolio"),
        h("span", { class: "badge paper" }, "PAPER"),
        h("span", { class: "spring" }),
        h("a", { class: "button", href: "/books" }, "Books"),
        h("a", { class: "button", href: "/risk" }, "Risk"),
        h("button", { class: "button", type: "button", on: { click: openReset } }, "Reset the book…"),
      ),
      h("section", { "aria-labelledby": "funds" }, h("h2", { id: "funds" }, "Funds"), money.root, h("a", { class: "button", href: "/proof" }, "Proof of funds")),
      h("section", { "aria-labelledby": "positions" }, h("h2", { id: "positions" }, "Positions"), held.root),
      h("section", { "aria-labelledby": "statistics" }, h("h2", { id: "statistics" }, "Statistics"), statistics, h("a", { class: "button", href: "/statistics" }, "All statistics")),
      h("section", { "aria-labelledby": "fills" }, h("h2", { id: "fills" }, "Newest fills"), fills.root),
    ]),
  ]);

  let gone = false;
  async function loadStatistics() {
    try {
      const { stats } = await api.getPaperStats();
      if (gone) return;
      fill(
        statistics,
        Number(stats.total_trades) === 0
          ? h("p", { class: "muted" }, "Nothing has been closed yet. Figures appear with the first closed trade.")
          : h(
            "dl",
            { class: "cards" },
            figures.map(([name, label, kind]) => {
              const value = stats[name];
              const text = kind === "money"
                ? format.signedRupees(value)
                : kind === "percent"
                ? `${format.number(value)}%`
                : kind === "count"
                ? format.quantity(value)
                // Without a loss there is nothing to divide by.
                : name === "profit_factor" && Number(stats.losing_trades) === 0
                ? "—"
                : format.number(value);
              return h(
                "div",
                { class: "card" },
                h("dt", null, label),
                h("dd", { class: kind === "money" ? format.direction(value) : "" }, text),
              );
            }),
          ),
      );
    } catch (error) {
      if (!gone) {
        fill(
          statistics,
          h("p", { role: "alert" }, error instanceof Error ? error.message : String(error)),
          h("button", {
            class: "button",
            type: "button",
            on: { click: () => void loadStatistics() },
          }, "Try again"),
        );
      }
    }
  }

  function openReset() {
    const capital = field({
      label: "Starting capital in ₹",
      name: "capital",
      value: String(funds.get()?.virtual_capital ?? ""),
      attributes: { inputmode: "decimal", required: true, "data-focus": true },
    });
    openDialog({
      title: "Reset the paper book?",
      class: "small",
      content: (close) => [
        h(
          "p",
          null,
          "Open orders are cancelled, positions and trades go into the archive, and the book begins anew with the capital below.",
        ),
        form({
          fields: [capital],
          button: "Reset the book",
          busy: "Resetting…",
          class: "danger-form",
          submit: async (values) => {
            const figure = format.parseDecimal(values.capital);
            if (figure === null || figure <= 0) throw Object.assign(new Error("Please enter an amount."), { field: "capital" });
            const answer = await api.resetPaperPortfolio(figure);
            close();
            toast(answer.message ?? "The book begins anew.", "good");
            void loadStatistics();
          },
        }).root,
      ],
    });
  }

  let unwatch = () => {};
  let watched = "";
  function watchBook() {
    const keys = [...new Set(positions.values().map(instrumentKey))].sort();
    if (keys.join() === watched) return;
    watched = keys.join();
    const before = unwatch;
    unwatch = watch(keys);
    before();
  }

  /** @type {any} */
  let timer = null;
  bag.add(
    onEvent((event) => {
      if (event.kind !== "trade" && event.kind !== "reset") return;
      clearTimeout(timer);
      timer = setTimeout(() => void loadStatistics(), eventPauseMilliseconds);
    }),
    positions.subscribeAll(watchBook),
    () => {
      gone = true;
      clearTimeout(timer);
      unwatch();
      money.destroy();
      held.destroy();
      fills.destroy();
    },
  );
  watchBook();
  void loadStatistics();
  return () => bag.empty();
}
