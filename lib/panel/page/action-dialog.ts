import { sayError } from "../../words/say.ts";
import type { HistoryRow, PlanAnswer } from "../shapes.ts";
import type { Action, Known } from "./actions.ts";
import { type Api, Refused } from "./api.ts";
import { localTimes } from "./clock.ts";
import { button, choice, element, input, setText } from "./dom.ts";
import { createPlanView } from "./plan-view.ts";
import { createDrillPreview } from "./drill-preview.ts";
import type { Seen, Surroundings } from "./store.ts";

/** Asks before anything is done: what to, what it would mean, and whether it fits. */
export const openActionDialog = async (
  action: Action,
  surroundings: Surroundings,
  api: Api,
  seen: Seen,
): Promise<void> => {
  const { lang, words } = surroundings;
  const known: Known = { ...seen, history: await api.get<readonly HistoryRow[]>("/v1/history").catch(() => []) };
  const choices = action.choices(known, words);
  const chosen = choice(
    words(action.choose),
    {},
    choices.map(({ value, text }) => [value, text]),
  );
  const reason = input(words("panel.reason"), { type: "text", maxlength: 500, autocomplete: "off" });
  const plan = createPlanView(surroundings);
  const drill = createDrillPreview(surroundings);
  const wrong = element("p", { class: "wrong", role: "alert" });
  const go = button(words(`panel.do-${action.name}`), { class: "primary", type: "submit" }, () => {});
  const form = element(
    "form",
    { method: "dialog" },
    element("h2", { id: "dialog-title" }, words(`panel.do-${action.name}`)),
    element("p", { class: "muted" }, words(`panel.about-${action.name}`)),
    ...(choices.length === 0 ? [] : [chosen.field]),
    action.shows.what === "plan" ? plan.element : drill.element,
    reason.field,
    wrong,
    element(
      "div",
      { class: "buttons" },
      button(words("panel.cancel"), {}, () => dialog.close()),
      go,
    ),
  );
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" }, form);
  let planned: PlanAnswer | null = null;
  let asked = 0;

  const refusal = (error: unknown): string => {
    if (!(error instanceof Refused)) return words("panel.no-contact");
    if (error.status === 401) return words("panel.session-over");
    const { sentence, hint } = sayError(lang, localTimes(error.refusal));
    return hint === null ? sentence : `${sentence}\n${words("word.hint")}: ${hint}`;
  };
  const lookAhead = async (): Promise<void> => {
    const mine = ++asked;
    go.disabled = true;
    planned = null;
    setText(wrong, "");
    if (action.shows.what === "drill") {
      drill.show(action.shows.drill(chosen.select.value), seen.snapshot);
      go.disabled = false;
      return;
    }
    plan.wait();
    try {
      const answer = await api.get<PlanAnswer>(action.shows.path(chosen.select.value));
      if (mine !== asked) return;
      planned = answer;
      plan.show(answer);
      go.disabled = answer.sums.some(({ level }) => level === "refuse");
    } catch (error) {
      if (mine !== asked) return;
      plan.clear();
      // In development there is no plan to make, but the app can be restarted.
      go.disabled = known.snapshot.mode === "production";
      setText(wrong, refusal(error));
    }
  };

  chosen.select.addEventListener("change", () => void lookAhead());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go.disabled = true;
    setText(wrong, "");
    const why = reason.input.value.trim();
    api.post(action.path, action.request(chosen.select.value, planned, why === "" ? null : why)).then(
      () => dialog.close(),
      (error: unknown) => {
        go.disabled = false;
        setText(wrong, refusal(error));
      },
    );
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  // Begun first: the focus goes to what is shown from the beginning.
  const looked = lookAhead();
  dialog.showModal();
  await looked;
};
