// The watchlist as a page of its own, where the screen is too narrow to keep it beside the chart.

import { append, h } from "../core/dom.js";
import { navigate } from "../core/router.js";
import { createWatchlist } from "../ui/watchlist.js";

export const title = "Watchlist";
export const styles = ["table", "trade"];

/** @param {HTMLElement} root */
export function mount(root) {
  const list = createWatchlist({ onOpen: (key) => void navigate(`/trade?i=${encodeURIComponent(key)}`) });
  append(root, [h("div", { class: "page watch-page" }, h("h1", { class: "spoken" }, "Watchlist"), list.root)]);
  return list.destroy;
}
