import type { Snapshot } from "./snapshot.ts";

/** What a hosted factory, `export default (context) => app`, is given. */
export interface Context {
  /** Shared services; null in this version. */
  readonly redis: null;
  readonly postgres: null;
  readonly cache: null;
  /** Lines in the instance's log, tagged with this worker's slot. */
  readonly log: ContextLog;
  /** Fires when this worker drains: end streams and sockets that would stay open. */
  readonly signal: AbortSignal;
  readonly stage: number;
  /** This worker's stable number, 1..N. */
  readonly slot: number;
  /** True in exactly one worker of the instance; may change while it runs. For timers that must run once. */
  readonly leader: boolean;
  /** What `dashd status --json` shows, at most a second old. Rejects when the master does not answer within a second. */
  status(): Promise<Snapshot>;
}

export interface ContextLog {
  debug(...values: readonly unknown[]): void;
  info(...values: readonly unknown[]): void;
  warn(...values: readonly unknown[]): void;
  error(...values: readonly unknown[]): void;
}
