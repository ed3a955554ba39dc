import { statfsSync, statSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { createCgroupReader } from "./cgroup.ts";
import { systemSources, type UsageSources } from "./usage-sources.ts";

/** What the machine has to give; null where the system does not tell. */
export interface Capacity {
  /** Of the machine, or of the tightest quota of a cgroup: 1.5 is one and a half. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** What could still be taken without swapping, of the machine or of the cgroup's limit: the smaller. */
  readonly availableBytes: number;
  /** Of the file system that holds the folder. */
  readonly disk: { readonly bytes: number; readonly freeBytes: number } | null;
  /** Whether a real disk behind it turns; null for a network, a RAM disk, another system. */
  readonly isRotational: boolean | null;
  /** Files and sockets that one process may have open. */
  readonly descriptors: number | null;
  /** Clients that the kernel lets wait on a listening socket. */
  readonly somaxconn: number | null;
}

/** A few reads of /proc and /sys; starts no process. */
export const readCapacity = (folder: string, sources: UsageSources = systemSources): Capacity => {
  const { read } = sources;
  const cgroup = createCgroupReader(sources).limits();
  const memory = (name: string): number | null => bytesOf(read("/proc/meminfo"), name);
  const disk = quietly(() => statfsSync(folder));
  return {
    cores: Math.min(availableParallelism(), cgroup.cores ?? Number.POSITIVE_INFINITY),
    memoryBytes: Math.min(totalmem(), cgroup.memoryBytes ?? Number.POSITIVE_INFINITY),
    availableBytes: Math.min(memory("MemAvailable") ?? freemem(), cgroup.availableBytes ?? Number.POSITIVE_INFINITY),
    disk: disk === null ? null : { bytes: disk.blocks * disk.bsize, freeBytes: disk.bavail * disk.bsize },
    isRotational: rotationalOf(folder, read),
    descriptors: numberIn(/^Max open files\s+(\d+)/m, read("/proc/self/limits")),
    somaxconn: numberIn(/^(\d+)/, read("/proc/sys/net/core/somaxconn")),
  };
};

/** A partition has no queue of its own: its disk is one folder up. */
const rotationalOf = (folder: string, read: UsageSources["read"]): boolean | null => {
  const device = quietly(() => statSync(folder).dev);
  if (device === null) return null;
  const base = `/sys/dev/block/${major(device)}:${minor(device)}`;
  const told = read(`${base}/queue/rotational`) ?? read(`${base}/../queue/rotational`);
  return told === null ? null : told.trim() === "1";
};

/** As glibc packs them into st_dev; up to 2^32 is all that disks use. */
const major = (device: number): number => Math.floor(device / 256) & 0xfff;
const minor = (device: number): number => (device & 0xff) | (Math.floor(device / 0x100000) << 8);

const bytesOf = (meminfo: string | null, name: string): number | null => {
  const found = numberIn(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m"), meminfo);
  return found === null ? null : found * 1024;
};

const numberIn = (pattern: RegExp, text: string | null): number | null => {
  const found = pattern.exec(text ?? "")?.[1];
  return found === undefined ? null : Number(found);
};

const quietly = <T>(ask: () => T): T | null => {
  try {
    return ask();
  } catch {
    return null;
  }
};
