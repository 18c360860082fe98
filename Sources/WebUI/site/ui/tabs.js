// Tabs with the arrow keys, Home and End. Panels are made when first shown and told when they are shown or hidden,
// so that a hidden table does not paint.

import { h, patch, uniqueID } from "../core/dom.js";

/**
 * @param {{ label: string, tabs: Array<{ id: string, text: string, make: () => { root: Node, destroy: () => void } }>, chosen: string, onChange?: (id: string) => void }} options
 */
export function tabs({ label, tabs: list, chosen, onChange }) {
  const stem = uniqueID("tabs");
  const counts = new Map(list.map((tab) => [tab.id, h("span", { class: "count", hidden: true })]));
  const panel = h("div", { class: "tab-panel", role: "tabpanel", id: `${stem}-panel` });
  const buttons = list.map((tab) =>
    h(
      "button",
      {
        class: "tab",
        type: "button",
        role: "tab",
        id: `${stem}-${tab.id}`,
        "aria-controls": `${stem}-panel`,
        on: { click: () => choose(tab.id), keydown: moved },
      },
      tab.text,
      counts.get(tab.id),
    )
  );
  const strip = h("div", { class: "tabs", role: "tablist", "aria-label": label }, buttons);
  let present = "";
  let destroy = () => {};

  /** @param {string} id */
  function choose(id) {
    const index = Math.max(0, list.findIndex((tab) => tab.id === id));
    if (list[index].id === present) return;
    present = list[index].id;
    destroy();
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", buttons[index].id);
    const made = list[index].make();
    destroy = made.destroy;
    panel.replaceChildren(made.root);
    onChange?.(present);
  }

  /** @param {KeyboardEvent} event */
  function moved(event) {
    const at = list.findIndex((tab) => tab.id === present);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const index = (next + list.length) % list.length;
    choose(list[index].id);
    buttons[index].focus();
  }

  choose(chosen);
  return {
    strip,
    panel,
    choose,
    /** The number beside a tab's word; none for zero. @param {string} id @param {number} count */
    count(id, count) {
      const badge = counts.get(id);
      if (!badge) return;
      badge.hidden = count === 0;
      patch(badge, String(count));
    },
    destroy: () => destroy(),
  };
}
