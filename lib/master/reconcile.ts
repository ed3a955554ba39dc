import { newSlot, type SlotHistory } from "./restart-policy.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What should be there. Start, crash, reload, stage change and rollback only ever change this. */
export interface DesiredGeneration {
  readonly id: number;
  /** `retire`: its workers drain; it is forgotten when the last has gone. */
  readonly want: "up" | "retire";
  /** Slots 1 to this one; workers of others drain. */
  readonly workers: number;
  /** Whether a worker that ended is replaced; in development the next save decides. */
  readonly revives: boolean;
  readonly bootTimeoutMs: number;
  /** From the drain message to SIGKILL. */
  readonly drainTimeoutMs: number;
}

/** `because` is a code of the catalogue. */
export type Action = { readonly because: string } & (
  | { readonly type: "fork"; readonly generation: number; readonly slot: number }
  | { readonly type: "drain"; readonly workerId: number }
  | { readonly type: "kill"; readonly workerId: number }
  | { readonly type: "time-out-boot"; readonly workerId: number }
);

export interface Reconciled {
  readonly actions: readonly Action[];
  /** When to look again although nothing happened; null when only an event can change the answer. */
  readonly nextAtMs: number | null;
}

/** desired × what is there × now → what to do, each with its reason. Pure. */
export const reconcile = (
  desired: readonly DesiredGeneration[],
  records: readonly WorkerRecord[],
  slotHistory: (generation: number, slot: number) => SlotHistory | undefined,
  nowMs: number,
): Reconciled => {
  const actions: Action[] = [];
  const dueMs: number[] = [];
  const wanted = new Map(desired.map((generation) => [generation.id, generation]));

  for (const record of records) {
    const generation = wanted.get(record.generation);
    const decision =
      record.state === "hung" ? decideHung(record, generation, records) : decide(record, generation, records);
    if (decision === null) continue;
    if (decision.atMs <= nowMs) actions.push({ ...decision.action, workerId: record.id });
    else dueMs.push(decision.atMs);
  }

  for (const generation of desired) {
    if (generation.want !== "up") continue;
    const taken = new Set(
      records
        .filter((record) => record.generation === generation.id && takesItsSlot(record))
        .map((record) => record.slot),
    );
    for (let slot = 1; slot <= generation.workers; slot++) {
      if (taken.has(slot)) continue;
      const history = slotHistory(generation.id, slot) ?? newSlot;
      if (history.restarts > 0 && !generation.revives) continue;
      if (history.notBeforeMs > nowMs) dueMs.push(history.notBeforeMs);
      else {
        const because = history.restarts === 0 ? "because.missing" : "because.crashed";
        actions.push({ type: "fork", generation: generation.id, slot, because });
      }
    }
  }
  return { actions, nextAtMs: dueMs.length === 0 ? null : Math.min(...dueMs) };
};

/** One that hangs, or has done its time, has its replacement beside it for a while. */
const takesItsSlot = ({ state, asked, hungSinceMs, outgoing }: WorkerRecord): boolean =>
  state !== "ended" && !asked && hungSinceMs === null && !outgoing;

const isReplaced = (record: WorkerRecord, records: readonly WorkerRecord[]): boolean =>
  records.some(
    ({ id, generation, slot, state }) =>
      id !== record.id && generation === record.generation && slot === record.slot && state === "ready",
  );

interface Decision {
  readonly atMs: number;
  readonly action: { readonly type: "drain" | "kill" | "time-out-boot"; readonly because: string };
}

const decide = (
  record: WorkerRecord,
  generation: DesiredGeneration | undefined,
  records: readonly WorkerRecord[],
): Decision | null => {
  if (record.state === "ended" || record.state === "killed") return null;
  if (generation === undefined) {
    return { atMs: 0, action: { type: "kill", because: "because.surplus" } };
  }
  const isWanted = generation.want === "up" && record.slot <= generation.workers;
  if (record.state === "booting") {
    if (!isWanted) {
      return { atMs: 0, action: { type: "kill", because: "because.change" } };
    }
    return {
      atMs: record.bornAtMs + generation.bootTimeoutMs,
      action: { type: "time-out-boot", because: "because.boot-timeout" },
    };
  }
  if (record.state === "draining") {
    return {
      atMs: (record.drainingSinceMs ?? 0) + generation.drainTimeoutMs,
      action: { type: "kill", because: "because.stop-timeout" },
    };
  }
  if (!isWanted) return { atMs: 0, action: { type: "drain", because: "because.change" } };
  return record.outgoing && isReplaced(record, records)
    ? { atMs: 0, action: { type: "drain", because: "because.recycled" } }
    : null;
};

/** A new worker first, then its black box, then the kill; one that speaks again meanwhile may finish what it has. */
const decideHung = (
  record: WorkerRecord,
  generation: DesiredGeneration | undefined,
  records: readonly WorkerRecord[],
): Decision => {
  const sinceMs = record.hungSinceMs ?? 0;
  const isWanted = generation?.want === "up" && !record.asked;
  if (isWanted && record.heardAtMs > sinceMs) return { atMs: 0, action: { type: "drain", because: "because.hung" } };
  const picturedAtMs = record.pictured ? 0 : sinceMs + pictureWithinMs;
  return {
    atMs: isWanted && !isReplaced(record, records) ? sinceMs + generation.bootTimeoutMs : picturedAtMs,
    action: { type: "kill", because: "because.hung" },
  };
};

/** For its black box, which is mostly there before the new worker is. */
const pictureWithinMs = 1_000;
