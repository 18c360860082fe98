// The fields of a new account, for registration and for the owner at set-up.

import { field } from "./field.js";

/** E-mail, password and name, in the order they are asked. */
export function accountFields() {
  const name = field({ label: "Name (may stay empty)", name: "name", attributes: { autocomplete: "name", maxlength: "80" } });
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
    hint: "8 to 256 characters; a few words you can remember are good.",
    attributes: { required: true, autocomplete: "new-password", maxlength: "256" },
  });
  return [email, password, name];
}

/** What the fields hold, as the routes take it. @param {Record<string, string>} values */
export function account(values) {
  const name = values.name.trim();
  return { email: values.email.trim(), password: values.password, ...(name ? { name } : {}) };
}
