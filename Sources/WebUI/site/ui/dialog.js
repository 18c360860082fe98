// Modal dialogs on the browser's own <dialog>: it keeps the focus inside, closes on Esc, and gives the focus back to where it was.

import { h, icon, uniqueID } from "../core/dom.js";

/**
 * Opens a dialog with a heading and a close button. Content is called with the way to close it.
 * @param {{ title: string, class?: string, content: (close: () => void) => import("../core/dom.js").Child, onClosed?: () => void }} options
 */
export function openDialog({ title, class: className = "", content, onClosed }) {
  const id = uniqueID("dialog");
  const dialog = h("dialog", { class: `dialog ${className}`.trim(), "aria-labelledby": id });
  const close = () => dialog.close();
  dialog.append(
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id }, title),
      h("button", { class: "button quiet square", type: "button", "aria-label": "Close", on: { click: close } }, icon("close")),
    ),
    h("div", { class: "dialog-body" }, content(close)),
  );
  dialog.addEventListener("click", (event) => {
    // A click on the backdrop has the dialog itself as its target.
    if (event.target === dialog) close();
  });
  dialog.addEventListener("close", () => {
    onClosed?.();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  const wanted = dialog.querySelector("[data-focus]");
  if (wanted instanceof HTMLElement) wanted.focus();
  return { dialog, close };
}

/**
 * Asks before an act that cannot be undone. While it runs the button is held; what it throws stays in the dialog.
 * @param {{ title: string, words: string, yes: string, tone?: string, act: () => Promise<void> }} question
 */
export function confirm({ title, words, yes, tone = "primary", act }) {
  const problem = h("p", { class: "form-error", role: "alert" });
  return openDialog({
    title,
    class: "small",
    content: (close) => {
      const go = h("button", {
        class: `button ${tone}`,
        type: "button",
        "data-focus": true,
        on: {
          click: async () => {
            if (go.disabled) return;
            go.disabled = true;
            problem.textContent = "";
            try {
              await act();
              close();
            } catch (error) {
              problem.textContent = error instanceof Error ? error.message : String(error);
              go.disabled = false;
            }
          },
        },
      }, yes);
      return [
        h("p", null, words),
        problem,
        h("div", { class: "actions" }, h("button", { class: "button", type: "button", on: { click: close } }, "Keep as it is"), go),
      ];
    },
  });
}
