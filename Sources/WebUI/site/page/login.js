// Log in with e-mail and password, and hear why a session has ended. After it, back to where somebody was.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import { navigate } from "../core/router.js";
import { enter, notice } from "../core/session.js";
import { field, form } from "../ui/field.js";

export const title = "Log in";

/** A path of this site to go on to; anything else could lead a person away. @param {string | null} next */
function safeNext(next) {
  return next && /^\/(?![/\\])/.test(next) ? next : "/trade";
}

/** @param {HTMLElement} root @param {import("../types.d.ts").PageParams} params */
export function mount(root, params) {
  const email = field({
    label: "E-mail",
    name: "email",
    type: "email",
    attributes: { required: true, autocomplete: "username", inputmode: "email", maxlength: "255" },
  });
  const password = field({
    label: "Password",
    name: "password",
    type: "password",
    attributes: { required: true, autocomplete: "current-password", maxlength: "256" },
  });
  const others = h("p", { class: "muted" });
  const words = notice.get() || (params.query.get("error") ? `The login did not succeed: ${params.query.get("error")}` : "");
  append(root, [
    h("section", { class: "page narrow" }, [
      h("h1", null, "Log in"),
      words && h("p", { class: "notice-box", role: "alert" }, words),
      form({
        fields: [email, password],
        button: "Log in",
        busy: "Logging in…",
        submit: async (values) => {
          await enter(await api.login({ email: values.email.trim(), password: values.password }));
          await navigate(safeNext(params.query.get("next")), { replace: true });
        },
      }).root,
      others,
    ]),
  ]);
  email.input.focus();

  let gone = false;
  api.getSetupStatus().then((status) => {
    if (gone) return;
    if (status.setup_needed) fill(others, "This house has no owner yet: open the set-up address that the server printed when it started.");
    if (status.registration === "open") {
      append(others, [status.setup_needed && " ", "New here? ", h("a", { href: "/register" }, "Make an account"), "."]);
    } else if (!status.setup_needed) {
      fill(
        others,
        status.registration === "invite"
          ? "The owner of this house makes the accounts; ask them for yours."
          : "This house takes no new accounts.",
      );
    }
  }).catch((/** @type {Error} */ error) => {
    if (!gone) fill(others, error.message);
  });
  return () => {
    gone = true;
  };
}
