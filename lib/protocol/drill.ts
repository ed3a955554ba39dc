import type { ChangeAuthor } from "./control.ts";

/** A fault of ours on a running instance, to see whether what is promised holds while it lasts and after it. */
export const drillNames = ["kill", "hang", "redis-down", "postgres-slow", "burst"] as const;
export type DrillName = (typeof drillNames)[number];

export interface DrillRequest extends ChangeAuthor {
  readonly drill: DrillName;
  /** Of the worker that `kill` and `hang` strike; null for the others. */
  readonly slot: number | null;
  /** For how long a service's fault is meant to last; a little later the master ends it by itself. */
  readonly seconds: number;
}

/**
 * What `POST /v1/drill` answers, one line of JSON each: the fault is there, and at its end why it is over. A connection
 * that breaks in between ends the drill: nobody is left to judge it.
 */
export type DrillProgress =
  | ({ readonly type: "begun" } & DrillBegun)
  | { readonly type: "over"; readonly because: DrillEnd };

export interface DrillBegun {
  readonly id: string;
  /** Monotonic, of the host. */
  readonly beganAtMs: number;
  /** After that long the fault ends by itself. */
  readonly endsWithinMs: number;
  /** Whom it struck; null: nobody. */
  readonly worker: StruckWorker | null;
}

export interface StruckWorker {
  readonly slot: number;
  readonly pid: number;
  /** That it held in this moment: no more requests than these can be lost with it. */
  readonly connections: number;
}

/** `ended`: whoever began it has told the outcome. `left`: its connection broke. `deadline`: it never came back. */
export type DrillEnd = "ended" | "left" | "deadline" | "stopped";

/** How it went, for the journal: `POST /v1/drill/end`. */
export interface DrillResult {
  readonly id: string;
  readonly outcome: DrillVerdict;
  readonly figures: DrillFigures;
}

/** `interrupted`: by Ctrl-C, before everything was seen. */
export type DrillVerdict = "held" | "not-held" | "inconclusive" | "interrupted";

export type DrillFigures = Readonly<Record<string, number | string | null>>;

/** What a worker does to itself. `redis-down` and `postgres-slow` end with 0 ms, or by themselves after as long. */
export type WorkerFault = "hang" | "redis-down" | "postgres-slow";

export const isDrillName = (text: unknown): text is DrillName => drillNames.some((name) => name === text);

/** By so much each query is late: far below its own deadline, and far above what a healthy one takes. */
export const queryDelayMs = 2_000;
