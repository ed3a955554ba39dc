import assert from "node:assert/strict";
import test from "node:test";
import { allTrials } from "./all.ts";
import { runTrial } from "./run-trial.ts";

/**
 * The trials that take a few seconds each, short and small, for every landing; the others have tests of their own there.
 * `npm run trials` runs them all in full.
 */
const ids = new Set([
  "T02",
  "T03",
  "T04",
  "T07",
  "T08",
  "T09",
  "T10",
  "T11",
  "T12",
  "T15",
  "T16",
  "T17",
  "T18",
  "T19",
  "T20",
  "T22",
  "T23",
  "T24",
  "T26",
  "T29",
  "T30",
  "T31",
  "T32",
]);
const seed = Number(process.env["TRIAL_SEED"] ?? 1);
const timeout = 300_000;

for (const trial of allTrials.filter(({ id }) => ids.has(id))) {
  test(`${trial.id}: ${trial.title}`, { timeout }, async (t) => {
    const stopping = new AbortController();
    t.after(() => stopping.abort());
    const result = await runTrial(trial, { seed, quick: true, stopped: stopping.signal });
    for (const note of result.notes) t.diagnostic(note);
    assert.deepEqual(result.faults, [], `again: npm run trials -- ${trial.id} --seed ${seed} --quick`);
  });
}
