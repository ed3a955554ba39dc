import type { Log } from "../log.ts";
import type { Generation } from "./generation.ts";
import { chooseToRecycle, type RecycleBounds } from "./recycle.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Replaces workers that have done their time, one at a time, the new one first; never in a moment that is not calm. */
export interface Recycling {
  /** It looks at this generation from now on. */
  follow(generation: Generation): void;
  /** What it works with; null before it follows one. */
  bounds(): RecycleBounds | null;
  /** To be called once a second. */
  tick(nowMs: number): void;
}

export interface RecyclingDependencies {
  readonly records: () => readonly WorkerRecord[];
  readonly replace: (workerId: number) => void;
  /** No change, nobody waits, every service is well, and the code on disk is what the generation runs. */
  readonly isCalm: () => boolean;
  readonly log: Log;
}

export const createRecycling = ({ records, replace, isCalm, log }: RecyclingDependencies): Recycling => {
  let followed: { readonly id: number; readonly workers: number; readonly bounds: RecycleBounds } | null = null;
  return {
    follow: ({ id, profile: { workers, recycle } }) => {
      followed = { id, workers, bounds: recycle };
    },
    bounds: () => followed?.bounds ?? null,
    tick: (nowMs) => {
      if (followed === null || followed.bounds === "off" || !isCalm()) return;
      const { id, workers, bounds } = followed;
      const own = records().filter(({ generation }) => generation === id);
      const chosen = chooseToRecycle(bounds, { records: own, workers }, nowMs);
      const record = own.find((one) => one.id === chosen?.workerId);
      if (chosen === null || record === undefined) return;
      const { because, found } = chosen;
      log.info({ code: "log.recycling", facts: { slot: record.slot, pid: record.pid, because, found } });
      replace(record.id);
    },
  };
};
