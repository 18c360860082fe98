// The proof of funds: the balance from its opening to now, one line for everything that moved it, the verdict, and a small curve.
// The server works it out; nothing is added up here.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { onEvent } from "../core/live.js";
import { createTable } from "../ui/table.js";

export const title = "Proof of funds";
export const styles = ["table", "pages"];

const pageSize = 100;
const eventPauseMilliseconds = 600;
const svgNamespace = "http://www.w3.org/2000/svg";

/** @typedef {import("../types.d.ts").Proof} Proof */
/** @typedef {import("../types.d.ts").ProofLine} ProofLine */

/** @type {Record<string, string>} */
const figureWords = {
  cash: "Cash",
  charges: "Charges",
  realised: "Realised P&L",
  reserved: "Held by orders",
  invested: "Invested",
  available: "Available",
};

/** @param {ProofLine} line */
function cause(line) {
  const what = `${format.quantity(line.quantity)} ${line.tradingsymbol} at ${format.number(line.price)}`;
  switch (line.cause) {
    case "opening":
      return "Opening capital";
    case "reset":
      return "Capital of the reset";
    case "buy":
      return `Bought ${what}`;
    case "sell":
      return `Sold ${what}`;
    default:
      return `Charges of ${line.tradingsymbol}`;
  }
}

/** @type {import("../ui/table.js").Column<ProofLine>[]} */
const columns = [
  { id: "number", label: "No.", kind: "number", text: (line) => String(line.number), phone: "none" },
  { id: "at", label: "When", text: (line) => (line.at ? format.dateTime(line.at) : "—"), phone: "sub" },
  { id: "cause", label: "What moved the cash", header: true, text: cause, phone: "title" },
  { id: "trade", label: "Trade", text: (line) => line.trade_id ?? "", phone: "none" },
  {
    id: "amount",
    label: "Amount ₹",
    kind: "number",
    text: (line) => ({ text: format.signed(line.amount), class: format.direction(line.amount) }),
    phone: "right",
  },
  { id: "balance", label: "Cash after it ₹", kind: "number", text: (line) => format.number(line.balance), phone: "sub-right" },
];

/** @param {HTMLElement} root */
export function mount(root) {
  const summary = h("div", { class: "proof-summary" }, h("p", { class: "muted", role: "status" }, "Adding everything up…"));
  const table = createTable({
    caption: "Statement",
    columns,
    key: (line) => String(line.number),
    empty: "Nothing moved the cash yet.",
    class: "two-line statement",
    retry: () => void load(),
  });
  const ledger = h("div", { class: "ledger" });
  const more = h("button", { class: "button", type: "button", hidden: true, on: { click: () => void loadMore() } }, "Show more lines");
  const count = h("p", { class: "muted", role: "status" });
  append(root, [
    h("div", { class: "page" }, [
      h(
        "div",
        { class: "page-head" },
        h("h1", null, "Proof of funds"),
        h("span", { class: "badge paper" }, "PAPER"),
        h("span", { class: "spring" }),
        h("a", { class: "button", href: "/portfolio" }, "Back to the portfolio"),
      ),
      summary,
      ledger,
      h("section", { "aria-labelledby": "statement" }, h("h2", { id: "statement" }, "Statement"), table.root, count, more),
    ]),
  ]);

  let gone = false;
  /** @type {ProofLine[]} */
  let lines = [];
  /** @type {number | null} */
  let next = null;
  let turn = 0;

  /** @param {Proof} proof */
  function showLines(proof) {
    lines = [...lines, ...proof.lines];
    next = proof.next;
    table.show(lines);
    more.toggleAttribute("hidden", next === null);
    count.textContent = `${format.quantity(lines.length)} of ${format.quantity(proof.line_count)} lines, oldest first.`;
  }

  async function load() {
    turn += 1;
    const mine = turn;
    try {
      // As many as were on screen, so that a fill does not fold the statement up again.
      const proof = await api.getProof({ limit: Math.min(1000, Math.max(pageSize, lines.length + 2)) });
      if (gone || mine !== turn) return;
      lines = [];
      fill(summary, verdict(proof), curve(proof), figures(proof), holds(proof));
      showLines(proof);
    } catch (error) {
      if (gone || mine !== turn) return;
      const words = error instanceof Error ? error.message : String(error);
      fill(summary);
      table.error(words);
    }
  }

  async function loadLedger() {
    try {
      const answer = await api.getLedger();
      if (!gone) fill(ledger, balances(answer));
    } catch (error) {
      if (!gone) fill(ledger, h("p", { class: "muted" }, `The ledger: ${error instanceof Error ? error.message : String(error)}`));
    }
  }

  async function loadMore() {
    const mine = turn;
    more.disabled = true;
    try {
      const proof = await api.getProof({ limit: pageSize, after: next });
      if (!gone && mine === turn) showLines(proof);
    } catch (error) {
      if (!gone) count.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      more.disabled = false;
    }
  }

  /** @type {any} */
  let timer = null;
  const undo = onEvent(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void load();
      void loadLedger();
    }, eventPauseMilliseconds);
  });
  void load();
  void loadLedger();
  return () => {
    gone = true;
    clearTimeout(timer);
    undo();
    table.destroy();
  };
}

/** @param {Proof} proof */
function verdict(proof) {
  const words = proof.adds_up
    ? `It adds up. ${format.quantity(proof.compared_trades)} trades and ${
      format.quantity(proof.compared_orders)
    } orders were compared one by one.`
    : `It does not add up: ${format.quantity(proof.difference_count)} figures differ. Please tell the owner of the house.`;
  return h(
    "p",
    { class: `verdict ${proof.adds_up ? "good" : "bad"}`, role: proof.adds_up ? "status" : "alert" },
    h("b", null, proof.adds_up ? "✓ " : "✗ "),
    words,
  );
}

/** @param {Proof} proof */
function figures(proof) {
  const whole = proof.figures.filter((figure) => figure.subject === null);
  const single = proof.figures.filter((figure) => figure.subject !== null && !figure.holds);
  return [
    h(
      "dl",
      { class: "cards" },
      whole.map((figure) =>
        h(
          "div",
          { class: "card" },
          h("dt", null, `${figure.holds ? "✓" : "✗"} ${figureWords[figure.figure] ?? figure.figure}`),
          h("dd", null, format.rupees(figure.recorded)),
          !figure.holds && h("dd", { class: "down" }, `the lines give ${format.rupees(figure.computed)}`),
        )
      ),
    ),
    single.length > 0 &&
    h(
      "ul",
      { class: "differences" },
      single.map((figure) => h("li", null, `${figure.figure} of ${figure.subject}: recorded ${figure.recorded}, the lines give ${figure.computed}`)),
    ),
  ];
}

/** @type {Record<string, string>} */
const accounts = {
  cash: "Cash",
  long_positions: "Long positions, at cost",
  short_positions: "Short positions, owed",
  capital: "Capital",
  realised: "Realised P&L (a profit is negative)",
  charges_transaction_tax: "Charges: transaction tax",
  charges_exchange: "Charges: exchange",
  charges_sebi: "Charges: SEBI",
  charges_brokerage: "Charges: brokerage",
  charges_stamp: "Charges: stamp duty",
  charges_gst: "Charges: GST",
  charges_other: "Charges of earlier entries",
  held_by_orders: "Held by working orders",
  blocked_by_positions: "Blocked by positions",
  unblocked: "Other side of what is held and blocked",
};

/** The trial balance: two sums that are nothing. @param {import("../types.d.ts").LedgerAnswer} answer */
function balances(answer) {
  return h(
    "details",
    { class: "holds" },
    h(
      "summary",
      null,
      answer.balanced && answer.differences.length === 0
        ? `The ledger balances: ${format.quantity(answer.entry_count)} entries, each summing to nothing`
        : "The ledger does not balance. Please tell the owner of the house.",
    ),
    h(
      "dl",
      { class: "facts ledger-lines" },
      answer.balances.map(({ account, amount }) =>
        h("div", null, h("dt", null, accounts[account] ?? account), h("dd", null, format.signedRupees(amount)))
      ),
    ),
  );
}

/** @param {Proof} proof */
function holds(proof) {
  if (proof.holds.length === 0) return null;
  return h(
    "details",
    { class: "holds" },
    h("summary", null, `Why what is available is not the cash: ${format.quantity(proof.holds.length)} reasons`),
    h(
      "ul",
      null,
      proof.holds.map((hold) =>
        h(
          "li",
          null,
          `${format.rupees(hold.amount)} `,
          hold.cause === "working_order"
            ? `held by the working order in ${hold.tradingsymbol} (${hold.order_id})`
            : hold.cause === "long_on_margin"
              ? `margin less cost of the position in ${hold.tradingsymbol}: what was bought beyond own funds`
              : `proceeds and margin of the short position in ${hold.tradingsymbol}`,
        )
      ),
    ),
  );
}

/** The balance over the lines, drawn in the units of its own box; the words beside it say the same. @param {Proof} proof */
function curve(proof) {
  const points = proof.curve;
  if (points.length < 2) return null;
  const balances = points.map(([, balance]) => Number(balance));
  const low = Math.min(...balances);
  const high = Math.max(...balances);
  const width = 600;
  const height = 90;
  const x = (/** @type {number} */ index) => (index * width) / (points.length - 1);
  const y = (/** @type {number} */ balance) => (high === low ? height / 2 : 4 + ((high - balance) * (height - 8)) / (high - low));
  const picture = document.createElementNS(svgNamespace, "svg");
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("class", "balance-curve");
  picture.setAttribute("role", "img");
  picture.setAttribute(
    "aria-label",
    `Cash from ${format.rupees(proof.opening)} to ${format.rupees(proof.closing)}, lowest ${format.rupees(low)}, highest ${format.rupees(high)}.`,
  );
  const line = document.createElementNS(svgNamespace, "polyline");
  // Cash changes in steps: it stays until the next line moves it.
  const steps = points.flatMap(([, balance], index) =>
    index === 0 ? [`0,${y(Number(balance))}`] : [`${x(index)},${y(Number(points[index - 1][1]))}`, `${x(index)},${y(Number(balance))}`]
  );
  line.setAttribute("points", steps.join(" "));
  line.setAttribute("vector-effect", "non-scaling-stroke");
  picture.appendChild(line);
  return h(
    "figure",
    { class: "balance" },
    picture,
    h(
      "figcaption",
      { class: "muted" },
      `Cash: ${format.rupees(proof.opening)} at the opening, ${format.rupees(proof.closing)} now, between ${format.rupees(low)} and ${
        format.rupees(high)
      }.`,
    ),
  );
}
