import type { SparseHistogram } from "../histogram.ts";

/** What one visit of a user asks for: a document, then what belongs to it, over up to six connections at once. */
export interface Visit {
  readonly document: RequestSpec;
  readonly parts: readonly RequestSpec[];
  /** How often it is chosen among the others. */
  readonly weight: number;
  readonly think: ThinkTime;
}

export interface RequestSpec {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly expect: Expectation;
}

export interface Expectation {
  /** null: any below 400. */
  readonly status: number | null;
  /** null: whatever the body. */
  readonly contains: string | null;
}

/** Log-normal: half of the pauses are shorter than the median; `spread` 0 makes all alike. */
export interface ThinkTime {
  readonly medianMs: number;
  readonly spread: number;
}

export interface Scenario {
  readonly visits: readonly Visit[];
  /** Whether it was read from a file, or found by reading the page. */
  readonly from: "file" | "page";
}

/** The share of a load that one process makes. Users are numbered over all processes. */
export interface GeneratorPlan {
  readonly url: string;
  readonly scenario: Scenario;
  readonly users: readonly number[];
  readonly allUsers: number;
  readonly rampMs: number;
  /** Ramp included. */
  readonly runMs: number;
  readonly requestTimeoutMs: number;
  readonly seed: number;
  readonly insecure: boolean;
}

/** What the process tells: every second what was counted in it, and at its end how busy it was itself. */
export type FromGenerator =
  | { readonly type: "ready" }
  | ({ readonly type: "second" } & SecondTally)
  | ({ readonly type: "end" } & GeneratorStrain);

export interface SecondTally {
  /** Seconds since the start. */
  readonly second: number;
  readonly requests: number;
  readonly ok: number;
  readonly bytes: number;
  readonly visits: number;
  readonly errors: readonly LoadError[];
  /** From the moment a user wanted it to the last byte, with those that a stall kept from being asked (see recorder). */
  readonly totalMs: SparseHistogram;
  /** The same as a closed loop would tell it. */
  readonly plainMs: SparseHistogram;
  /** `totalMs` without the wait. */
  readonly responseMs: SparseHistogram;
  /** At the door and in the queue, as the server told it; empty where it tells nothing. */
  readonly waitMs: SparseHistogram;
  readonly longestMs: number;
  readonly users: number;
}

/** `kind`: refused, reset, time-out, cut, a status ("503"), or wrong-body. */
export interface LoadError {
  readonly kind: string;
  readonly path: string;
  readonly count: number;
}

export interface GeneratorStrain {
  /** Share of the time that its loop was busy, 0 to 1. */
  readonly utilization: number;
  readonly loopLagP99Ms: number;
}
