import type { Message } from "../errors.ts";
import type { Scenario } from "./plan.ts";
import type { LoadSummary } from "./summary.ts";
import type { Verdict } from "./verdict.ts";

/** What `dashd load` found: its `--json` document, apart from the words. */
export interface LoadResult {
  readonly url: string;
  readonly seed: number;
  readonly scenario: Scenario;
  readonly summary: LoadSummary;
  /** null: nothing is promised of this address, nothing was asked after the ramp, or it was interrupted. */
  readonly verdict: Verdict | null;
  readonly tuning: readonly Message[];
  readonly interrupted: boolean;
}
