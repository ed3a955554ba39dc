import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { isSame, type ProcessIdentity } from "../host/process-identity.ts";
import { removeHalfWritten } from "./half-written.ts";
import type { HomePaths } from "./paths.ts";
import { readRunRecord, type RunningWorker } from "./run-record.ts";

export interface Leftovers {
  /** Processes of the last run that were still there and were ended now. */
  readonly ended: readonly Leftover[];
  /** Those that are there even after SIGKILL: of another user, or stuck in the kernel. */
  readonly remaining: readonly Leftover[];
  /** There is a record that cannot be read: who was left behind is not known. */
  readonly unknown: boolean;
}

export interface Leftover extends ProcessIdentity {
  /** null: the master itself. */
  readonly slot: number | null;
}

/**
 * Ends what the last run of this home left behind, half-written files too; the caller holds the lock. A recorded pid that now belongs to another
 * process is never signalled. A master that has already given the lock back gets `masterGraceMs` to end by itself.
 */
export const endLeftovers = async (
  paths: Pick<HomePaths, "runRecord">,
  { deadlineMs = 3000, masterGraceMs = 1500 } = {},
): Promise<Leftovers> => {
  removeHalfWritten(paths);
  const record = readRunRecord(paths);
  if (record === null) return { ended: [], remaining: [], unknown: existsSync(paths.runRecord) };
  const workers = record.workers.map(leftoverOf).filter(isOurs);
  const master = [{ ...record.master, slot: null }].filter(isOurs);
  workers.forEach(kill);
  await allGone(master, masterGraceMs);
  const stubborn = master.filter(isSame);
  stubborn.forEach(kill);
  const targets = [...workers, ...stubborn];
  await allGone(targets, deadlineMs);
  return { ended: targets.filter((target) => !isSame(target)), remaining: targets.filter(isSame), unknown: false };
};

const leftoverOf = ({ slot, identity }: RunningWorker): Leftover => ({ ...identity, slot });

const isOurs = (leftover: Leftover): boolean => leftover.pid !== process.pid && isSame(leftover);

const kill = ({ pid }: Leftover): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone meanwhile, or of another user: the look afterwards tells which.
  }
};

const allGone = async (processes: readonly Leftover[], deadlineMs: number): Promise<void> => {
  const endsAtMs = performance.now() + deadlineMs;
  while (processes.some(isSame) && performance.now() < endsAtMs) await pause(10);
};
