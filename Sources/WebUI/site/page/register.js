// Make an account with e-mail and password, where the house lets people in.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import { navigate } from "../core/router.js";
import { enter } from "../core/session.js";
import { account, accountFields } from "../ui/account-fields.js";
import { form } from "../ui/field.js";

export const title = "Make an account";

/** @param {HTMLElement} root */
export function mount(root) {
  const body = h("div", null, h("p", { class: "muted", role: "status" }, "Asking whether this house takes new accounts…"));
  append(root, [
    h(
      "section",
      { class: "page narrow" },
      h("h1", null, "Make an account"),
      body,
      h("p", { class: "muted" }, "You have one? ", h("a", { href: "/login" }, "Log in"), "."),
    ),
  ]);
  let gone = false;

  function show() {
    const fields = accountFields();
    fill(
      body,
      form({
        fields,
        button: "Make the account",
        busy: "Making it…",
        submit: async (values) => {
          await enter(await api.register(account(values)));
          await navigate("/trade", { replace: true });
        },
      }).root,
    );
    fields[0].input.focus();
  }

  api.getSetupStatus().then((status) => {
    if (gone) return;
    if (status.registration === "open") {
      show();
    } else {
      fill(
        body,
        h(
          "p",
          null,
          status.registration === "invite"
            ? "The owner of this house makes the accounts; ask them for yours."
            : "This house takes no new accounts.",
        ),
      );
    }
  }).catch((/** @type {Error} */ error) => {
    if (!gone) fill(body, h("p", { role: "alert" }, error.message));
  });
  return () => {
    gone = true;
  };
}
