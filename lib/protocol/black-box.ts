import { isRecord } from "../is-record.ts";

/** What is known of a worker that hung or died unasked; one file of the home each. Times are milliseconds. */
export interface BlackBox {
  readonly schemaVersion: 1;
  /** Counts up within a home, and so tells the order; the clock may jump. */
  readonly id: number;
  /** ISO time of the end. */
  readonly at: string;
  readonly slot: number;
  readonly generation: number;
  readonly stage: number;
  readonly pid: number;
  readonly cause: DeathCause;
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it counted as hung, and the CPU of its turn, or for how long it had been stopped. */
  readonly hang: { readonly because: string; readonly usedMs: number } | null;
  /** What it threw, or who called `process.exit`; "file:line:column". */
  readonly error: DeathError | null;
  readonly livedMs: number;
  /** null: it never was. */
  readonly readyForMs: number | null;
  /** Deaths of this slot in a row that came before it had proved healthy, this one included. */
  readonly inARow: number;
  /** JavaScript that the main thread was in, innermost first; null: see `noStack`. */
  readonly stack: readonly Frame[] | null;
  /** `native`: it was not in JavaScript, or did not get there in time. Null where there was nothing to look for. */
  readonly noStack: "stopped" | "native" | "no-answer" | null;
  readonly inFlight: InFlight;
  readonly memory: MemoryFigures;
  /** What it wrote last, oldest first. */
  readonly output: readonly OutputLine[];
  /** The worker that took its slot, and how long after the end (after the hang was seen) it was ready. */
  readonly followed: { readonly pid: number; readonly afterMs: number } | null;
}

/** Its words are `died.<cause>` and, in a few, `died-of.<cause>`. */
export const deathCauses = [
  "hung-loop",
  "hung-stopped",
  "exception",
  "exit",
  "heap",
  "kernel-oom",
  "segfault",
  "abort",
  "killed",
  "signal",
  "drill-killed",
  "drill-hung",
  "boot-failed",
  "boot-timeout",
  "stop-timeout",
  "not-forked",
] as const;

export type DeathCause = (typeof deathCauses)[number];

export interface DeathError {
  readonly message: string;
  readonly place: string | null;
  readonly stack: string | null;
}

export interface Frame {
  /** "" for a function without a name. */
  readonly name: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

export interface InFlight {
  /** `end`: read while it hung, or told as it ended. `blocked`: after a second in its last turn. `beat`: as last reported. */
  readonly asOf: "end" | "blocked" | "beat" | "unknown";
  /** How long before the end that was. */
  readonly beforeMs: number;
  /** Oldest first; ages at the end. */
  readonly requests: readonly RequestInFlight[];
  /** Further ones that are not listed. */
  readonly more: number;
  /** Waiting for a slot, as last reported. */
  readonly queued: number;
}

export interface RequestInFlight {
  readonly method: string;
  /** Without its query, cut at {@link longestPath}. */
  readonly path: string;
  readonly ageMs: number;
  /** Of its `traceparent`, where it came with one. */
  readonly traceId?: string;
}

/** As of when its requests are; null where nobody could tell. */
export interface MemoryFigures {
  readonly rssBytes: number | null;
  readonly heapUsedBytes: number | null;
  readonly heapLimitBytes: number | null;
}

export interface OutputLine {
  readonly stream: "out" | "err";
  readonly text: string;
}

/** What the thread in a blocked worker tells of it: one line of JSON over {@link pictureFd}. */
export interface Picture extends MemoryFigures {
  /** False: told unasked, by one whose main thread has been blocked for a second. */
  readonly asked: boolean;
  /** null: the main thread was in no JavaScript within the time there was. */
  readonly stack: readonly Frame[] | null;
  readonly requests: readonly RequestInFlight[];
  readonly more: number;
}

/** What a worker says of its own end, where JavaScript still runs. */
export interface LastWords extends MemoryFigures {
  /** `exit`: `process.exit`, or nothing left to do. */
  readonly kind: "exception" | "exit";
  readonly error: DeathError | null;
  readonly requests: readonly RequestInFlight[];
  readonly more: number;
}

/**
 * The descriptor of a worker on which the master asks for a {@link Picture}; any byte asks. null where nobody can tell from
 * outside that a worker hangs.
 */
export const pictureFd = process.platform === "linux" ? 4 : null;

export const longestPath = 120;

/** From a program's process, so nothing of it is taken on trust; null for what is no picture. */
export const readPicture = (text: string): Picture | null => {
  try {
    const found: unknown = JSON.parse(text);
    return isPicture(found) ? found : null;
  } catch {
    return null;
  }
};

const isPicture = (value: unknown): value is Picture =>
  isRecord(value) &&
  typeof value["asked"] === "boolean" &&
  [value["rssBytes"], value["heapUsedBytes"], value["heapLimitBytes"]].every(isFigure) &&
  (value["stack"] === null || (Array.isArray(value["stack"]) && value["stack"].every(isFrame))) &&
  Array.isArray(value["requests"]) &&
  value["requests"].every(isRequest) &&
  typeof value["more"] === "number";

/** As much of it as those who read it rely on; null for what is none, or of a later version. */
export const readBlackBox = (text: string): BlackBox | null => {
  try {
    const found: unknown = JSON.parse(text);
    return isBlackBox(found) ? found : null;
  } catch {
    return null;
  }
};

const isBlackBox = (value: unknown): value is BlackBox =>
  isRecord(value) &&
  value["schemaVersion"] === 1 &&
  ["id", "slot", "generation", "pid", "livedMs"].every((name) => typeof value[name] === "number") &&
  typeof value["at"] === "string" &&
  typeof value["cause"] === "string" &&
  (value["stack"] === null || (Array.isArray(value["stack"]) && value["stack"].every(isFrame))) &&
  isRecord(value["inFlight"]) &&
  Array.isArray(value["inFlight"]["requests"]) &&
  value["inFlight"]["requests"].every(isRequest) &&
  isRecord(value["memory"]) &&
  Array.isArray(value["output"]);

const isFrame = (value: unknown): value is Frame =>
  isRecord(value) &&
  typeof value["name"] === "string" &&
  typeof value["file"] === "string" &&
  typeof value["line"] === "number";

const isRequest = (value: unknown): value is RequestInFlight =>
  isRecord(value) &&
  typeof value["method"] === "string" &&
  typeof value["path"] === "string" &&
  typeof value["ageMs"] === "number" &&
  isTraceId(value["traceId"]);

const isTraceId = (value: unknown): boolean =>
  value === undefined || (typeof value === "string" && /^[0-9a-f]{32}$/.test(value));

const isFigure = (value: unknown): boolean => value === null || typeof value === "number";
