import { sayError } from "../../words/say.ts";
import { type Api, Refused, type Session } from "./api.ts";
import { button, element, input, setText } from "./dom.ts";
import type { Surroundings } from "./store.ts";

/** The way in: one field for a token. */
export const createLogin = (
  { lang, words }: Pick<Surroundings, "lang" | "words">,
  api: Api,
  entered: (session: Session) => void,
  /** Why it is asked for again; "": it is not. */
  why: string,
): HTMLElement => {
  const token = input(words("panel.token"), {
    type: "password",
    name: "token",
    autocomplete: "current-password",
    spellcheck: "false",
    required: true,
    "aria-describedby": "login-hint",
  });
  const wrong = element("p", { class: "wrong", role: "alert" }, why);
  const enter = button(words("panel.log-in"), { class: "primary", type: "submit" }, () => {});
  const form = element(
    "form",
    { class: "card login" },
    element("h1", {}, "dashd"),
    element("p", { id: "login-hint", class: "muted" }, words("panel.login-hint")),
    // A password manager wants to know whose it is.
    element("input", { type: "text", name: "username", autocomplete: "username", value: "dashd", hidden: true }),
    token.field,
    wrong,
    enter,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enter.disabled = true;
    api.login(token.input.value.trim()).then(entered, (error: unknown) => {
      enter.disabled = false;
      token.input.value = "";
      token.input.focus();
      setText(wrong, reasonOf(error));
    });
  });
  const reasonOf = (error: unknown): string => {
    if (!(error instanceof Refused)) return words("panel.no-contact");
    if (error.status === 401) return words("panel.wrong-token");
    return error.status === 429 ? words("panel.too-many-tries") : sayError(lang, error.refusal).sentence;
  };
  return element("main", { class: "entrance" }, form);
};
