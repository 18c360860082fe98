// Labelled form parts: a text field with its error line, a group of choices as real radio buttons (so arrow keys and labels come with
// the browser), and the form that shows a refusal at the field it is about.

import { h, patch, uniqueID } from "../core/dom.js";

/**
 * A labelled input. `error(words)` shows and announces what is wrong; an empty text clears it.
 * @param {{ label: string, name: string, type?: string, value?: string, hint?: string, attributes?: Record<string, any>, on?: Record<string, (event: any) => void> }} options
 */
export function field({ label, name, type = "text", value = "", hint = "", attributes = {}, on = {} }) {
  const id = uniqueID(name);
  const errorLine = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
  const hintLine = h("p", { class: "field-hint", id: `${id}-hint` }, hint);
  const input = h("input", { id, name, type, value, on, "aria-describedby": `${id}-error ${id}-hint`, autocomplete: "off", ...attributes });
  const root = h("div", { class: "field" }, h("label", { for: id }, label), input, errorLine, hintLine);
  return {
    root,
    input,
    /** @param {string} words */
    error(words) {
      patch(errorLine, words);
      if (words) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
    /** @param {string} words */
    hint: (words) => patch(hintLine, words),
    /** @param {boolean} shown */
    show: (shown) => root.toggleAttribute("hidden", !shown),
  };
}

/**
 * One choice of several, drawn as a row of segments.
 * @param {{ label: string, options: Array<[value: string, text: string, extra?: Node]>, value: string, class?: string, hideLabel?: boolean, onChange: (value: string) => void }} options
 */
export function segmented({ label, options, value, class: className = "", hideLabel = false, onChange }) {
  const name = uniqueID("choice");
  const inputs = options.map(([option]) =>
    h("input", { type: "radio", name, value: option, checked: option === value, on: { change: () => onChange(option) } })
  );
  const root = h(
    "fieldset",
    { class: `segmented ${className}`.trim() },
    h("legend", { class: hideLabel ? "spoken" : "" }, label),
    h(
      "div",
      { class: "segments" },
      options.map(([option, text, extra], index) => h("label", { data: { value: option } }, inputs[index], h("span", null, text, extra))),
    ),
  );
  return {
    root,
    value: () => inputs.find((input) => input.checked)?.value ?? value,
    /** @param {string} next */
    set(next) {
      for (const input of inputs) input.checked = input.value === next;
    },
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
  };
}

/**
 * A form of fields with one main button. While `submit` runs the button says so and cannot be pressed again; what it throws
 * is shown at the field that the refusal names, else above the button.
 * @param {{ fields: ReturnType<typeof field>[], button: string, busy: string, submit: (values: Record<string, string>) => Promise<void>, class?: string }} options
 */
export function form({ fields, button, busy, submit, class: className = "" }) {
  const problem = h("p", { class: "form-error", role: "alert" });
  const send = h("button", { class: "button primary wide", type: "submit" }, button);
  const root = h(
    "form",
    {
      class: `form ${className}`.trim(),
      novalidate: true,
      on: {
        submit: async (/** @type {Event} */ event) => {
          event.preventDefault();
          if (send.disabled) return;
          patch(problem, "");
          for (const part of fields) part.error("");
          const empty = fields.find((part) => part.input.required && part.input.value.trim() === "");
          if (empty) {
            empty.error("Please fill this in.");
            empty.input.focus();
            return;
          }
          send.disabled = true;
          patch(send, busy);
          try {
            await submit(Object.fromEntries(fields.map((part) => [part.input.name, part.input.value])));
          } catch (error) {
            const words = error instanceof Error ? error.message : String(error);
            const about = fields.find((part) => part.input.name === /** @type {any} */ (error)?.field);
            if (about) {
              about.error(words);
              about.input.focus();
            } else {
              patch(problem, words);
            }
          } finally {
            send.disabled = false;
            patch(send, button);
          }
        },
      },
    },
    fields.map((part) => part.root),
    problem,
    send,
  );
  return { root, problem, send };
}
