/** The memory of one generation's workers since the door pointed to it, as their beats tell it. */
export interface MemorySeen {
  begin(): void;
  heard(workerId: number, rssBytes: number, nowMs: number): void;
  /** `halfAtMs`: the middle of the time seen. Null where nobody has spoken lately. */
  figures(nowMs: number, halfAtMs: number): MemoryFigures | null;
}

/** Means over the workers that speak. */
export interface MemoryFigures {
  readonly rssBytes: number;
  /** Since the door pointed to it. */
  readonly roseBytes: number;
  /** In the second half of that time. */
  readonly roseLatelyBytes: number;
}

export const createMemorySeen = (): MemorySeen => {
  const workers = new Map<number, WorkerMemory>();
  return {
    begin: () => workers.clear(),
    heard: (workerId, rssBytes, nowMs) => {
      const reading = { atMs: nowMs, rssBytes };
      const known = workers.get(workerId) ?? { first: reading, readings: [reading], heardAtMs: nowMs };
      known.heardAtMs = nowMs;
      workers.set(workerId, known);
      if (known.readings.at(-1)?.rssBytes === rssBytes) return;
      known.readings.push(reading);
      if (known.readings.length > readingsKept) known.readings.shift();
    },
    figures: (nowMs, halfAtMs) => {
      for (const [workerId, { heardAtMs }] of workers) if (nowMs - heardAtMs > goneAfterMs) workers.delete(workerId);
      if (workers.size === 0) return null;
      const sums = { rssBytes: 0, roseBytes: 0, roseLatelyBytes: 0 };
      for (const { first, readings } of workers.values()) {
        const last = readings.at(-1) ?? first;
        const half = readings.findLast(({ atMs }) => atMs <= halfAtMs) ?? first;
        sums.rssBytes += last.rssBytes;
        sums.roseBytes += last.rssBytes - first.rssBytes;
        sums.roseLatelyBytes += last.rssBytes - half.rssBytes;
      }
      const mean = (sum: number): number => Math.round(sum / workers.size);
      return {
        rssBytes: mean(sums.rssBytes),
        roseBytes: mean(sums.roseBytes),
        roseLatelyBytes: mean(sums.roseLatelyBytes),
      };
    },
  };
};

interface Reading {
  readonly atMs: number;
  readonly rssBytes: number;
}

interface WorkerMemory {
  readonly first: Reading;
  /** Only where it changed. */
  readonly readings: Reading[];
  heardAtMs: number;
}

/** Twenty minutes: a worker looks every fifth beat. */
const readingsKept = 240;
const goneAfterMs = 5_000;
