import type { MainThread } from "../host/main-thread.ts";
import { beginSilence, goOn, type Hang, judgeSilence, type Silence } from "./hang.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Looks from outside at workers that say nothing (TRAPS 15), and tells which of them hang. */
export interface HangWatch {
  /** To be called ten times a second. A worker that speaks is not looked at, a silent one four times a second. */
  look(records: Iterable<WorkerRecord>, nowMs: number): readonly Hung[];
}

export interface Hung extends Hang {
  readonly workerId: number;
}

/** `lookAt` gives null for a process that has ended, and where the system tells nothing. */
export const createHangWatch = (lookAt: (pid: number) => MainThread | null): HangWatch => {
  const silences = new Map<number, Silence>();
  let lookedAtMs: number | null = null;
  let readsSinceMs = 0;

  const silenceOf = (record: WorkerRecord, nowMs: number): Silence | null => {
    const sinceMs = Math.max(record.heardAtMs, readsSinceMs);
    const before = silences.get(record.id);
    if (nowMs - sinceMs < silentAfterMs) return null;
    if (before?.sinceMs === sinceMs && nowMs - before.last.atMs < lookEveryMs) return before;
    const thread = lookAt(record.pid);
    if (thread === null) return null;
    const look = { atMs: nowMs, ...thread };
    return before?.sinceMs === sinceMs ? goOn(before, look) : beginSilence(sinceMs, look);
  };

  return {
    look: (records, nowMs) => {
      // Who has slept himself (suspended, stopped, starved) has not read what was said meanwhile.
      if (lookedAtMs !== null && nowMs - lookedAtMs > sleptMs) readsSinceMs = nowMs;
      lookedAtMs = nowMs;
      const hung: Hung[] = [];
      for (const record of records) {
        const limitMs = record.effective?.hangKillAfterMs ?? null;
        const canHang = record.state === "ready" || record.state === "draining";
        const silence = canHang && limitMs !== null ? silenceOf(record, nowMs) : null;
        if (silence === null || limitMs === null) silences.delete(record.id);
        else {
          silences.set(record.id, silence);
          const hang = judgeSilence(silence, limitMs);
          if (hang !== null) hung.push({ workerId: record.id, ...hang });
        }
      }
      return hung;
    },
  };
};

/** Beats come every second. */
const silentAfterMs = 1_100;
const lookEveryMs = 250;
const sleptMs = 1_000;
