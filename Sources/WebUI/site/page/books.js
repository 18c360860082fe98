// The own books: which one the pages are about, new ones and copies, titles, and a fresh start whose past stays readable.

import { api } from "../core/api.js";
import { books as known, chooseBook, chosenBook } from "../core/book.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/field.js";
import { createTable } from "../ui/table.js";
import { toast } from "../ui/toast.js";

export const title = "Books";
export const styles = ["table", "pages"];

/** @typedef {import("../types.d.ts").Book} Book */
/** @typedef {import("../types.d.ts").Epoch} Epoch */

/** @param {HTMLElement} root */
export function mount(root) {
  let gone = false;
  const list = h("div", { class: "books" }, h("p", { class: "muted", role: "status" }, "Loading your books…"));
  const room = h("p", { class: "muted" });
  append(root, [
    h("div", { class: "page" }, [
      h(
        "div",
        { class: "page-head" },
        h("h1", null, "Books"),
        h("span", { class: "badge paper" }, "PAPER"),
        h("span", { class: "spring" }),
        h("button", { class: "button primary", type: "button", on: { click: () => openMake(null) } }, "New book…"),
      ),
      h(
        "p",
        { class: "muted" },
        "Each book has its own funds, orders, positions and past. Old programs and calls without a book see the default one.",
      ),
      list,
      room,
    ]),
  ]);

  async function load() {
    try {
      const answer = await api.getBooks();
      if (gone) return;
      known.set(answer.books);
      fill(list, answer.books.map(card));
      room.textContent = `${answer.books.length} of ${answer.limit} books.`;
    } catch (error) {
      if (gone) return;
      fill(
        list,
        h("p", { role: "alert" }, error instanceof Error ? error.message : String(error)),
        h("button", { class: "button", type: "button", on: { click: () => void load() } }, "Try again"),
      );
    }
  }

  /** @param {Book} book */
  function card(book) {
    const chosen = book.name === chosenBook();
    const past = h("div", { class: "epochs" });
    return h(
      "section",
      { class: `book-card${chosen ? " chosen" : ""}`, "aria-label": book.title },
      h(
        "div",
        { class: "book-head" },
        h("h2", null, book.title),
        h("code", null, book.name),
        chosen && h("span", { class: "badge" }, "In use"),
        h("span", { class: "spring" }),
        !chosen && h("button", { class: "button primary", type: "button", on: { click: () => chooseBook(book.name, "/portfolio") } }, `Use ${book.title}`),
      ),
      h(
        "dl",
        { class: "cards" },
        figure("Total value", format.rupees(book.funds.total_value)),
        figure("Available", format.rupees(book.funds.available_funds)),
        figure("Day P&L", format.signedRupees(book.funds.day_pnl), book.funds.day_pnl),
        figure("Open positions", format.quantity(book.open_positions)),
        figure("Working orders", format.quantity(book.working_orders)),
        figure("Begun anew", book.epoch === 1 ? "never" : `${format.quantity(book.epoch - 1)}×`),
      ),
      h(
        "div",
        { class: "book-acts" },
        h("button", { class: "button", type: "button", on: { click: () => openRename(book) } }, "Rename…"),
        h("button", { class: "button", type: "button", on: { click: () => openMake(book) } }, "Copy…"),
        h("button", { class: "button", type: "button", on: { click: () => openReset(book) } }, "Begin anew…"),
        chosen && h("a", { class: "button", href: "/risk" }, "Limits and switches"),
        book.stopped && h("span", { class: "down" }, "Stopped: opens nothing"),
        book.epoch > 1 &&
          h("button", { class: "button", type: "button", on: { click: () => void showEpochs(book, past) } }, "Earlier epochs"),
      ),
      book.cloned_from && h("p", { class: "muted" }, `A copy of ${book.cloned_from}.`),
      past,
    );
  }

  /** @param {string} label @param {string} text @param {any} [value] */
  function figure(label, text, value) {
    return h("div", { class: "card" }, h("dt", null, label), h("dd", { class: value === undefined ? "" : format.direction(value) }, text));
  }

  /** @param {Book | null} source what is copied, or nothing for an empty book */
  function openMake(source) {
    const name = field({
      label: "Name",
      name: "name",
      hint: "Small letters, digits and -; it stays.",
      attributes: { maxlength: "32", required: true, spellcheck: "false", "data-focus": true },
    });
    const words = field({ label: "Title", name: "title", hint: "What is shown; may change.", attributes: { maxlength: "60" } });
    const capital = field({ label: "Opening funds in ₹", name: "capital", attributes: { inputmode: "decimal", placeholder: "1,00,000" } });
    openDialog({
      title: source ? `Copy ${source.title}` : "New book",
      class: "small",
      content: (close) => [
        source && h("p", null, "Funds, positions and trades are copied. Orders that work stay at work in the first book alone."),
        form({
          fields: source ? [name, words] : [name, words, capital],
          button: source ? "Make the copy" : "Make the book",
          busy: "Making it…",
          submit: async (values) => {
            /** @type {{ name: string, title?: string, capital?: number, clone_of?: string }} */
            const draft = { name: values.name.trim() };
            if (values.title.trim() !== "") draft.title = values.title.trim();
            if (source) draft.clone_of = source.name;
            else if ((values.capital ?? "").trim() !== "") {
              const figure = format.parseDecimal(values.capital);
              if (figure === null || figure <= 0) throw Object.assign(new Error("Please enter an amount."), { field: "capital" });
              draft.capital = figure;
            }
            const answer = await api.makeBook(draft);
            close();
            toast(`${answer.book.title} is there.`, "good");
            void load();
          },
        }).root,
      ],
    });
  }

  /** @param {Book} book */
  function openRename(book) {
    const words = field({ label: "Title", name: "title", value: book.title, attributes: { maxlength: "60", required: true, "data-focus": true } });
    openDialog({
      title: `Rename ${book.title}`,
      class: "small",
      content: (close) => [
        form({
          fields: [words],
          button: "Rename",
          busy: "Renaming…",
          submit: async (values) => {
            await api.renameBook(book.name, values.title.trim());
            close();
            void load();
          },
        }).root,
      ],
    });
  }

  /** @param {Book} book */
  function openReset(book) {
    const capital = field({
      label: "Opening funds in ₹",
      name: "capital",
      value: String(book.funds.virtual_capital),
      attributes: { inputmode: "decimal", required: true, "data-focus": true },
    });
    openDialog({
      title: `Begin ${book.title} anew?`,
      class: "small",
      content: (close) => [
        h("p", null, "Open orders are cancelled. Orders, positions and trades go into the archive of their epoch, which stays readable here."),
        form({
          fields: [capital],
          button: "Begin anew",
          busy: "Beginning…",
          class: "danger-form",
          submit: async (values) => {
            const figure = format.parseDecimal(values.capital);
            if (figure === null || figure <= 0) throw Object.assign(new Error("Please enter an amount."), { field: "capital" });
            await api.resetBook(book.name, figure);
            close();
            toast(`${book.title} begins anew.`, "good");
            void load();
          },
        }).root,
      ],
    });
  }

  /** @param {Book} book @param {HTMLElement} place */
  async function showEpochs(book, place) {
    const table = createTable({
      caption: `Epochs of ${book.title}`,
      columns: epochColumns(book),
      key: (row) => String(row.epoch),
      empty: "The files tell of no earlier epoch.",
      class: "two-line",
      retry: () => void showEpochs(book, place),
    });
    fill(place, table.root);
    try {
      const answer = await api.getEpochs(book.name);
      if (!gone) table.show([...answer.epochs].reverse());
    } catch (error) {
      if (!gone) table.error(error instanceof Error ? error.message : String(error));
    }
  }

  void load();
  return () => {
    gone = true;
  };
}

/** @param {Book} book @returns {import("../ui/table.js").Column<Epoch>[]} */
function epochColumns(book) {
  return [
    { id: "epoch", label: "Epoch", header: true, text: (row) => `${row.epoch}${row.is_over ? "" : " (now)"}`, phone: "title" },
    { id: "when", label: "Last act", text: (row) => `${format.date(row.updated_at)} ${format.minute(row.updated_at)}`, phone: "sub" },
    { id: "capital", label: "Began with ₹", kind: "number", text: (row) => format.number(row.capital), phone: "none" },
    { id: "trades", label: "Trades", kind: "number", text: (row) => format.quantity(row.trades), phone: "none" },
    { id: "charges", label: "Charges ₹", kind: "number", text: (row) => format.number(row.charges), phone: "none" },
    {
      id: "result",
      label: "Realised ₹",
      kind: "number",
      text: (row) => ({ text: format.signed(row.realised_pnl), class: format.direction(row.realised_pnl) }),
      phone: "right",
    },
    { id: "proof", label: "Adds up", text: (row) => (row.adds_up ? "✓" : "✗ no"), phone: "sub-right" },
    {
      id: "look",
      label: "Look",
      hideLabel: true,
      phone: "actions",
      make: (row) => {
        const link = h("a", { class: "button" }, "Statistics");
        return {
          node: link,
          update: () => {
            const query = new URLSearchParams({ epoch: String(row().epoch), of: book.name });
            link.href = `/statistics?${query}`;
          },
        };
      },
    },
  ];
}

