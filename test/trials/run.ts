import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { allTrials } from "./all.ts";
import { reportOf } from "./report.ts";
import { runTrial, type TrialResult } from "./run-trial.ts";

/**
 * `npm run trials -- T05 T18 --seeds 10 --json report.json`: these trials, or all, one after another, each with so many
 * seeds; `--seed 7` begins with that one, `--quick` runs them short and small. Ends with 1 if any failed.
 */
const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string", default: "1" },
      seeds: { type: "string", default: "1" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const wanted = positionals.map((id) => id.toUpperCase());
  const unknown = wanted.filter((id) => !allTrials.some((trial) => trial.id === id));
  const [first, seeds] = [Number(values.seed), Number(values.seeds)];
  if (unknown.length > 0 || !Number.isSafeInteger(first) || !(Number.isSafeInteger(seeds) && seeds > 0)) {
    process.stderr.write(
      `usage: npm run trials -- [${allTrials.map(({ id }) => id).join("|")}] [--seed N] [--seeds N]\n`,
    );
    process.exitCode = 64;
    return;
  }
  const trials = allTrials.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  if (values.list) {
    process.stdout.write(trials.map(({ id, title }) => `${id}  ${title}\n`).join(""));
    return;
  }

  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  process.once("SIGTERM", () => stopping.abort());
  const results: TrialResult[] = [];
  for (const trial of trials) {
    for (let seed = first; seed < first + seeds && !stopping.signal.aborted; seed++) {
      const result = await runTrial(trial, { seed, quick: values.quick, stopped: stopping.signal });
      results.push(result);
      const why = result.faults.length === 0 ? "" : `: ${result.faults.join("; ").slice(0, 500)}`;
      process.stderr.write(`${result.id} seed ${seed} ${result.verdict} in ${result.tookSec} s${why}\n`);
    }
  }
  process.stdout.write(`\n${reportOf(results)}`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ schemaVersion: 1, results }, null, 2)}\n`);
  process.exitCode = stopping.signal.aborted || results.some(({ verdict }) => verdict === "failed") ? 1 : 0;
};

await main();
