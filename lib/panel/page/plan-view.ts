import { foundValue } from "../../words/found-value.ts";
import { say } from "../../words/say.ts";
import type { PlanAnswer } from "../shapes.ts";
import { element, setText } from "./dom.ts";
import type { Surroundings } from "./store.ts";
import { createTable } from "./table.ts";

/** A plan: from where to where, whether the sums hold, and what differs. */
export interface PlanView {
  readonly element: HTMLElement;
  wait(): void;
  clear(): void;
  show(plan: PlanAnswer): void;
}

export const createPlanView = ({ lang, words }: Surroundings): PlanView => {
  const head = element("p", { class: "plan-head" });
  const how = element("p", { class: "muted" });
  const verdict = element("p", { class: "verdict" });
  const sums = createTable(words("panel.sums"), [
    { title: words("word.subject") },
    { title: words("word.found"), align: "right" },
    { title: words("word.needed"), align: "right" },
    { title: words("word.level") },
    { title: words("word.advice"), weight: "minor" },
  ]);
  const differences = createTable(words("panel.differences"), [
    { title: words("word.field") },
    { title: words("word.before"), align: "right" },
    { title: words("word.after"), align: "right" },
    { title: words("word.effect"), weight: "minor" },
  ]);
  const summary = element("summary");
  const more = element("details", {}, summary, differences.element);
  const body = element("div", {}, verdict, sums.element, how, more);
  const made = element("div", { class: "plan", "aria-busy": "false" }, head, body);

  const hide = (text: string, isBusy: boolean): void => {
    setText(head, text);
    body.hidden = true;
    made.setAttribute("aria-busy", String(isBusy));
  };

  return {
    element: made,
    wait: () => hide(words("panel.making-plan"), true),
    clear: () => hide("", false),
    show: (plan) => {
      const { from, stage, restores } = plan;
      const facts = { from: from.stage, revision: from.revision, stage, restores, count: plan.differences.length };
      body.hidden = false;
      made.setAttribute("aria-busy", "false");
      setText(head, words("panel.plan-head", facts));
      setText(how, say(lang, plan.how));
      const count = (level: string): number => plan.sums.filter((sum) => sum.level === level).length;
      const refusals = count("refuse");
      const warnings = count("warn");
      setText(verdict, words("doctor.verdict", { stage, warnings, refusals }));
      verdict.setAttribute("data-state", refusals > 0 ? "critical" : warnings > 0 ? "warn" : "ok");
      sums.show(
        plan.sums
          .filter(({ level }) => level !== "off")
          .map(({ subject, found, needed, level, advice }) => ({
            key: subject,
            state: level === "refuse" ? "critical" : level,
            cells: [
              { text: subject, note: advice === null ? "" : say(lang, advice) },
              foundValue(lang, found),
              foundValue(lang, needed),
              { text: words(`doctor-level.${level}`), state: level === "refuse" ? "critical" : level },
              advice === null ? "" : say(lang, advice),
            ],
          })),
      );
      more.hidden = plan.differences.length === 0;
      setText(summary, words("panel.differences-count", { count: plan.differences.length }));
      differences.show(
        plan.differences.map(({ field, before, after, effect }) => ({
          key: field,
          cells: [field, String(before ?? "–"), String(after ?? "–"), words(effect)],
        })),
      );
    },
  };
};
