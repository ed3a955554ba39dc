import type { HomePaths } from "../home/paths.ts";
import { createRunRecordWriter } from "../home/run-record.ts";
import { identityOf, type ProcessIdentity } from "../host/process-identity.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Keeps the processes of the fleet written down, for the start that follows a killed master. */
export interface FleetRecord {
  /** To be called when workers come and go; a burst of calls is written once. */
  changed(): void;
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
  let written = "";
  let due = false;
  let ended = false;
  const write = (): void => {
    due = false;
    if (ended) return;
    const alive = records();
    const pids = alive.map(({ pid }) => pid);
    if (master === null || pids.join() === written) return;
    written = pids.join();
    for (const pid of known.keys()) if (!pids.includes(pid)) known.delete(pid);
    for (const pid of pids) if (!known.has(pid)) known.set(pid, identityOf(pid));
    const workers = alive.flatMap(({ slot, generation, pid }) => {
      const identity = known.get(pid) ?? null;
      return identity === null ? [] : [{ slot, generation, identity }];
    });
    writer.write({ master, workers }).catch(failed);
  };
  return {
    changed: () => {
      if (due) return;
      due = true;
      setImmediate(write);
    },
    remove: () => {
      ended = true;
      return writer.remove();
    },
  };
};
