import { readCapacity } from "../host/capacity.ts";
import { proportionalMemoryBytes } from "../host/proportional-memory.ts";
import { writtenBytes } from "../host/written-bytes.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What the host has, and what the instance takes of it beyond what beats tell. */
export interface HostLook {
  /** Once a second; `diskIo`: how busy the disk was in it. */
  tick(diskIo: number | null): void;
  found(): HostSeen;
}

export interface HostSeen {
  readonly cores: number | null;
  readonly memoryBytes: number | null;
  readonly availableBytes: number | null;
  readonly isRotational: boolean | null;
  /** PSS of the largest worker; null where none is or the system does not tell. */
  readonly workerBytes: number | null;
  /** Written a second, by pid; empty while the disk is not busy. */
  readonly writes: ReadonlyMap<number, number>;
}

export interface HostLookDependencies {
  /** Whose file system the home is on. */
  readonly folder: string;
  readonly records: () => readonly WorkerRecord[];
  /** Monotonic. */
  readonly now: () => number;
}

export const createHostLook = ({ folder, records, now }: HostLookDependencies): HostLook => {
  let found: HostSeen = nothingSeen;
  let ticks = 0;
  let before: Written | null = null;

  const sizes = (): void => {
    const { cores, memoryBytes, availableBytes, isRotational } = readCapacity(folder);
    const ready = records().filter(({ state }) => state === "ready");
    const largest = ready.toSorted((a, b) => (b.beat?.rssBytes ?? 0) - (a.beat?.rssBytes ?? 0))[0];
    const workerBytes = largest === undefined ? null : proportionalMemoryBytes(largest.pid);
    found = { ...found, cores, memoryBytes, availableBytes, isRotational, workerBytes };
  };
  /** Who writes is a file of /proc each; asked only while it matters. */
  const writes = (diskIo: number | null): void => {
    if ((diskIo ?? 0) < busyFrom) {
      before = null;
      found = { ...found, writes: none };
      return;
    }
    const pids = [process.pid, ...records().map(({ pid }) => pid)];
    const bytes = new Map(pids.flatMap((pid) => pair(pid, writtenBytes(pid))));
    const last = before;
    before = { atMs: now(), bytes };
    if (last === null || before.atMs <= last.atMs) return;
    const overSec = (before.atMs - last.atMs) / 1_000;
    const since = [...bytes].flatMap(([pid, total]) => pair(pid, total - (last.bytes.get(pid) ?? total)));
    found = { ...found, writes: new Map(since.map(([pid, more]) => [pid, Math.max(0, more) / overSec])) };
  };

  return {
    tick: (diskIo) => {
      if (ticks++ % sizesEverySec === 0) sizes();
      writes(diskIo);
    },
    found: () => found,
  };
};

interface Written {
  readonly atMs: number;
  readonly bytes: ReadonlyMap<number, number>;
}

const pair = (pid: number, value: number | null): readonly (readonly [number, number])[] =>
  value === null ? [] : [[pid, value]];

const none: ReadonlyMap<number, number> = new Map();

export const nothingSeen: HostSeen = {
  ...{ cores: null, memoryBytes: null, availableBytes: null, isRotational: null },
  ...{ workerBytes: null, writes: none },
};

/** Below every shipped threshold, so that a look before it is there for the difference. */
const busyFrom = 0.5;
/** About two milliseconds. */
const sizesEverySec = 10;
