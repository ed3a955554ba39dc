import type { CacheInvalidation } from "../protocol/invalidation.ts";
import type { RawHandle } from "../protocol/raw-handle.ts";
import { type EffectiveLimits, monotonicMs, type ToMaster } from "../protocol/worker-messages.ts";
import type { Roster } from "./roster.ts";
import { assignmentFor } from "./generation.ts";
import type { Leadership } from "./leadership.ts";
import type { SupervisorDependencies } from "./supervisor.ts";
import type { WorkerLog } from "./worker-log.ts";
import type { WorkerRecord } from "./worker-record.ts";

export interface HearWorkersDependencies extends Pick<
  SupervisorDependencies,
  "pool" | "door" | "traffic" | "accessed" | "blackBoxes" | "instance" | "drill" | "codeChanged" | "warn" | "poolFilled"
> {
  readonly roster: Roster;
  readonly leadership: Leadership;
  readonly say: WorkerLog;
  /** What a worker said may have changed what is to be done. */
  readonly settle: () => void;
  readonly elect: () => void;
  /** To all workers. */
  readonly relay: (message: CacheInvalidation) => void;
}

/** What becomes of what a worker says: noted in its record, and passed on to whom it concerns. */
export const createHearWorkers = (dependencies: HearWorkersDependencies): HearWorkers => {
  const { roster, door, traffic, blackBoxes, leadership, say, settle } = dependencies;

  const greet = (workerId: number): void => {
    const record = roster.note(workerId, { type: "heard" });
    const generation = record === null ? undefined : roster.generationOf(record);
    if (record === null || generation === undefined) return;
    void lookAtCode(record);
    const assignment = assignmentFor(generation, record.slot, false, dependencies.instance());
    dependencies.pool().send(workerId, { type: "assign", assignment });
    const drill = dependencies.drill();
    if (drill !== null) dependencies.pool().send(workerId, drill);
  };

  /** Before it loads the app and after; nobody waits for the answer. */
  const lookAtCode = async (record: WorkerRecord): Promise<void> => {
    const generation = roster.generationOf(record);
    if (generation === undefined || !(await dependencies.codeChanged(generation))) return;
    if (roster.records.get(record.id)?.changedCode !== false) return;
    const changed = roster.note(record.id, { type: "code-changed" });
    if (changed !== null) say.changedCode(changed);
  };

  const admit = (record: WorkerRecord | null): void => {
    if (record?.state !== "ready") return;
    void lookAtCode(record);
    door.open({
      id: record.id,
      slot: record.slot,
      generation: record.generation,
      capacity: capacityOf(record.effective),
      hand: (arrival, raw, failed) =>
        dependencies.pool().send(record.id, { type: "connection", ...arrival }, raw, failed),
      giveBack: (request) => dependencies.pool().send(record.id, { type: "give-back", ...request }),
    });
    say.ready(record);
    blackBoxes.ready(record);
    settle();
  };

  return (workerId, message, handle) => {
    door.heard(workerId);
    if (roster.records.get(workerId)?.state === "hung") setImmediate(settle);
    switch (message.type) {
      case "accepted":
        return door.accepted(workerId, message.id, message.closed);
      case "closed":
        return door.closed(workerId, message.ids);
      case "returned":
        return handle === null ? undefined : door.returned(workerId, message.id, handle);
      case "gave":
        return door.gave(workerId, message.count);
      case "beat":
        say.overdue(roster.note(workerId, message), message.beat.overdue);
        door.busy(workerId, message.beat.inFlight + message.beat.queued);
        roster.seenOf(workerId)?.heard(workerId, message.beat, monotonicMs());
        return traffic.add(message.beat, monotonicMs());
      case "access":
        return dependencies.accessed(message.text, message.lines, message.dropped);
      case "invalidate":
        return dependencies.relay(message);
      case "hello":
        return greet(workerId);
      case "pool-filled":
        return dependencies.poolFilled(workerId, message.pool);
      case "warning": {
        const record = roster.note(workerId, message);
        const { code, detail } = message.warning;
        if (record !== null) dependencies.warn({ code, facts: { detail } }, record.generation);
        return;
      }
      case "dying": {
        const record = roster.note(workerId, { type: "heard" });
        return record === null ? undefined : blackBoxes.dying(record, message.lastWords);
      }
      case "resigned":
        leadership.resigned(workerId);
        return dependencies.elect();
      case "ready":
        return admit(roster.note(workerId, message));
      case "failed": {
        const record = roster.note(workerId, message);
        const echo = record === null ? undefined : roster.raised.get(record.generation)?.echo;
        if (record !== null && echo?.isEcho(record.slot, message.failure.message) !== true) say.failed(record);
        return;
      }
      case "drained":
        roster.note(workerId, { type: "heard" });
    }
  };
};

export type HearWorkers = (workerId: number, message: ToMaster, handle: RawHandle | null) => void;

/** As read back from the worker: its request slots and its share of the queue. */
const capacityOf = (effective: EffectiveLimits | null): number =>
  (effective?.requestsPerWorker ?? Number.POSITIVE_INFINITY) + (effective?.queueMax ?? 0);
