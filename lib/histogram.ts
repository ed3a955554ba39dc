/**
 * A mergeable histogram of milliseconds: log-linear, 16 steps an octave (an error of at most 1/16), from 1/64 ms to
 * about 12 days in 640 counters.
 *
 * hdr-histogram-js does the same and costs 64 ms of CPU to load (measured, Node 20): a second of CPU over 16 workers at
 * every start and swap. This file costs nothing.
 */
export interface Histogram {
  record(valueMs: number): void;
  /** Adds what another process recorded. */
  merge(sparse: SparseHistogram): void;
  /** Everything recorded since the last call, and forgets it. */
  take(): SparseHistogram;
  count(): number;
  /** Upper edge of the bucket that holds the quantile (0..1); null when nothing was recorded. */
  quantile(q: number): number | null;
  /** The quantile as if the values of its bucket lay evenly in it: for beside the figures of other tools. */
  estimate(q: number): number | null;
}

/** Pairs of bucket index and count, flattened: [index, count, index, count, …]. */
export type SparseHistogram = readonly number[];

export const createHistogram = (): Histogram => {
  const counts = new Uint32Array(bucketCount);
  let total = 0;
  const add = (index: number, count: number): void => {
    counts[index] = (counts[index] ?? 0) + count;
    total += count;
  };
  const sparse = (): number[] => {
    const pairs: number[] = [];
    counts.forEach((count, index) => {
      if (count > 0) pairs.push(index, count);
    });
    return pairs;
  };
  /** The bucket that holds the quantile, and at which share of those in it. */
  const bucketAt = (q: number): { readonly index: number; readonly share: number } => {
    const rank = Math.max(1, Math.ceil(q * total));
    let seen = 0;
    for (let index = 0; index < bucketCount; index++) {
      const here = counts[index] ?? 0;
      if (seen + here >= rank) return { index, share: (rank - seen) / here };
      seen += here;
    }
    return { index: bucketCount - 1, share: 1 };
  };
  return {
    record: (valueMs) => add(bucketOf(valueMs), 1),
    merge: (pairs) => {
      for (let i = 0; i + 1 < pairs.length; i += 2) add(clampIndex(pairs[i] ?? 0), pairs[i + 1] ?? 0);
    },
    take: () => {
      if (total === 0) return [];
      const pairs = sparse();
      counts.fill(0);
      total = 0;
      return pairs;
    },
    count: () => total,
    quantile: (q) => (total === 0 ? null : upperEdgeMs(bucketAt(q).index)),
    estimate: (q) => {
      if (total === 0) return null;
      const { index, share } = bucketAt(q);
      const lower = index === 0 ? 0 : upperEdgeMs(index - 1);
      return lower + (upperEdgeMs(index) - lower) * share;
    },
  };
};

/** How many were recorded, and their sum: each counts as the middle of its bucket. */
export const sumOf = (sparse: SparseHistogram): { readonly count: number; readonly totalMs: number } => {
  let count = 0;
  let totalMs = 0;
  for (let i = 0; i + 1 < sparse.length; i += 2) {
    const many = sparse[i + 1] ?? 0;
    count += many;
    totalMs += many * middleMs(clampIndex(sparse[i] ?? 0));
  }
  return { count, totalMs };
};

/** What several processes recorded, for ever: counters that only grow, for those who look at differences. */
export interface Cumulative {
  merge(sparse: SparseHistogram): void;
  /** As of now. */
  counts(): Counts;
}

/** By bucket. */
export type Counts = Float64Array;

export const createCumulative = (): Cumulative => {
  // Not 32 bits: a bucket may be hit ten thousand times a second for years.
  const counts = new Float64Array(bucketCount);
  return {
    merge: (pairs) => {
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        const index = clampIndex(pairs[i] ?? 0);
        counts[index] = (counts[index] ?? 0) + (pairs[i + 1] ?? 0);
      }
    },
    counts: () => counts.slice(),
  };
};

export const countsBetween = (before: Counts, after: Counts): Counts =>
  after.map((count, index) => count - (before[index] ?? 0));

export const totalOf = (counts: Counts): number => counts.reduce((sum, count) => sum + count, 0);

/** Upper edge of the bucket that holds the quantile (0..1); null when nothing was recorded. */
export const quantileOf = (counts: Counts, q: number): number | null => {
  const total = totalOf(counts);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  const index = counts.findIndex((count) => (seen += count) >= rank);
  return upperEdgeMs(index < 0 ? bucketCount - 1 : index);
};

/** Exact where `edgeMs` is a power of two of milliseconds, or half-way (or a quarter, …) between two. */
export const countUpTo = (counts: Counts, edgeMs: number): number =>
  counts.reduce((sum, count, index) => (upperEdgeMs(index) <= edgeMs ? sum + count : sum), 0);

/** From the middle of each bucket: an error of at most 1/32. */
export const totalMsOf = (counts: Counts): number =>
  counts.reduce((sum, count, index) => (count === 0 ? sum : sum + count * middleMs(index)), 0);

const middleMs = (index: number): number =>
  index === 0 ? upperEdgeMs(0) / 2 : (upperEdgeMs(index - 1) + upperEdgeMs(index)) / 2;

const stepBits = 4;
const stepsPerOctave = 2 ** stepBits;
const smallestMs = 1 / 64;
const octaves = 40;
const bucketCount = stepsPerOctave * octaves;

const clampIndex = (index: number): number => Math.min(bucketCount - 1, Math.max(0, index));

const bucketOf = (valueMs: number): number => {
  if (!(valueMs > smallestMs)) return 0;
  const units = (valueMs / smallestMs) * stepsPerOctave;
  if (units >= 2 ** 32) return bucketOfLong(valueMs);
  // Paid by every request, so in whole numbers: the top bit is the octave, the bits below it the step.
  const octave = 31 - Math.clz32(units) - stepBits;
  return octave * stepsPerOctave + ((units >>> octave) & (stepsPerOctave - 1));
};

/** Beyond 70 minutes. */
const bucketOfLong = (valueMs: number): number => {
  const scaled = valueMs / smallestMs;
  const octave = Math.floor(Math.log2(scaled));
  const within = Math.floor((scaled / 2 ** octave - 1) * stepsPerOctave);
  return clampIndex(octave * stepsPerOctave + within);
};

const upperEdgeMs = (index: number): number => {
  const octave = Math.floor(index / stepsPerOctave);
  const within = (index % stepsPerOctave) + 1;
  return smallestMs * 2 ** octave * (1 + within / stepsPerOctave);
};
