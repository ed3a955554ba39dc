import { systemSources, type UsageSources } from "./usage-sources.ts";

/**
 * Memory that a process has for itself, with its share of what it has in common with others (PSS): what one worker more
 * costs. An idle worker of 76 MB RSS is 37 MB PSS (TRAPS 16). Takes about a millisecond; null where the system does not
 * tell, or the process is another user's or gone.
 */
export const proportionalMemoryBytes = (pid: number, { read }: UsageSources = systemSources): number | null => {
  const found = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? "")?.[1];
  return found === undefined ? null : Number(found) * 1024;
};

/** Memory of a process that is in RAM, what it shares with others included (RSS); quick, and null as above. */
export const residentMemoryBytes = (
  pid: number,
  { read }: Pick<UsageSources, "read"> = systemSources,
): number | null => {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return found === undefined ? null : Number(found) * 1024;
};
