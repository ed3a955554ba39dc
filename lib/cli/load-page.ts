import type { Message } from "../errors.ts";
import type { LoadSummary } from "../load/summary.ts";
import type { LoadResult } from "../load/load-result.ts";
import {
  errorRows,
  errorTitles,
  figureFacts,
  quantileRows,
  quantileTitles,
  unjudged,
  verdictFacts,
} from "../report/load-words.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";
import { type Column, tableLines } from "./table.ts";

/** What a load found, for a terminal: figures, errors, the verdict line by line, and what to look at. */
export const showLoad = (result: LoadResult, { io, lang }: Pick<CommandContext, "io" | "lang">): void => {
  const { summary, verdict, tuning } = result;
  const line = (code: string, facts: Message["facts"] = {}): string => say(lang, { code, facts });
  io.out(line("load.figures", figureFacts(summary)));
  const times = quantileTitles(lang).map((title, index): Column => ({ title, align: index === 0 ? "left" : "right" }));
  for (const row of tableLines(times, quantileRows(summary, lang))) io.out(row);
  if (summary.errors.length > 0) {
    io.out("");
    const titles = errorTitles(lang).map((title, index): Column => ({
      title,
      align: index === countColumn ? "right" : "left",
    }));
    const rows = errorRows(summary, lang);
    for (const row of tableLines(titles, rows.slice(0, errorsShown))) io.out(row);
    if (rows.length > errorsShown) io.out(line("load.more-errors", { count: rows.length - errorsShown }));
  }
  io.out("");
  if (summary.strain.limited) io.out(io.paint("yellow", line("load.limited", { ...summary.strain })));
  if (verdict === null) {
    io.out(say(lang, unjudged(result)));
    return;
  }
  io.out(line("load.promise", { users: verdict.promisedUsers, beyond: verdict.beyond }));
  for (const one of verdict.lines) {
    io.out(io.paint(one.kept ? "green" : "red", line("load.verdict-line", verdictFacts(one))));
  }
  io.out(io.paint(verdict.kept ? "green" : "red", line(verdict.kept ? "load.kept" : "load.not-kept")));
  for (const [index, step] of tuning.entries()) io.out(`${index + 1}. ${say(lang, step)}`);
};

export const progressFacts = ({ seconds, requests, ok, series }: LoadSummary): Message["facts"] => {
  const last = series.at(-1);
  return {
    ...{ seconds, requests, errors: requests - ok },
    users: last?.users ?? 0,
    perSec: last?.requests ?? 0,
    p95Ms: last?.p95Ms ?? null,
  };
};

const countColumn = 2;
const errorsShown = 12;
