import type { Progress } from "../../protocol/control.ts";
import { say } from "../../words/say.ts";
import { clock } from "./clock.ts";
import { card, element, setAttribute, setText } from "./dom.ts";
import type { Surroundings, View } from "./store.ts";

/** The last change, step by step as it happens, whoever asked for it: the panel, a shell, a signal. */
export const createChangeCard = ({ lang, words }: Surroundings): View => {
  const outcome = element("p", { class: "outcome" });
  const steps = element("ol", { class: "steps" });
  const details = element("details", {}, element("summary", {}, words("panel.steps")), steps);
  const made = card("change", words("panel.change"), outcome, details);
  made.hidden = true;
  let shown = { id: 0, lines: 0 };

  const show = (line: Progress): void => {
    if (line.type === "step") {
      const time = element("time", { datetime: line.at }, clock(line.at));
      steps.append(element("li", {}, time, element("span", {}, say(lang, line))));
      return;
    }
    const hint = line.hint === null ? "" : ` — ${line.hint}`;
    setText(outcome, `${say(lang, line.message)}${hint}`);
    setAttribute(made, "data-state", line.exitCode === 0 ? "ok" : "critical");
    details.open = false;
  };

  return {
    element: made,
    update: ({ change }) => {
      if (change === null || change.lines.length === 0) return;
      if (change.id !== shown.id || change.lines.length < shown.lines) {
        shown = { id: change.id, lines: 0 };
        steps.replaceChildren();
        setText(outcome, words("panel.under-way"));
        setAttribute(made, "data-state", "busy");
        details.open = true;
        made.hidden = false;
      }
      for (const line of change.lines.slice(shown.lines)) show(line);
      shown = { id: change.id, lines: change.lines.length };
    },
  };
};
