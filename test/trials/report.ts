import type { ProcessFigures } from "../support/master-figures.ts";
import type { TrialResult } from "./run-trial.ts";

/** One row for each run, and under them what was measured against which bound and what did not hold. */
export const reportOf = (results: readonly TrialResult[]): string => {
  const rows = [heads, ...results.map(rowOf)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const failed = results.filter(({ verdict }) => verdict === "failed").length;
  return [...table, "", ...results.flatMap(detailsOf), `${results.length - failed} held, ${failed} failed`, ""].join(
    "\n",
  );
};

const heads = [
  "trial",
  "seed",
  "attempts",
  "failed",
  "p50 ms",
  "p99 ms",
  "full count",
  "master RSS",
  "fds",
  "verdict",
  "s",
];

const rowOf = (result: TrialResult): readonly string[] => [
  result.id,
  String(result.seed),
  String(result.attempts),
  failuresOf(result),
  millis(result.p50Ms),
  millis(result.p99Ms),
  result.fullCountMs === null ? "–" : `${Math.round(result.fullCountMs)} ms`,
  beforeAfter(result, ({ rssBytes }) => `${Math.round(rssBytes / 1e6)}`),
  beforeAfter(result, ({ descriptors }) => String(descriptors)),
  result.verdict,
  result.tookSec.toFixed(1),
];

const failuresOf = ({ failures }: TrialResult): string => {
  const kinds = Object.entries(failures).map(([kind, count]) => `${count} ${kind}`);
  return kinds.length === 0 ? "0" : kinds.join(", ");
};

const millis = (value: number | null): string => (value === null ? "–" : value.toFixed(0));

const beforeAfter = ({ master }: TrialResult, show: (figures: ProcessFigures) => string): string =>
  master === null
    ? "–"
    : `${master.before === null ? "–" : show(master.before)} → ${master.after === null ? "gone" : show(master.after)}`;

const detailsOf = ({ id, seed, quick, title, notes, faults }: TrialResult): readonly string[] => [
  `${id} seed ${seed}: ${title}`,
  ...notes.map((note) => `  ${note}`),
  ...faults.map((fault) => `  FAILED: ${fault}`),
  ...(faults.length === 0 ? [] : [`  again: npm run trials -- ${id} --seed ${seed}${quick ? " --quick" : ""}`]),
  "",
];
