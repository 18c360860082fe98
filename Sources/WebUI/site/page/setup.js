// First run: the address with the one-time token, printed by the server, makes the owner's account here.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import { navigate } from "../core/router.js";
import { enter } from "../core/session.js";
import { account, accountFields } from "../ui/account-fields.js";
import { form } from "../ui/field.js";

export const title = "Set up";

/** @param {HTMLElement} root @param {import("../types.d.ts").PageParams} params */
export function mount(root, params) {
  const token = params.query.get("token") ?? "";
  const body = h("div", null, h("p", { class: "muted", role: "status" }, "Asking the house…"));
  append(root, [h("section", { class: "page narrow" }, h("h1", null, "Set up Tradehouse"), body)]);
  let gone = false;

  api.getSetupStatus().then((status) => {
    if (gone) return;
    if (!status.setup_needed) {
      fill(body, h("p", null, "This house is set up already."), h("a", { class: "button primary", href: "/login" }, "Log in"));
    } else if (!token) {
      fill(
        body,
        h(
          "p",
          null,
          "Open the whole set-up address that the server printed when it started: it carries a one-time token. Starting the server again prints it again.",
        ),
      );
    } else {
      const fields = accountFields();
      fill(
        body,
        h("p", null, "Make the owner's account. It trades on paper like every other, and looks after the house."),
        form({
          fields,
          button: "Make the owner's account",
          busy: "Setting up…",
          submit: async (values) => {
            await enter(await api.setUp({ token, ...account(values) }));
            await navigate("/trade", { replace: true });
          },
        }).root,
        status.market === "simulated" &&
          h("p", { class: "muted" }, "Prices come from the built-in simulated market, day and night; no broker is needed."),
      );
      fields[0].input.focus();
    }
  }).catch((/** @type {Error} */ error) => {
    if (!gone) {
      fill(
        body,
        h("p", { role: "alert" }, error.message),
        h("button", { class: "button", type: "button", on: { click: () => location.reload() } }, "Try again"),
      );
    }
  });
  return () => {
    gone = true;
  };
}
