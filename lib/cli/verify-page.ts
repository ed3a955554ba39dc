import type { Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import { judgedSteps, notHeldSteps, type ProofStep, type ProvenLoad, type SeenIndicator } from "../verify/proof.ts";
import type { VerifyRun } from "../verify/verify.ts";
import { verdictFacts } from "../report/load-words.ts";
import { indicatorValue } from "../words/indicator-value.ts";
import { indicatorWell } from "../words/indicator-well.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";
import type { Colour } from "./io.ts";
import { tableLines } from "./table.ts";

/** What `dashd verify` found, part by part, and the verdict. */
export const showVerify = ({ proof }: VerifyRun, { io, lang }: Pick<CommandContext, "io" | "lang">): void => {
  const inWords = (code: string, facts: Message["facts"] = {}): string => say(lang, { code, facts });
  for (const part of parts) {
    const steps = proof.steps.filter((step) => step.part === part);
    const rows = steps.flatMap((step) => rowsOf(step, proof.loads, proof.indicators, lang));
    const columns = titles.map((code) => ({ title: inWords(code), align: "left" as const }));
    const cells = rows.map(({ result, cells: rest }) => [markOf(part, result), ...rest]);
    io.out(io.paint("bold", inWords(`verify-part.${part}`)));
    const [head = "", ...lines] = tableLines(columns, cells);
    io.out(io.paint("dim", head));
    for (const [index, line] of lines.entries()) {
      const colour = colourOf(part, rows[index]?.result ?? "held");
      io.out(colour === null ? line : io.paint(colour, line));
    }
    io.out("");
  }
  const { outcome, stage, revision, steps, loads } = proof;
  const notHeld = notHeldSteps(steps).length;
  const unsure = judgedSteps(steps).filter(({ result }) => result === "inconclusive").length;
  const facts = { stage, revision, notHeld, unsure, loads: loads.length };
  io.out(io.paint(verdictColours[outcome], inWords(`verify.outcome-${outcome}`, facts)));
};

interface Row {
  readonly result: ProofStep["result"];
  readonly cells: readonly string[];
}

const rowsOf = (
  step: ProofStep,
  loads: readonly ProvenLoad[],
  indicators: readonly SeenIndicator[],
  lang: Lang,
): readonly Row[] => {
  const { part, name, result, message } = step;
  const load = part === "promise" ? loads.find(({ users }) => name === `users-${users}`) : undefined;
  if (load !== undefined) return promiseRows(load, result, say(lang, message), lang);
  if (part === "indicators") {
    const seen = indicators.find((one) => one.name === name);
    const title = seen === undefined ? "" : say(lang, { code: `indicator.${name}`, facts: {} });
    const figures =
      seen === undefined ? ["–", "–"] : [indicatorWell(lang, seen), indicatorValue(lang, name, seen.value)];
    const note = seen?.advice ?? (seen === undefined ? message : null);
    return [{ result, cells: [title, ...figures, note === null ? "" : say(lang, note)] }];
  }
  const { expected, found } = message.facts;
  // What the two columns say, nobody needs to read again.
  const isSaid = part === "declared-effective" && result === "held" && typeof expected !== "undefined";
  const note = isSaid ? comparison(message, lang) : say(lang, message);
  return [{ result, cells: [name, cell(expected), cell(found), note] }];
};

const promiseRows = (load: ProvenLoad, result: ProofStep["result"], note: string, lang: Lang): readonly Row[] =>
  load.verdict.lines.map((line, index) => {
    const { name, expected, found, kept } = verdictFacts(line);
    const bound = `${line.name === "okRate" ? "≥" : "≤"} ${cell(expected)}`;
    const title = say(lang, { code: "verify.promise-line", facts: { users: load.users, line: String(name) } });
    const own = kept === true ? "held" : result === "inconclusive" ? "inconclusive" : "not-held";
    return { result: own, cells: [title, bound, cell(found), index === 0 ? note : ""] };
  });

const comparison = ({ facts }: Message, lang: Lang): string =>
  facts["lower"] === null || facts["lower"] === undefined ? "" : say(lang, { code: "verify.lower", facts });

const cell = (value: Message["facts"][string] | undefined): string =>
  value === null || value === undefined ? "–" : String(value);

const markOf = (part: ProofStep["part"], result: ProofStep["result"]): string =>
  part === "indicators" && result === "not-held" ? "!" : marks[result];

const colourOf = (part: ProofStep["part"], result: ProofStep["result"]): Colour | null => {
  if (result === "not-held") return part === "indicators" ? "yellow" : "red";
  if (result === "inconclusive") return "yellow";
  return result === "not-measured" ? "dim" : null;
};

const marks: Readonly<Record<ProofStep["result"], string>> = {
  held: "✓",
  "not-held": "✗",
  inconclusive: "?",
  "not-measured": "–",
};
const parts = ["declared-effective", "limits", "promise", "indicators"] as const;
const titles = ["word.none", "word.line", "word.expected", "word.found", "word.none"] as const;
const verdictColours = { held: "green", "not-held": "red", inconclusive: "yellow" } as const;
