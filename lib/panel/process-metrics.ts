import { readdirSync, readFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import { counter, type Family, gauge, one } from "./metric-family.ts";

/** The master's own process, under the names that every client library gives them. */
export const processFamilies = (residentBytes: number | null): readonly Family[] => {
  const { user, system } = process.cpuUsage();
  const { used_heap_size: heapUsedBytes, total_heap_size: heapTotalBytes } = getHeapStatistics();
  const files = openFiles();
  return [
    counter("process_cpu_user_seconds_total", "User CPU time of the master.", one(user / 1e6)),
    counter("process_cpu_system_seconds_total", "System CPU time of the master.", one(system / 1e6)),
    counter("process_cpu_seconds_total", "User and system CPU time of the master.", one((user + system) / 1e6)),
    gauge("process_resident_memory_bytes", "Resident memory of the master.", one(residentBytes)),
    gauge("process_start_time_seconds", "Start of the master, in seconds since 1970.", one(startedSec())),
    gauge("process_open_fds", "Open file descriptors of the master.", one(files.open)),
    gauge("process_max_fds", "Most file descriptors that the master may open.", one(files.max)),
    gauge("nodejs_heap_size_used_bytes", "JavaScript heap in use in the master.", one(heapUsedBytes)),
    gauge("nodejs_heap_size_total_bytes", "JavaScript heap of the master.", one(heapTotalBytes)),
  ];
};

const startedSec = (): number => Math.round(Date.now() / 1_000 - process.uptime());

/** Known on Linux alone. */
const openFiles = (): { readonly open: number | null; readonly max: number | null } => {
  try {
    const [, max] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    // One of them is the folder that is being read.
    return { open: readdirSync("/proc/self/fd").length - 1, max: max === undefined ? null : Number(max) };
  } catch {
    return { open: null, max: null };
  }
};
