import type { Log } from "../log.ts";
import type { DeathCause, RequestInFlight } from "../protocol/black-box.ts";
import type { Action } from "./reconcile.ts";
import type { SlotHistory } from "./restart-policy.ts";
import type { WorkerEnd, WorkerRecord } from "./worker-record.ts";

/** What the log says of workers: every decision with its reason, every death nobody asked for. */
export interface WorkerLog {
  decided(record: WorkerRecord, action: Exclude<Action, { type: "fork" }>): void;
  ready(record: WorkerRecord): void;
  failed(record: WorkerRecord): void;
  changedCode(record: WorkerRecord): void;
  /** Requests that ran out of time; the worker tells few of many. */
  overdue(record: WorkerRecord | null, requests: readonly RequestInFlight[]): void;
  /** `usedMs`: CPU of its turn, or for how long it has been stopped. */
  hung(record: WorkerRecord, because: string, usedMs: number): void;
  /** `cause`: what its black box says; null: it has none. */
  ended(record: WorkerRecord, end: WorkerEnd, slot: SlotHistory, nowMs: number, cause: DeathCause | null): void;
}

export const createWorkerLog = (log: Log): WorkerLog => ({
  decided: ({ slot, pid }, { type, because }) => {
    const code = type === "drain" ? "log.worker-draining" : "log.worker-killed";
    const message = { code, facts: { slot, pid, because } };
    if (type === "time-out-boot") log.error(message);
    else log.debug(message);
  },
  ready: ({ slot, pid, generation, bornAtMs, readyAtMs }) => {
    const bootMs = Math.round((readyAtMs ?? bornAtMs) - bornAtMs);
    log.debug({ code: "log.worker-ready", facts: { slot, pid, generation, bootMs } });
  },
  failed: ({ slot, failure }) => {
    const { message = null, place = null } = failure ?? {};
    log.error({ code: "log.app-failed", facts: { slot, message, place } });
  },
  changedCode: ({ slot, pid, generation }) => log.warn({ code: "log.changed-code", facts: { slot, pid, generation } }),
  overdue: (record, requests) => {
    for (const { method, path, ageMs, traceId = null } of requests) {
      const facts = { slot: record?.slot ?? null, method, path, ageMs, traceId };
      log.warn({ code: "log.request-timed-out", facts });
    }
  },
  hung: ({ slot, pid }, because, usedMs) =>
    log.error({ code: "log.worker-hung", facts: { slot, pid, because, usedMs: Math.round(usedMs) } }),
  ended: ({ slot, pid, generation, asked, failure }, end, { streak, notBeforeMs }, nowMs, cause) => {
    const { code, signal, notForked } = end;
    const message =
      notForked === undefined
        ? { code: "log.worker-exit", facts: { slot, pid, generation, code, signal, expected: asked, cause } }
        : { code: "log.not-forked", facts: { slot, generation, found: `os.${notForked}` } };
    // A boot that failed has said why already.
    if ((asked && cause === null) || failure !== null) log.debug(message);
    else log.error(message);
    if (asked || streak <= 1) return;
    const delayMs = Math.max(0, Math.round(notBeforeMs - nowMs));
    log.warn({ code: "log.backing-off", facts: { slot, delayMs, failures: streak } });
  },
});
