import type { Message } from "../errors.ts";
import type { Quantiles } from "../load/summary.ts";
import type { Verdict } from "../load/verdict.ts";
import type { ProofRecord } from "../protocol/proof-record.ts";
import type { IndicatorLevel } from "../protocol/snapshot.ts";

/**
 * What `dashd verify` found, compact enough to be kept and whole enough to be checked elsewhere and later. Times in ms,
 * shares 0 to 1, dates ISO 8601; null where nothing was measured.
 */
export interface Proof extends ProofRecord {
  readonly schemaVersion: 1;
  readonly kind: "dashd-proof";
  readonly steps: readonly ProofStep[];
  readonly loads: readonly ProvenLoad[];
  readonly indicators: readonly SeenIndicator[];
}

/** One line of what was looked at: expected, found, and whether that is what was promised. */
export interface ProofStep {
  readonly part: "declared-effective" | "limits" | "promise" | "indicators";
  /** What was looked at: the path of a limit, `users-100`, the name of an indicator. */
  readonly name: string;
  readonly result: "held" | "not-held" | "inconclusive" | "not-measured";
  /** A sentence with what was expected and what was found. */
  readonly message: Message;
}

export interface ProvenLoad {
  readonly users: number;
  readonly seconds: number;
  readonly requests: number;
  readonly okRate: number | null;
  readonly requestsPerSec: number;
  readonly response: Quantiles;
  readonly wait: Quantiles;
  readonly verdict: Verdict;
  /** The load's own processes were what limited it. */
  readonly limited: boolean;
}

/** The worst that was seen while the loads ran. */
export interface SeenIndicator {
  readonly name: string;
  readonly value: number | string | null;
  readonly warn: number | string | null;
  readonly critical: number | string | null;
  readonly level: IndicatorLevel;
  readonly advice: Message | null;
}

/** What a proof stands or falls with: indicators tell what to look at and fail nothing. */
export const judgedSteps = (steps: readonly ProofStep[]): readonly ProofStep[] =>
  steps.filter(({ part }) => part !== "indicators");

export const notHeldSteps = (steps: readonly ProofStep[]): readonly ProofStep[] =>
  judgedSteps(steps).filter(({ result }) => result === "not-held");
