import type { Snapshot } from "../../protocol/snapshot.ts";

/** What the view has seen of the last minutes, a sample a second; null where there was no answer. */
export interface Trail {
  readonly samples: readonly (Sample | null)[];
  /** Since the view was opened, so that the columns of a sparkline do not flicker as samples move on. */
  readonly taken: number;
  readonly last: { readonly served: number; readonly pid: number; readonly atMs: number } | null;
}

export interface Sample {
  /** Answers since the sample before, a second; null in the first. */
  readonly requestsPerSec: number | null;
  readonly p95Ms: number | null;
  readonly connections: number;
  /** 0..1 */
  readonly cpu: number | null;
}

export const emptyTrail: Trail = { samples: [], taken: 0, last: null };

/** `snapshot` null: it did not answer. */
export const follow = (trail: Trail, snapshot: Snapshot | null, nowMs: number): Trail => {
  const sample = snapshot === null ? null : sampleOf(trail, snapshot, nowMs);
  return {
    samples: [...trail.samples, sample].slice(-samplesKept),
    taken: trail.taken + 1,
    last: snapshot === null ? trail.last : { served: snapshot.load.served, pid: snapshot.master.pid, atMs: nowMs },
  };
};

const sampleOf = ({ last }: Trail, { load, host, master }: Snapshot, nowMs: number): Sample => {
  const seconds = last === null ? 0 : (nowMs - last.atMs) / 1000;
  const isSame = last !== null && last.pid === master.pid && load.served >= last.served && seconds > 0;
  return {
    requestsPerSec: isSame ? (load.served - last.served) / seconds : null,
    p95Ms: load.p95Ms,
    connections: load.connections,
    cpu: host.cpu,
  };
};

/**
 * So many columns of blocks, the newest at the right, each the most of its samples; blank where nothing is known.
 * `atLeast`: what a full block stands for, unless there was more.
 */
export const sparkline = (
  { samples, taken }: Trail,
  figure: (sample: Sample) => number | null,
  columns: number,
  atLeast: number,
): string => {
  const each = Math.max(1, Math.ceil(samplesKept / Math.max(1, columns)));
  const newest = Math.ceil(taken / each);
  const first = taken - samples.length;
  const most = Array.from({ length: columns }, (): number | null => null);
  let top = atLeast;
  for (const [index, sample] of samples.entries()) {
    const column = columns - newest + Math.floor((first + index) / each);
    const value = sample === null ? null : figure(sample);
    if (value === null || column < 0) continue;
    most[column] = Math.max(most[column] ?? 0, value);
    top = Math.max(top, value);
  }
  return most.map((value) => (value === null ? " " : blockOf(value / top))).join("");
};

/** Nothing at all is the lowest block, and anything at all is more. */
const blockOf = (share: number): string =>
  blocks[share <= 0 ? 0 : Math.max(1, Math.min(blocks.length - 1, Math.round(share * (blocks.length - 1))))] ?? " ";

const blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Five minutes. */
const samplesKept = 300;
