import type { HomePaths } from "../home/paths.ts";
import { createRunRecordWriter, type ReachedStep } from "../home/run-record.ts";
import { identityOf, type ProcessIdentity } from "../host/process-identity.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Keeps the processes of the fleet written down, for the start that follows a killed master. */
export interface FleetRecord {
  /** To be called when workers come and go; a burst of calls is written once. */
  changed(): void;
  /** Of the change under way; null: it has ended. */
  reached(step: ReachedStep | null): void;
  /** Every process has ended. */
  remove(): Promise<void>;
}

export const createFleetRecord = (
  paths: Pick<HomePaths, "runRecord">,
  records: () => readonly WorkerRecord[],
  failed: (error: unknown) => void,
): FleetRecord => {
  const writer = createRunRecordWriter(paths);
  const master = identityOf(process.pid);
  const known = new Map<number, ProcessIdentity | null>();
  let step: ReachedStep | null = null;
  let written = "";
  let due = false;
  let ended = false;
  const write = (): void => {
    due = false;
    if (ended) return;
    const alive = records();
    const pids = alive.map(({ pid }) => pid);
    const now = [step?.code, ...pids].join();
    if (master === null || now === written) return;
    written = now;
    for (const pid of known.keys()) if (!pids.includes(pid)) known.delete(pid);
    for (const pid of pids) if (!known.has(pid)) known.set(pid, identityOf(pid));
    const workers = alive.flatMap(({ slot, generation, pid }) => {
      const identity = known.get(pid) ?? null;
      return identity === null ? [] : [{ slot, generation, identity }];
    });
    writer.write({ master, workers, step }).catch(failed);
  };
  const writeSoon = (): void => {
    if (due) return;
    due = true;
    setImmediate(write);
  };
  return {
    changed: writeSoon,
    reached: (next) => {
      step = next;
      writeSoon();
    },
    remove: () => {
      ended = true;
      return writer.remove();
    },
  };
};
