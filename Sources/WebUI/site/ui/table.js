// Tables that tick: rows are kept by key and their text nodes patched in place; one animation frame paints all changes. Each table
// knows the
// states loading, empty, error and full. On a phone the same cells fold into two-line rows by CSS, hence the roles written out:
// some engines drop table semantics when `display` changes.

import { append, h, icon, patch } from "../core/dom.js";
import { forget, paint } from "../core/paint.js";

/**
 * What a cell shows: text, or text with a class, or nodes made once per row.
 * @typedef {string | { text: string, class?: string, title?: string }} CellText
 */

/**
 * @template R
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {(row: R) => CellText} [text]
 * @property {(row: () => R) => { node: Node, update?: (row: R) => void }} [make] for buttons and other nodes; `row` gives the row as it is now
 * @property {"text" | "number"} [kind]
 * @property {boolean} [header] the cell that names its row
 * @property {(row: R) => number | string | null} [sort]
 * @property {"title" | "right" | "sub" | "sub-right" | "reason" | "actions" | "none"} [phone] the place in a two-line row; `none` hides it there
 * @property {boolean} [phoneOnly]
 * @property {boolean} [hideLabel]
 */

/**
 * @template R
 * @param {object} options
 * @param {string} options.caption
 * @param {Column<R>[]} options.columns
 * @param {(row: R) => string} options.key
 * @param {import("../core/dom.js").Child} options.empty what to do next, when there are no rows
 * @param {string} [options.class]
 * @param {{ id: string, descending: boolean }} [options.sorted]
 * @param {(row: R) => string} [options.rowClass]
 * @param {() => void} [options.retry]
 * @param {number} [options.skeletonRows]
 */
export function createTable({ caption, columns, key, empty, class: className = "", sorted, rowClass, retry, skeletonRows = 3 }) {
  let sort = sorted ?? null;
  /** @type {R[]} */
  let rows = [];
  /** @type {"loading" | "rows" | "error"} */
  let state = "loading";
  let problem = "";
  let paintedState = "";
  /** @type {Map<string, { tr: HTMLTableRowElement, row: R, cells: Array<(row: R) => void>, class: string }>} */
  const shown = new Map();

  const sortButtons = new Map();
  const head = h(
    "tr",
    { role: "row" },
    columns.map((column) => {
      const sortable = column.sort !== undefined;
      const label = sortable
        ? h("button", { class: "sort", type: "button", on: { click: () => sortBy(column.id) } }, column.label)
        : column.hideLabel
        ? h("span", { class: "spoken" }, column.label)
        : column.label;
      const th = h("th", { scope: "col", role: "columnheader", class: cellClass(column) }, label);
      if (sortable) sortButtons.set(column.id, th);
      return th;
    }),
  );
  const body = h("tbody", { role: "rowgroup" });
  const table = h(
    "table",
    { class: `table ${className}`.trim(), role: "table" },
    h("caption", { class: "spoken" }, caption),
    h("thead", { role: "rowgroup" }, head),
    body,
  );
  const message = h("div", { class: "table-message" });
  const root = h("div", { class: "table-box" }, table, message);

  /** @param {Column<R>} column */
  function cellClass(column) {
    return [
      column.kind === "number" ? "figure" : "",
      column.phone ? `phone-${column.phone}` : "",
      column.phoneOnly ? "phone-only" : "",
      `column-${column.id}`,
    ].filter(Boolean).join(" ");
  }

  /** @param {string} id */
  function sortBy(id) {
    sort = sort?.id === id
      ? { id, descending: !sort.descending }
      : { id, descending: columns.find((column) => column.id === id)?.kind === "number" };
    paint(draw);
  }

  function inOrder() {
    const column = sort && columns.find((candidate) => candidate.id === sort?.id);
    if (!column?.sort || !sort) return rows;
    const by = column.sort;
    const turn = sort.descending ? -1 : 1;
    return [...rows].sort((a, b) => {
      const left = by(a);
      const right = by(b);
      // Rows without a figure stay last, whichever way it is sorted.
      if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
      return (left < right ? -1 : left > right ? 1 : 0) * turn;
    });
  }

  /** @param {R} row */
  function makeRow(row) {
    const entry = { tr: h("tr", { role: "row" }), row, cells: /** @type {Array<(row: R) => void>} */ ([]), class: "" };
    for (const column of columns) {
      const cell = column.header
        ? h("th", { scope: "row", role: "rowheader", class: cellClass(column) })
        : h("td", { role: "cell", class: cellClass(column) });
      if (column.make) {
        const made = column.make(() => entry.row);
        cell.append(made.node);
        if (made.update) entry.cells.push(made.update);
      } else if (column.text) {
        const show = column.text;
        const text = document.createTextNode("");
        const base = cell.className;
        cell.append(text);
        entry.cells.push((next) => {
          const content = show(next);
          if (typeof content === "string") {
            patch(text, content);
            return;
          }
          patch(text, content.text);
          const wanted = content.class ? `${base} ${content.class}` : base;
          if (cell.className !== wanted) cell.className = wanted;
          if (content.title !== undefined && cell.title !== content.title) cell.title = content.title;
        });
      }
      entry.tr.append(cell);
    }
    return entry;
  }

  function draw() {
    for (const [id, th] of sortButtons) {
      if (sort?.id === id) th.setAttribute("aria-sort", sort?.descending ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    }
    drawMessage();
    const present = state === "rows" ? inOrder() : [];
    const keys = new Set(present.map(key));
    for (const [id, entry] of shown) {
      if (!keys.has(id)) {
        entry.tr.remove();
        shown.delete(id);
      }
    }
    let place = body.firstElementChild;
    for (const row of present) {
      const id = key(row);
      let entry = shown.get(id);
      if (!entry) {
        entry = makeRow(row);
        shown.set(id, entry);
      }
      entry.row = row;
      for (const cell of entry.cells) cell(row);
      const wanted = rowClass?.(row) ?? "";
      if (wanted !== entry.class) {
        entry.class = wanted;
        entry.tr.className = wanted;
      }
      if (entry.tr === place) place = place.nextElementSibling;
      else body.insertBefore(entry.tr, place);
    }
  }

  function drawMessage() {
    const next = state === "rows" ? (rows.length === 0 ? "empty" : "full") : `${state} ${problem}`;
    if (next === paintedState) return;
    paintedState = next;
    message.replaceChildren();
    table.hidden = next !== "full" && state !== "loading";
    message.hidden = next === "full";
    table.setAttribute("aria-busy", String(state === "loading"));
    if (state === "loading") {
      append(message, [
        h("p", { class: "spoken", role: "status" }, `Loading ${caption}`),
        Array.from({ length: skeletonRows }, () => h("div", { class: "skeleton", "aria-hidden": "true" })),
      ]);
    } else if (state === "error") {
      append(message, [
        h("p", { role: "alert" }, problem),
        retry && h("button", { class: "button", type: "button", on: { click: retry } }, "Try again"),
      ]);
    } else if (rows.length === 0) {
      append(message, [typeof empty === "string" ? h("p", null, empty) : empty]);
    }
  }

  draw();
  return {
    root,
    /** @param {R[]} next */
    show(next) {
      rows = next;
      state = "rows";
      paint(draw);
    },
    loading() {
      state = "loading";
      paint(draw);
    },
    /** @param {string} words */
    error(words) {
      state = "error";
      problem = words;
      paint(draw);
    },
    destroy: () => forget(draw),
  };
}

/**
 * A small button for a row's last cell.
 * @param {string} text
 * @param {() => void} act
 * @param {string} label what it does to which row, read aloud
 */
export function rowButton(text, act, label) {
  return h("button", { class: "button small", type: "button", "aria-label": label, on: { click: act } }, text);
}

/** A square button with a symbol. @param {string} symbol @param {string} label @param {() => void} act */
export function iconButton(symbol, label, act) {
  return h("button", { class: "button quiet square", type: "button", "aria-label": label, title: label, on: { click: act } }, icon(symbol));
}
