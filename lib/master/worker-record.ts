import type { AppFailure, AppWarning, Beat, EffectiveLimits, ToMaster } from "../protocol/worker-messages.ts";
import type { Death } from "./restart-policy.ts";

/** One worker as the master sees it. Changed only by {@link advance}. */
export interface WorkerRecord {
  readonly id: number;
  readonly pid: number;
  readonly slot: number;
  readonly generation: number;
  readonly state: "booting" | "ready" | "hung" | "draining" | "killed" | "ended";
  readonly bornAtMs: number;
  readonly readyAtMs: number | null;
  readonly drainingSinceMs: number | null;
  /** When it was judged to hang. */
  readonly hungSinceMs: number | null;
  /** Monotonic time of its last word. */
  readonly heardAtMs: number;
  /** Read back by the worker from its live objects, at ready and with every beat. */
  readonly effective: EffectiveLimits | null;
  readonly beat: Beat | null;
  readonly beatAtMs: number | null;
  /** Its black box has what can be had of it: a hung one may be killed. */
  readonly pictured: boolean;
  /** What the app said went wrong, when it said so. */
  readonly failure: AppFailure | null;
  readonly warnings: readonly AppWarning[];
  /** Clients speak TLS with it. */
  readonly secure: boolean;
  /** It speaks HTTP/2, and maybe nothing else. */
  readonly http2: boolean;
  /** It has done its time: it serves until its replacement is ready. */
  readonly outgoing: boolean;
  /** The code had changed when it loaded it: it may run other code than its generation says. */
  readonly changedCode: boolean;
  /** A fault on purpose struck it: its death says nothing about the app. */
  readonly drill: "kill" | "hang" | null;
  /** We asked for its end: its death counts for nothing. */
  readonly asked: boolean;
}

/** How a process ended, as the system tells it. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The errno for which the system would not make the process; then there is neither of the two. */
  readonly notForked?: string;
}

/** In an app's terms, for what says why it did not start. */
export const howEnded = ({ code, signal, notForked }: WorkerEnd): string => {
  if (notForked !== undefined) return `fork: ${notForked}`;
  return signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`;
};

export type WorkerEvent =
  | Extract<ToMaster, { type: "ready" }>
  | { readonly type: "beat"; readonly beat: Beat }
  | { readonly type: "failed"; readonly failure: AppFailure }
  | { readonly type: "warning"; readonly warning: AppWarning }
  | { readonly type: "heard" }
  | { readonly type: "hung" }
  | { readonly type: "outgoing" }
  | { readonly type: "code-changed" }
  | { readonly type: "drilled"; readonly drill: "kill" | "hang" }
  | { readonly type: "pictured" }
  | { readonly type: "asked-to-drain" }
  /** Where it hangs and still serves, its death counts against the slot all the same. */
  | { readonly type: "asked-to-die" }
  /** Killed for not getting ready in time: its death counts against the slot. */
  | { readonly type: "boot-timed-out"; readonly failure: AppFailure }
  | { readonly type: "ended" };

export const bornWorker = (
  born: Pick<WorkerRecord, "id" | "pid" | "slot" | "generation">,
  nowMs: number,
): WorkerRecord => ({
  ...born,
  state: "booting",
  bornAtMs: nowMs,
  readyAtMs: null,
  drainingSinceMs: null,
  hungSinceMs: null,
  heardAtMs: nowMs,
  effective: null,
  beat: null,
  beatAtMs: null,
  pictured: false,
  failure: null,
  warnings: [],
  secure: false,
  http2: false,
  outgoing: false,
  changedCode: false,
  drill: null,
  asked: false,
});

/** Late words of a worker that is already draining or killed never bring it back. */
export const advance = (record: WorkerRecord, event: WorkerEvent, nowMs: number): WorkerRecord => {
  const heard = { ...record, heardAtMs: nowMs };
  switch (event.type) {
    case "ready": {
      const { effective, secure, http2 } = event;
      return record.state === "booting"
        ? { ...heard, state: "ready", readyAtMs: nowMs, effective, secure, http2 }
        : heard;
    }
    case "beat":
      return { ...heard, beat: event.beat, beatAtMs: nowMs, effective: event.beat.effective ?? record.effective };
    case "failed":
      return { ...heard, failure: event.failure };
    case "warning":
      return { ...heard, warnings: [...record.warnings, event.warning] };
    case "heard":
      return heard;
    case "hung":
      return record.state === "ready" || record.state === "draining"
        ? { ...record, state: "hung", hungSinceMs: nowMs }
        : record;
    case "outgoing":
      return { ...record, outgoing: true };
    case "code-changed":
      return { ...record, changedCode: true };
    case "drilled":
      return { ...record, drill: event.drill };
    case "pictured":
      return { ...record, pictured: true };
    case "asked-to-drain":
      return record.state === "booting" || record.state === "ready" || record.state === "hung"
        ? { ...record, state: "draining", drainingSinceMs: nowMs, asked: true }
        : record;
    case "asked-to-die":
      if (record.state === "ended") return record;
      return { ...record, state: "killed", asked: record.asked || record.state !== "hung" };
    case "boot-timed-out":
      return record.state === "booting" ? { ...record, state: "killed", failure: event.failure } : record;
    case "ended":
      return { ...record, state: "ended" };
  }
};

/** What the slot learns from this worker's end. */
export const deathOf = (record: WorkerRecord, signal: string | null, nowMs: number): Death => ({
  atMs: nowMs,
  readyForMs: record.readyAtMs === null ? null : nowMs - record.readyAtMs,
  cause: causeOf(record, signal),
});

/** A hang is the app's own fault, though it is we who kill; one on purpose is not. */
const causeOf = ({ asked, hungSinceMs, drill }: WorkerRecord, signal: string | null): Death["cause"] => {
  if (asked) return "asked";
  return signal === "SIGKILL" && (hungSinceMs === null || drill !== null) ? "killed" : "crashed";
};

export const isLate = (record: WorkerRecord, nowMs: number): boolean =>
  record.state === "ready" && nowMs - record.heardAtMs > lateAfterMs;

/** Beats come every second. */
const lateAfterMs = 2_500;
