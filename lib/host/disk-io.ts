import { existsSync } from "node:fs";
import type { UsageSources } from "./usage-sources.ts";

export interface DiskReader {
  /** Share of the time since the last call in which the busiest disk had work; null on the first call. */
  busiest(): number | null;
}

/** `hasDevice`: whether /sys knows hardware behind the name. Partitions, loops, RAM disks and stacked devices have none. */
export const createDiskReader = (sources: UsageSources, hasDevice = hardwareBehind): DiskReader => {
  const real = new Map<string, boolean>();
  const isReal = (name: string): boolean => {
    const known = real.get(name);
    if (known !== undefined) return known;
    const found = hasDevice(name);
    real.set(name, found);
    return found;
  };
  let before: Reading | null = null;
  return {
    busiest: () => {
      const now = { atMs: sources.nowMs(), busyMs: busyTimes(sources.read("/proc/diskstats"), isReal) };
      const last = before;
      before = now;
      if (last === null || now.atMs <= last.atMs) return null;
      const shares = [...now.busyMs].map(([name, busyMs]) => {
        // Counters of 32 bits go round: a step back is no figure.
        const usedMs = Math.max(0, busyMs - (last.busyMs.get(name) ?? busyMs));
        return Math.min(1, usedMs / (now.atMs - last.atMs));
      });
      return shares.length === 0 ? null : Math.max(...shares);
    },
  };
};

interface Reading {
  readonly atMs: number;
  readonly busyMs: ReadonlyMap<string, number>;
}

/** "major minor name" and then, as the tenth figure, io_ticks: milliseconds with at least one request in progress. */
const busyTimes = (diskstats: string | null, isReal: (name: string) => boolean): ReadonlyMap<string, number> =>
  new Map(
    (diskstats ?? "").split("\n").flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      const name = fields[2];
      const busyMs = Number(fields[12]);
      return name === undefined || Number.isNaN(busyMs) || !isReal(name) ? [] : [[name, busyMs] as const];
    }),
  );

const hardwareBehind = (name: string): boolean => existsSync(`/sys/block/${name.replaceAll("/", "!")}/device`);
