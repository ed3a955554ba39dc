import type { Progress } from "../../protocol/control.ts";
import { type DrillLine, drillExitCodes } from "../../protocol/drill.ts";
import { say, sayError } from "../../words/say.ts";
import { clock, localTimes } from "./clock.ts";
import { type Api, Refused } from "./api.ts";
import { button, card, element, setAttribute, setText } from "./dom.ts";
import type { Surroundings, View } from "./store.ts";
import { createTable } from "./table.ts";

/** The last change or drill, step by step as it happens, whoever asked for it: the panel, a shell, a signal. */
export const createChangeCard = ({ lang, words, role, mayAct }: Surroundings, api: Api): View => {
  const outcome = element("p", { class: "outcome" });
  const wrong = element("p", { class: "wrong", role: "alert" });
  const stop = button(words("panel.stop-drill"), {}, () => {
    stop.disabled = true;
    api.post("/v1/drill/stop", {}).catch((error: unknown) => {
      stop.disabled = false;
      setText(wrong, error instanceof Refused ? sayError(lang, error.refusal).sentence : words("panel.no-contact"));
    });
  });
  const promises = createTable(words("panel.promised"), [
    { title: words("word.promise") },
    { title: words("word.result") },
    { title: words("word.found") },
  ]);
  const steps = element("ol", { class: "steps" });
  const details = element("details", {}, element("summary", {}, words("panel.steps")), steps);
  const made = card(
    "change",
    words("panel.change"),
    element("div", { class: "under-way" }, outcome, stop),
    wrong,
    promises.element,
    details,
  );
  const title = made.querySelector("h2");
  made.hidden = true;
  let shown = { id: 0, lines: 0 };

  const begin = (isDrill: boolean): void => {
    steps.replaceChildren();
    if (title !== null) setText(title, words(isDrill ? "panel.last-drill" : "panel.change"));
    setText(outcome, words(isDrill ? "panel.drill-under-way" : "panel.under-way"));
    setAttribute(made, "data-state", "busy");
    promises.element.hidden = true;
    stop.hidden = !isDrill || role !== "operator" || !mayAct;
    stop.disabled = false;
    setText(wrong, "");
    details.open = true;
    made.hidden = false;
  };
  const show = (line: Progress): void => {
    if (line.type === "step") {
      const time = element("time", { datetime: line.at }, clock(line.at));
      steps.append(element("li", {}, time, element("span", {}, say(lang, localTimes(line)))));
      return;
    }
    const hint = line.hint === null ? "" : ` — ${line.hint}`;
    setText(outcome, `${say(lang, localTimes(line.message))}${hint}`);
    setAttribute(
      made,
      "data-state",
      line.exitCode === 0 ? "ok" : line.exitCode === interruptedCode ? "warn" : "critical",
    );
    stop.hidden = true;
    const judged = line.drill?.lines ?? [];
    promises.element.hidden = judged.length === 0;
    promises.show(judged.map(rowOf));
    details.open = false;
  };
  const rowOf = ({ name, result, promise, found }: DrillLine) => ({
    key: name,
    cells: [say(lang, promise), { text: words(`history.${result}`), state: tones[result] }, say(lang, found)],
  });

  return {
    element: made,
    update: ({ change }) => {
      if (change === null || change.lines.length === 0) return;
      if (change.id !== shown.id || change.lines.length < shown.lines) {
        shown = { id: change.id, lines: 0 };
        begin(change.drill !== null);
      }
      for (const line of change.lines.slice(shown.lines)) show(line);
      shown = { id: change.id, lines: change.lines.length };
    },
  };
};

/** Who stopped a drill knows that nothing was judged: that is no fault. */
const interruptedCode = drillExitCodes.interrupted;
const tones = { held: "ok", "not-held": "critical", inconclusive: "warn" } as const;
