import type { Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import type { LoadResult } from "../load/load-result.ts";
import type { LoadSummary, Quantiles } from "../load/summary.ts";
import type { VerdictLine } from "../load/verdict.ts";
import { milliseconds, millisecondsBeside, percent, percentBeside } from "../words/format.ts";
import { say } from "../words/say.ts";

/** What the terminal and the documents say of a load in the same words: its tables, and the facts of its sentences. */
export const figureFacts = (summary: LoadSummary): Message["facts"] => {
  const { users, seconds, rampSec, requests, ok, okRate, requestsPerSec, visits, bytes } = summary;
  const perSec = perSecond(requestsPerSec);
  return { users, seconds, rampSec, requests, ok, okRate, visits, bytes, perSec, lost: lostOf(summary) };
};

/** Requests without a whole answer; a 503 or a wrong body is one. */
const lostOf = ({ errors }: LoadSummary): number =>
  errors.reduce((sum, { kind, count }) => sum + (isAnswer.test(kind) ? 0 : count), 0);

const isAnswer = /^(\d{3}|wrong-body)$/;

export const perSecond = (requestsPerSec: number): number => Math.round(requestsPerSec * 10) / 10;

export const quantileTitles = (lang: Lang): readonly string[] => [word(lang, "times"), "p50", "p95", "p99", "max"];

export const quantileRows = (summary: LoadSummary, lang: Lang): readonly (readonly string[])[] => {
  const row = (name: string, { p50Ms, p95Ms, p99Ms, maxMs }: Quantiles): readonly string[] => [
    word(lang, name),
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

export const errorTitles = (lang: Lang): readonly string[] =>
  ["errors", "path", "count", "from-to"].map((name) => word(lang, name));

export const errorRows = ({ errors }: LoadSummary, lang: Lang): readonly (readonly string[])[] =>
  errors.map(({ kind, path, count, firstSec, lastSec }) => [
    say(lang, { code: `load-error.${kinds.has(kind) ? kind : "other"}`, facts: { kind } }),
    ...[path, String(count), `${firstSec}–${lastSec} s`],
  ]);

export const verdictFacts = ({ name, expected, found, kept }: VerdictLine): Message["facts"] => {
  const [bound, seen] =
    name === "okRate"
      ? [percent(expected), percentBeside(found, expected)]
      : [milliseconds(expected), millisecondsBeside(found, expected)];
  return { name: `load-word.${name}`, expected: bound, found: seen, kept };
};

/** Why a load has no verdict. */
export const unjudged = ({ interrupted, summary }: LoadResult): Message => {
  if (interrupted) return { code: "load.interrupted", facts: { seconds: summary.seconds } };
  return { code: summary.requests === 0 ? "load.nothing-measured" : "load.no-verdict", facts: {} };
};

const word = (lang: Lang, name: string): string => say(lang, { code: `load-word.${name}`, facts: {} });

const kinds = new Set(["refused", "reset", "time-out", "cut", "wrong-body", "failed"]);
