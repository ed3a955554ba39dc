import { type DrillLine, drillExitCodes } from "../protocol/drill.ts";
import { say } from "../words/say.ts";
import type { DrillReport } from "../verify/drill/run-drill.ts";
import type { CommandContext } from "./command.ts";
import type { Colour } from "./io.ts";
import { tableLines } from "./table.ts";

/** What a drill found, promise by promise, and its exit code. */
export const showDrill = (
  report: DrillReport,
  seed: number,
  { io, lang, json }: Pick<CommandContext, "io" | "lang" | "json">,
): number => {
  const { drill, outcome, lines, figures, worker } = report;
  const exitCode = drillExitCodes[outcome];
  const message = say(lang, { code: `drill.${outcome}`, facts: { drill } });
  io.progress(null);
  if (json) {
    const told = lines.map(({ name, result, promise, found }) => {
      return { name, result, promise: say(lang, promise), found: say(lang, found) };
    });
    io.out(
      JSON.stringify(
        { schemaVersion: 1, drill, outcome, exitCode, message, seed, worker, lines: told, figures },
        null,
        2,
      ),
    );
    return exitCode;
  }
  if (outcome === "interrupted") {
    io.err(message);
    return exitCode;
  }
  const titles = ["word.none", "word.promise", "word.found"].map((code) => {
    return { title: say(lang, { code, facts: {} }), align: "left" as const };
  });
  const rows = lines.map(({ result, promise, found }) => [marks[result].sign, say(lang, promise), say(lang, found)]);
  const [title = "", ...table] = tableLines(titles, rows);
  io.out(title);
  for (const [index, row] of table.entries()) io.out(io.paint(colourOf(lines[index]), row));
  io.out("");
  io.out(io.paint(marks[outcome].colour, message));
  return exitCode;
};

const colourOf = (line: DrillLine | undefined): Colour => marks[line?.result ?? "inconclusive"].colour;

const marks = {
  held: { sign: "✓", colour: "green" },
  "not-held": { sign: "✗", colour: "red" },
  inconclusive: { sign: "?", colour: "yellow" },
} as const satisfies Readonly<Record<DrillLine["result"], { readonly sign: string; readonly colour: Colour }>>;
