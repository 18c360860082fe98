// For the owner: the books that came from the old system without an account (`user_default_…`), and handing them to one.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { user } from "../core/session.js";
import { orderColumns, positionColumns, tradeColumns } from "../ui/book-tables.js";
import { positionKey } from "../core/live.js";
import { confirm } from "../ui/dialog.js";
import { createTable } from "../ui/table.js";
import { toast } from "../ui/toast.js";

export const title = "Old books";
export const styles = ["table", "pages"];

/** @param {HTMLElement} root */
export function mount(root) {
  const body = h("div", null, h("p", { class: "muted", role: "status" }, "Loading the old books…"));
  append(root, [
    h(
      "div",
      { class: "page" },
      h("div", { class: "page-head" }, h("h1", null, "Old books"), h("span", { class: "badge paper" }, "PAPER")),
      body,
    ),
  ]);
  /** @type {Array<{ destroy: () => void }>} */
  let tables = [];
  let gone = false;

  async function load() {
    if (user.get()?.role !== "owner") {
      fill(body, h("p", { role: "alert" }, "Only the owner of the house can see this page."));
      return;
    }
    try {
      const books = await api.getLegacyBooks();
      const { users } = books.exists ? await api.getUsers() : { users: [] };
      if (!gone) show(books, users);
    } catch (error) {
      if (!gone) {
        fill(
          body,
          h("p", { role: "alert" }, error instanceof Error ? error.message : String(error)),
          h("button", {
            class: "button",
            type: "button",
            on: { click: () => void load() },
          }, "Try again"),
        );
      }
    }
  }

  /** @param {import("../types.d.ts").LegacyBooks} books @param {import("../types.d.ts").HouseUser[]} users */
  function show(books, users) {
    for (const table of tables) table.destroy();
    tables = [];
    if (!books.exists) {
      fill(
        body,
        h(
          "p",
          null,
          "There are none. Books of the old system come in with ",
          h("code", null, "tradehouse migrate"),
          "; those without an account are kept here until they are handed over.",
        ),
      );
      return;
    }
    const positions = createTable({
      caption: "Old positions",
      columns: positionColumns({ acts: false }),
      key: positionKey,
      empty: "No positions.",
      class: "two-line",
    });
    const orders = createTable({
      caption: "Old orders",
      columns: orderColumns({ acts: false, wide: true }),
      key: (row) => row.order_id,
      empty: "No orders.",
      class: "two-line orders",
    });
    const trades = createTable({
      caption: "Old trades",
      columns: tradeColumns({ dates: true }),
      key: (row) => row.trade_id,
      empty: "No trades.",
      class: "two-line",
    });
    positions.show(books.positions);
    orders.show(books.orders);
    trades.show(books.trades);
    tables = [positions, orders, trades];

    const choice = h(
      "select",
      { id: "old-books-user" },
      users.filter((person) => !person.disabled).map((person) =>
        h("option", { value: person.user_id }, `${person.email} (${person.user_id})`)
      ),
    );
    const counts =
      /** @type {const} */ ([["Orders", books.counts.orders], ["Positions", books.counts.positions], ["Trades", books.counts.trades]]);
    /** @param {string} heading @param {number} count @param {{ root: HTMLElement }} table */
    const part = (heading, count, table) =>
      h(
        "section",
        null,
        h("h2", null, heading, count > 100 ? h("span", { class: "muted" }, ` newest 100 of ${format.quantity(count)}`) : null),
        table.root,
      );
    fill(
      body,
      h(
        "p",
        null,
        "These books came from the old system under the id ",
        h("code", null, books.user_id),
        ". Nobody trades in them until they are handed to an account.",
      ),
      h("dl", { class: "cards" }, [
        ...counts.map(([label, count]) => h("div", { class: "card" }, h("dt", null, label), h("dd", null, format.quantity(count)))),
        books.funds && h("div", { class: "card" }, h("dt", null, "Total value"), h("dd", null, format.rupees(books.funds.total_value))),
        books.funds &&
        h(
          "div",
          { class: "card" },
          h("dt", null, "Realised P&L"),
          h("dd", { class: format.direction(books.funds.realized_pnl) }, format.signedRupees(books.funds.realized_pnl)),
        ),
      ]),
      h(
        "section",
        { class: "hand-over" },
        h("h2", null, "Hand over"),
        h("div", { class: "field" }, h("label", { for: "old-books-user" }, "Account that receives them"), choice),
        h("button", {
          class: "button primary",
          type: "button",
          disabled: users.length === 0,
          on: { click: () => ask(choice.value, choice.selectedOptions[0]?.text ?? "") },
        }, "Hand the books over…"),
      ),
      part("Positions", books.counts.positions, positions),
      part("Orders", books.counts.orders, orders),
      part("Trades", books.counts.trades, trades),
    );
  }

  /** @param {string} id @param {string} name */
  function ask(id, name) {
    confirm({
      title: "Hand the old books over?",
      words: `${name} receives all old orders, positions and trades as the default book. This cannot be taken back.`,
      yes: "Hand them over",
      act: async () => {
        const answer = await api.handOverLegacyBooks(id);
        toast(answer.message ?? `The books belong to ${name} now.`, "good");
        await load();
      },
    });
  }

  void load();
  return () => {
    gone = true;
    for (const table of tables) table.destroy();
  };
}
