import type { Message } from "../errors.ts";
import type { Lang } from "../lang.ts";
import type { BlackBox } from "../protocol/black-box.ts";
import type { Mode } from "../protocol/worker-messages.ts";
import type { Progress } from "../protocol/control.ts";
import type { DrillName } from "../protocol/drill.ts";
import type { LogLine } from "../protocol/log-line.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/**
 * What the panel's page asks for, beside the control API; all behind the admin gate.
 *
 * GET /v1/events → server-sent events, {@link LiveEvents}
 * GET /v1/series → {@link SeriesAnswer}
 * GET /v1/about → {@link AboutAnswer}
 * GET /v1/plan?kind=stage&stage=N, ?kind=reload, ?kind=rollback&to=REV → {@link PlanAnswer}
 * GET /v1/history → {@link HistoryRow}[], newest first
 * GET /v1/black-boxes → {@link BoxRow}[], newest first; ?id=N → the BlackBox
 * GET /v1/logs?slot=&level=&grep= → the last lines, oldest first
 */
export interface LiveEvents {
  /** Once a second. */
  readonly snapshot: Snapshot;
  /** The last change as far as it went; sent at the beginning, and to whoever missed a step. */
  readonly change: FollowedChange;
  readonly step: Omit<FollowedChange, "lines"> & { readonly line: Progress };
  /** The newest point of the last hour. */
  readonly point: { readonly at: number; readonly values: Readonly<Record<ColumnName, number | null>> };
  readonly mark: Mark;
  /** New in the log; `missed`: further ones that were too many to tell, or more than this viewer had read in time. */
  readonly lines: { readonly lines: readonly LogLine[]; readonly missed: number };
}

/** Of what is told step by step, the last one. */
export interface FollowedChange {
  readonly id: number;
  /** null: a change. */
  readonly drill: DrillName | null;
  readonly lines: readonly Progress[];
}

export interface AboutAnswer {
  /** Of the operator, as the settings say. */
  readonly lang: Lang;
  readonly mode: Mode;
  readonly version: string;
  /** The ladder as it is on the disk, lowest first. */
  readonly stages: readonly StageRow[];
}

export interface StageRow {
  readonly stage: number;
  readonly workers: number;
  readonly connections: number;
  readonly usersMin: number;
  readonly usersMax: number;
}

/** A change before it is made: nothing is touched. */
export interface PlanAnswer {
  readonly from: { readonly stage: number; readonly revision: number };
  readonly stage: number;
  /** What a rollback restores; null: the next lower stage, or no rollback. */
  readonly restores: number | null;
  readonly profileFingerprint: string;
  readonly differences: readonly PlannedDifference[];
  /** How the new generation comes up. */
  readonly how: Message;
  readonly sums: readonly PlannedSum[];
}

export interface PlannedDifference {
  readonly field: string;
  readonly before: string | number | null;
  readonly after: string | number | null;
  /** A code of the catalogue. */
  readonly effect: string;
}

export interface PlannedSum {
  readonly subject: string;
  readonly found: number | string | null;
  readonly needed: number | string | null;
  readonly level: "ok" | "warn" | "refuse" | "off" | "unknown";
  readonly advice: Message | null;
}

export interface HistoryRow {
  readonly revision: number | null;
  readonly at: string;
  /** A code of the catalogue. */
  readonly kind: string | null;
  readonly stage: number | null;
  /** Which one, where it is one. */
  readonly drill: string | null;
  readonly by: string;
  readonly reason: string | null;
  readonly result: Message;
  readonly because: Message | null;
  /** Sentences on what was measured; empty where the change never was committed. */
  readonly evidence: readonly Message[];
  readonly inForce: boolean;
}

export type BoxRow = Pick<BlackBox, "id" | "at" | "slot" | "generation" | "pid" | "cause" | "livedMs" | "inARow">;

/** What is kept for the charts: a value a second of the window for each of these. Times are ms, shares 0..1. */
export const columnNames = [
  ...(["p50Ms", "p95Ms", "p99Ms", "waitP95Ms", "requestsPerSec", "errorRate"] as const),
  ...(["connections", "held", "queued", "inFlight", "users", "cpu", "memory", "diskIo", "workersBytes"] as const),
  ...(["redisHitRate", "redisMemory", "poolOpen", "poolBusy", "poolWaiting"] as const),
] as const;
export type ColumnName = (typeof columnNames)[number];

export interface SpanAnswer {
  readonly stepSec: number;
  /** Seconds since 1970 of the newest point; the others lie `stepSec` apart before it. */
  readonly endSec: number;
  readonly columns: Readonly<Record<ColumnName, readonly (number | null)[]>>;
}

export interface SeriesAnswer {
  readonly hour: SpanAnswer;
  readonly day: SpanAnswer;
  readonly marks: readonly Mark[];
}

/** Something on the time axis. */
export interface Mark {
  /** Seconds since 1970. */
  readonly at: number;
  readonly kind: "change" | "fault" | "well";
  readonly message: Message;
}
