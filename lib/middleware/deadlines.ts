import type { Visit } from "./visit.ts";
import { leavesItsSlot } from "./visit.ts";
import { createTicker, tickMs } from "./ticker.ts";

/** One deadline for every request that runs, watched by one shared timer. */
export interface Deadlines<V extends Visit> {
  readonly timeoutMs: number;
  /** From here its time counts (`slotAtMs`). */
  start(visit: V): void;
  stop(visit: V): void;
}

interface DeadlineDependencies<V extends Visit> {
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly expire: (visit: V) => void;
}

export const createDeadlines = <V extends Visit>({ timeoutMs, now, expire }: DeadlineDependencies<V>): Deadlines<V> => {
  const running = new Set<V>();
  const ticker = createTicker(Math.min(tickMs, timeoutMs), () => {
    const atMs = now();
    for (const visit of running) {
      const expired = atMs - visit.slotAtMs >= timeoutMs;
      if (leavesItsSlot(visit)) running.delete(visit);
      else if (expired) {
        running.delete(visit);
        expire(visit);
      }
    }
    return running.size > 0;
  });
  return {
    timeoutMs,
    start: (visit) => {
      running.add(visit);
      ticker.arm();
    },
    stop: (visit) => {
      running.delete(visit);
    },
  };
};
