import type { Cleanup } from "../support/afterwards.ts";
import type { Random } from "../support/random.ts";
import type { Sheet } from "./sheet.ts";

/** One promise of dashd, put to the proof by real processes and real clients. Throws where it does not hold. */
export interface Trial {
  /** Its number in the list of trials: T01. */
  readonly id: string;
  /** The promise, as a sentence. */
  readonly title: string;
  readonly run: (context: TrialContext) => Promise<void>;
}

export interface TrialContext extends Cleanup {
  /** What is chosen by chance (victims, pauses, offsets) comes from here, so that a failing seed can be run again. */
  readonly random: Random;
  /** A short run with a small instance, for CI. */
  readonly quick: boolean;
  /** What the report shows of this run. */
  readonly sheet: Sheet;
}
