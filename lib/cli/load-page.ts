import type { Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import type { LoadSummary, Quantiles } from "../load/summary.ts";
import type { VerdictLine } from "../load/verdict.ts";
import { milliseconds, percent } from "../words/format.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";
import type { LoadResult } from "./load.ts";
import { tableLines } from "./table.ts";

/** What a load found, for a terminal: figures, errors, the verdict line by line, and what to look at. */
export const showLoad = (result: LoadResult, { io, lang }: Pick<CommandContext, "io" | "lang">): void => {
  const { summary, verdict, tuning } = result;
  const line = (code: string, facts: Message["facts"] = {}): string => say(lang, { code, facts });
  io.out(line("load.figures", figureFacts(result)));
  for (const row of tableLines(quantileColumns(lang), quantileRows(result, lang))) io.out(row);
  if (summary.errors.length > 0) {
    io.out("");
    const titles = ["errors", "path", "count", "from-to"].map((name) => ({
      title: line(`load-word.${name}`),
      align: name === "count" ? ("right" as const) : ("left" as const),
    }));
    const shown = summary.errors.slice(0, errorsShown);
    const rows = shown.map(({ kind, path, count, firstSec, lastSec }) => [
      line(`load-error.${known(kind) ? kind : "other"}`, { kind }),
      ...[path, String(count), `${firstSec}–${lastSec} s`],
    ]);
    for (const row of tableLines(titles, rows)) io.out(row);
    if (summary.errors.length > shown.length) {
      io.out(line("load.more-errors", { count: summary.errors.length - shown.length }));
    }
  }
  io.out("");
  if (summary.strain.limited) io.out(io.paint("yellow", line("load.limited", { ...summary.strain })));
  if (verdict === null) {
    io.out(line("load.no-verdict"));
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

export const figureFacts = ({ summary }: LoadResult): Message["facts"] => {
  const { users, seconds, rampSec, requests, ok, okRate, requestsPerSec, visits, bytes } = summary;
  return { users, seconds, rampSec, requests, ok, okRate, visits, bytes, perSec: Math.round(requestsPerSec * 10) / 10 };
};

export const quantileColumns = (lang: Lang): Parameters<typeof tableLines>[0] => [
  { title: say(lang, { code: "load-word.times", facts: {} }), align: "left" },
  ...["p50", "p95", "p99", "max"].map((title) => ({ title, align: "right" as const })),
];

export const quantileRows = ({ summary }: LoadResult, lang: Lang): readonly (readonly string[])[] => {
  const row = (name: string, { p50Ms, p95Ms, p99Ms, maxMs }: Quantiles): readonly string[] => [
    say(lang, { code: `load-word.${name}`, facts: {} }),
    ...[p50Ms, p95Ms, p99Ms, maxMs].map(milliseconds),
  ];
  const plain = { p50Ms: null, p95Ms: null, p99Ms: summary.plainP99Ms, maxMs: null };
  return [
    row("total", summary.total),
    row("response", summary.response),
    row("wait", summary.wait),
    row("plain", plain),
  ];
};

export const verdictFacts = ({ name, expected, found, kept }: VerdictLine): Message["facts"] => {
  const shown = (value: number | null): string => (name === "okRate" ? percent(value) : milliseconds(value));
  return { name: `load-word.${name}`, expected: shown(expected), found: shown(found), kept };
};

export const known = (kind: string): boolean => kinds.has(kind);

const kinds = new Set(["refused", "reset", "time-out", "cut", "wrong-body", "failed"]);
const errorsShown = 12;
