import type { Profile } from "../profile/schema.ts";
import type { WorkerRecord } from "./worker-record.ts";

export type RecycleBounds = Profile["recycle"];

/** The worker that is to be replaced next; `because` is a code of the catalogue. */
export interface Recycled {
  readonly workerId: number;
  readonly because: "because.recycle-memory" | "because.recycle-requests" | "because.recycle-age";
  /** What it has reached: MB, requests or seconds. */
  readonly found: number;
}

/**
 * Which worker has done its time: one at a time, so nobody while another is missing, late to be replaced or on its way out.
 * Each has its own bounds, lower by up to `jitter`: workers born together do not go together. Pure.
 */
export const chooseToRecycle = (
  bounds: RecycleBounds,
  { records, workers }: { readonly records: readonly WorkerRecord[]; readonly workers: number },
  nowMs: number,
): Recycled | null => {
  if (bounds === "off") return null;
  const isWhole = records.length === workers && records.every(({ state, outgoing }) => state === "ready" && !outgoing);
  if (!isWhole) return null;
  for (const record of records.toSorted((a, b) => a.bornAtMs - b.bornAtMs || a.slot - b.slot)) {
    const share = 1 - bounds.jitter * spreadOf(record.pid);
    const reached = [
      ["because.recycle-memory", (record.beat?.rssBytes ?? 0) / bytesPerMb, bounds.maxRssMb],
      ["because.recycle-requests", record.beat?.served ?? 0, bounds.maxRequests],
      ["because.recycle-age", (nowMs - record.bornAtMs) / 1_000, bounds.maxAgeSec],
    ] as const;
    const over = reached.find(([, found, most]) => found >= most * share);
    if (over !== undefined) return { workerId: record.id, because: over[0], found: Math.round(over[1]) };
  }
  return null;
};

/** 0 to 1, the same for a process all its life, and far apart for neighbours (golden ratio). */
const spreadOf = (pid: number): number => (pid * 0.618_033_988_75) % 1;

const bytesPerMb = 1_048_576;
