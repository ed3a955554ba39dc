import { seededRandom } from "../support/random.ts";
import { within } from "../support/until.ts";
import { createSheet, type SheetFigures } from "./sheet.ts";
import type { Trial } from "./trial.ts";

/** Runs a trial once with this seed, and cleans up after it whatever became of it. */
export const runTrial = async (trial: Trial, { seed, quick, stopped }: RunOptions): Promise<TrialResult> => {
  const startedAtMs = performance.now();
  const cleanUps: (() => void | Promise<void>)[] = [];
  const faults: string[] = [];
  const over = new AbortController();
  const sheet = createSheet();
  const note = (error: unknown): void => void faults.push(error instanceof Error ? error.message : String(error));
  const after = (cleanUp: () => void | Promise<void>): void => void cleanUps.push(cleanUp);
  try {
    const running = trial.run({ after, random: seededRandom(seed), quick, sheet });
    await Promise.race([within(`${trial.id} to end`, deadlineMs, running), interrupted(stopped, over.signal)]);
  } catch (error) {
    note(error);
  }
  over.abort();
  sheet.close();
  for (const cleanUp of cleanUps.toReversed()) {
    try {
      await cleanUp();
    } catch (error) {
      note(error);
    }
  }
  return {
    id: trial.id,
    title: trial.title,
    seed,
    quick,
    verdict: faults.length === 0 ? "held" : "failed",
    faults,
    tookSec: Math.round((performance.now() - startedAtMs) / 100) / 10,
    ...sheet.figures(),
  };
};

export interface RunOptions {
  readonly seed: number;
  readonly quick: boolean;
  /** Ends the run early; it is cleaned up all the same. */
  readonly stopped: AbortSignal;
}

export interface TrialResult extends SheetFigures {
  readonly id: string;
  readonly title: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly verdict: "held" | "failed";
  /** What did not hold, and what was left behind. */
  readonly faults: readonly string[];
  readonly tookSec: number;
}

const interrupted = (stopped: AbortSignal, over: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error("interrupted"));
    if (stopped.aborted) stop();
    else stopped.addEventListener("abort", stop, { once: true, signal: over });
  });

/** No trial takes this long, however busy the host. */
const deadlineMs = 300_000;
