import type { Finding } from "../preflight/finding.ts";
import type { Lang } from "../lang.ts";
import { foundValue } from "../words/found-value.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";
import type { Colour } from "./io.ts";
import { tableLines } from "./table.ts";

/** The sums of a stage as a table, and the verdict below it. */
export const showFindings = (
  stage: number,
  findings: readonly Finding[],
  { io, lang }: Pick<CommandContext, "io" | "lang">,
): void => {
  const words = (code: string): string => say(lang, { code, facts: {} });
  const columns = ["subject", "found", "needed", "level", "advice"].map((column) => ({
    title: words(`word.${column}`),
    align: "left" as const,
  }));
  const cells = findings.map(({ subject, found, needed, level, advice }) => [
    subject,
    foundValue(lang, found),
    foundValue(lang, needed),
    words(`doctor-level.${level}`),
    advice === null ? "" : say(lang, advice),
  ]);
  const [head = "", ...lines] = tableLines(columns, cells);
  io.out(head);
  for (const [index, line] of lines.entries()) {
    const colour = colours[findings[index]?.level ?? "ok"];
    io.out(colour === null ? line : io.paint(colour, line));
  }
  const count = (level: Finding["level"]): number => findings.filter((finding) => finding.level === level).length;
  const facts = { stage, warnings: count("warn"), refusals: count("refuse") };
  io.out(say(lang, { code: "doctor.verdict", facts }));
};

/** As `--json` tells them: in words, since advice is for people. */
export const wordedFindings = (findings: readonly Finding[], lang: Lang): readonly object[] =>
  findings.map(({ advice, ...rest }) => ({ ...rest, advice: advice === null ? null : say(lang, advice) }));

const colours: Readonly<Record<Finding["level"], Colour | null>> = {
  ok: null,
  warn: "yellow",
  refuse: "red",
  off: "dim",
  unknown: "dim",
};
