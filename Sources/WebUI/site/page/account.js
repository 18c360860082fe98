// Who is logged in, how the pages look, whether letters are commands, and the way out.

import { api } from "../core/api.js";
import { append, fill, h } from "../core/dom.js";
import * as format from "../core/format.js";
import { lettersOn, setLetters } from "../core/keys.js";
import { user } from "../core/session.js";
import { choices, choose, chosen, look } from "../core/theme.js";
import { segmented } from "../ui/field.js";
import { askLogout, openKeys } from "../ui/shell.js";

export const title = "Account";
export const styles = ["pages"];

const looks = /** @type {const} */ ([["theme", "Theme"], ["density", "Density"], ["colours", "Colours of gain and loss"]]);

/** @param {HTMLElement} root */
export function mount(root) {
  const who = h("dl", { class: "facts" }, fact("Account", user.get()?.user_id ?? ""));
  const problem = h("p", { class: "form-error", role: "alert" });
  const parts = looks.map(([name, label]) => ({
    name,
    part: segmented({ label, value: chosen(name), options: /** @type {any} */ (choices[name]), onChange: (value) => choose(name, value) }),
  }));
  append(root, [
    h("div", { class: "page narrow" }, [
      h("h1", null, "Account"),
      h(
        "section",
        { "aria-label": "Who you are" },
        who,
        problem,
        h("button", { class: "button", type: "button", on: { click: askLogout } }, "Log out"),
      ),
      h("section", null, h("h2", null, "Look"), parts.map(({ part }) => part.root)),
      h(
        "section",
        null,
        h("h2", null, "Keyboard"),
        h(
          "label",
          { class: "switch" },
          h("input", {
            type: "checkbox",
            checked: lettersOn(),
            on: { change: (/** @type {any} */ event) => setLetters(event.target.checked) },
          }),
          " Single letters work as commands",
        ),
        h("button", { class: "button", type: "button", on: { click: openKeys } }, "List of keys"),
      ),
      user.get()?.role === "owner" &&
      h("section", null, h("h2", null, "House"), h("a", { class: "button", href: "/old-books" }, "Old books")),
    ]),
  ]);
  let gone = false;
  api.getUser().then((person) => {
    if (gone) return;
    fill(who, [
      fact("Name", person.user_name || "—"),
      fact("E-mail", person.email ?? "—"),
      fact("Account", person.user_id),
      fact("Role", person.role),
      person.created_at && fact("Member since", format.date(person.created_at)),
      fact("Logged in", format.dateTime(person.login_time)),
      fact("Session ends", format.dateTime(person.expires_at)),
      person.books && fact("Books", person.books.map((book) => `${book.name} (${book.kind})`).join(", ")),
    ]);
  }).catch((/** @type {Error} */ error) => {
    if (!gone) problem.textContent = error.message;
  });
  // The key D changes the theme from anywhere: the choice shown here follows.
  const undo = look.subscribe(() => {
    for (const { name, part } of parts) part.set(chosen(name));
  });
  return () => {
    gone = true;
    undo();
  };
}

/** @param {string} name @param {string} value */
function fact(name, value) {
  return h("div", null, h("dt", null, name), h("dd", null, value));
}
