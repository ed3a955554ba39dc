import type { DashdError, Message } from "../errors.ts";
import type { ChangeAuthor } from "./control.ts";
import type { Snapshot } from "./snapshot.ts";

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

/** `interrupted`: by Ctrl-C or from the panel, before everything was seen. */
export type DrillVerdict = "held" | "not-held" | "inconclusive" | "interrupted";

export type DrillFigures = Readonly<Record<string, number | string | null>>;

/** One promise, what was found, and whether it held. */
export interface DrillLine {
  readonly name: string;
  readonly result: LineResult;
  readonly promise: Message;
  readonly found: Message;
}

export type LineResult = Exclude<DrillVerdict, "interrupted">;

/**
 * A drill with its judgement, for whoever cannot judge it: `POST /v1/drill/run` answers lines of Progress, the last one an
 * outcome with its promises. A process that the master starts makes the users and judges, as `dashd drill` does itself.
 */
export interface DrillRun extends DrillRequest {
  /** How many of its own ask meanwhile. */
  readonly users: number;
}

/** What that process is told, once it is ready. */
export interface JudgePlan extends DrillRun {
  /** The folder. */
  readonly home: string;
  /** What chance starts from. */
  readonly seed: number;
}

export type ToJudge =
  | { readonly type: "judge"; readonly plan: JudgePlan }
  /** As by Ctrl-C: the fault ends at once, and nothing is judged. */
  | { readonly type: "interrupt" };

export type FromJudge =
  | { readonly type: "ready" }
  | { readonly type: "told"; readonly message: Message }
  /** Before the first word nothing was done. */
  | { readonly type: "failed"; readonly error: Pick<DashdError, "code" | "facts" | "details" | "hint"> }
  | ({ readonly type: "judged" } & JudgedDrill);

export interface JudgedDrill {
  readonly outcome: DrillVerdict;
  readonly lines: readonly DrillLine[];
  readonly figures: DrillFigures;
}

/** Exit codes of the contract, section 3. */
export const drillExitCodes: Readonly<Record<DrillVerdict, number>> = {
  held: 0,
  "not-held": 3,
  inconclusive: 4,
  interrupted: 130,
};

/** Why an instance without that service cannot hold the drill; null: it can. */
export const lacksFor = (
  drill: DrillName,
  { redis, postgres }: Snapshot["services"],
): "no-redis" | "no-postgres" | null => {
  if (drill === "redis-down" && redis.state === "off") return "no-redis";
  return drill === "postgres-slow" && postgres.state === "off" ? "no-postgres" : null;
};

/** What a service's drill and its own users are, where nobody says otherwise. */
export const usualDrill = { users: 10, seconds: 5 } as const;
export const mostDrill = { users: 200, seconds: 60 } as const;

/** What a worker does to itself. `redis-down` and `postgres-slow` end with 0 ms, or by themselves after as long. */
export type WorkerFault = "hang" | "redis-down" | "postgres-slow";

export const isDrillName = (text: unknown): text is DrillName => drillNames.some((name) => name === text);

/** By so much each query is late: far below its own deadline, and far above what a healthy one takes. */
export const queryDelayMs = 2_000;
