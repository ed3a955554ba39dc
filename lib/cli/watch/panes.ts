import type { Lang } from "../../lang.ts";
import { renderLine } from "../../home/log-line.ts";
import type { LogLine } from "../../protocol/log-line.ts";
import { say } from "../../words/say.ts";
import type { Colour } from "../io.ts";
import { cutTo, wrapTo } from "../width.ts";
import type { Look, Size } from "./look.ts";
import type { PlanLine, ShownChange, ViewState, Wanted } from "./view-state.ts";

/** What lies over the figures while it is asked for, fitted and scrolled. */
export const paneLines = (state: ViewState, size: Size, look: Look): readonly string[] => {
  const { pane, scroll } = state;
  switch (pane.name) {
    case "overview":
      return [];
    case "help":
      return fromTop(
        look
          .words("watch.help")
          .split("\n")
          .flatMap((line) => wrapTo(line, size.columns, "    ")),
        scroll,
        size,
      );
    case "logs":
      return fromEnd(logLines(state.logs, pane.troubleOnly, size.columns, look), scroll, size);
    case "stage":
      return fromTop(stageLines(pane.typed, state.stages, size.columns, look), 0, size);
    case "plan":
      return planLines(pane.wanted, pane.plan, scroll, size, look);
    case "change":
      return state.change === null ? [] : changeLines(state.change, scroll, size, look);
  }
};

export const wantedWords = (wanted: Wanted, { words }: Look): string =>
  words(`watch.wanted-${wanted.kind}`, wanted.kind === "stage" ? { stage: wanted.stage } : {});

const stageLines = (
  typed: string,
  stages: readonly number[] | null,
  columns: number,
  look: Look,
): readonly string[] => [
  look.paint("bold", cutTo(look.words("watch.which-stage", { stages: stages?.map(String) ?? [] }), columns)),
  "",
  `> ${typed}_`,
];

type Plan = Extract<ViewState["pane"], { readonly name: "plan" }>["plan"];

/** The question stays in sight however long the plan. */
const planLines = (wanted: Wanted, plan: Plan, scroll: number, size: Size, look: Look): readonly string[] => {
  const asks = wantedWords(wanted, look);
  if (plan === null)
    return [look.paint("bold", cutTo(asks, size.columns)), "", look.words("watch.planning")].slice(0, size.rows);
  const question = plan.refused ? look.words("watch.cannot", { what: asks }) : look.words("watch.sure", { what: asks });
  const lines = plan.lines.flatMap((line) => fitted(line, size.columns, look));
  const foot = wrapTo(question, size.columns).map((line) => look.paint(plan.refused ? "red" : "bold", line));
  return [...fromTop(lines, scroll, { ...size, rows: size.rows - foot.length - 1 }), "", ...foot].slice(
    -Math.max(1, size.rows),
  );
};

const fitted = ({ text, tone, isTable }: PlanLine, columns: number, { paint }: Look): readonly string[] => {
  const colour = tones[tone];
  const lines = isTable ? [cutTo(text, columns)] : wrapTo(text, columns, "    ");
  return colour === null ? lines : lines.map((line) => paint(colour, line));
};

const tones: Readonly<Record<PlanLine["tone"], Colour | null>> = {
  plain: null,
  warn: "yellow",
  bad: "red",
  dim: "dim",
};

const changeLines = (
  { wanted, lines, ended }: ShownChange,
  scroll: number,
  size: Size,
  look: Look,
): readonly string[] => {
  const { words, paint } = look;
  const steps = lines.flatMap((line) => wrapTo(cutTo(line, longestStep * size.columns), size.columns, "    "));
  const state = words(ended === null ? "watch.under-way" : `watch.ended-${ended}`, { what: wantedWords(wanted, look) });
  const colour = ended === null ? "bold" : ended === "well" ? "green" : "red";
  const room = Math.max(0, size.rows - 2);
  const from = Math.max(0, steps.length - room - scroll);
  return [paint(colour, cutTo(state, size.columns)), "", ...steps.slice(from, from + room)].slice(
    0,
    Math.max(0, size.rows),
  );
};

/** In lines: a plan names every field that changes, and an app may write without an end. */
const longestStep = 4;

const logLines = (
  logs: readonly LogLine[],
  troubleOnly: boolean,
  columns: number,
  { lang, paint }: Look,
): readonly string[] => {
  const shown = troubleOnly ? logs.filter(({ level }) => level === "warn" || level === "error") : logs;
  // A message may hold line ends and tabs, which would spoil the screen.
  return shown.flatMap((line) => {
    const text = renderLine(line, { words: wordsOf(line, lang) }).replaceAll(/\s/g, " ");
    const wrapped = wrapTo(cutTo(text, longestStep * columns), columns, "    ");
    return line.level === "error" || line.level === "warn"
      ? wrapped.map((part) => paint(line.level === "error" ? "red" : "yellow", part))
      : wrapped;
  });
};

const wordsOf = ({ code, facts, message }: LogLine, lang: Lang): string =>
  code === null || lang === "en" ? message : say(lang, { code, facts });

const fromTop = (lines: readonly string[], scroll: number, { rows }: Pick<Size, "rows">): readonly string[] => {
  const from = Math.min(scroll, Math.max(0, lines.length - rows));
  return lines.slice(from, from + Math.max(0, rows));
};

const fromEnd = (lines: readonly string[], scroll: number, { rows }: Size): readonly string[] => {
  const end = Math.max(Math.min(lines.length, rows), lines.length - scroll);
  return lines.slice(Math.max(0, end - rows), end);
};
