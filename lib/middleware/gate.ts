import type { Visit } from "./visit.ts";
import { leavesItsSlot } from "./visit.ts";
import { createTicker, tickMs } from "./ticker.ts";

/** Request slots and the queue in front of them, first come first served. */
export interface Gate<V extends Visit> {
  readonly limits: GateLimits;
  /** Runs it, queues it, or sheds it. */
  enter(visit: V): void;
  /** Its answer is over or its client is gone: frees its slot or its place in the queue. */
  leave(visit: V): void;
  inFlight(): number;
  queued(): number;
  /** Those in a slot and those that wait for one. */
  present(): readonly V[];
}

export interface GateLimits {
  readonly requestsPerWorker: number;
  readonly queueMax: number;
  readonly waitTimeoutMs: number;
}

interface GateDependencies<V extends Visit> {
  readonly limits: GateLimits;
  readonly now: () => number;
  readonly run: (visit: V) => void;
  /** The queue is full, or its wait budget is used up. */
  readonly shed: (visit: V) => void;
  /** It left its slot while its answer goes on. */
  readonly streams?: (visit: V) => void;
}

export const createGate = <V extends Visit>({ limits, now, run, shed, streams }: GateDependencies<V>): Gate<V> => {
  const { requestsPerWorker, queueMax, waitTimeoutMs } = limits;
  const running = new Set<V>();
  const queue: V[] = [];

  const start = (visit: V): void => {
    visit.state = "running";
    visit.slotAtMs = now();
    running.add(visit);
    ticker.arm();
    run(visit);
  };

  const startWaiting = (): void => {
    while (running.size < requestsPerWorker) {
      const next = queue.shift();
      if (next === undefined) return;
      start(next);
    }
  };

  const leaveQueue = (visit: V): void => {
    const place = queue.indexOf(visit);
    if (place >= 0) queue.splice(place, 1);
  };

  const ticker = createTicker(tickMs, () => {
    for (const visit of running) {
      if (!leavesItsSlot(visit)) continue;
      running.delete(visit);
      visit.state = "streaming";
      streams?.(visit);
    }
    startWaiting();
    const atMs = now();
    for (const visit of queue.filter((one) => atMs - one.waitFromMs >= waitTimeoutMs)) {
      leaveQueue(visit);
      shed(visit);
    }
    return running.size > 0 || queue.length > 0;
  });

  return {
    limits,
    enter: (visit) => {
      if (queue.length === 0 && running.size < requestsPerWorker) start(visit);
      else if (queue.length < queueMax && now() - visit.waitFromMs < waitTimeoutMs) {
        visit.state = "queued";
        queue.push(visit);
        ticker.arm();
      } else shed(visit);
    },
    leave: (visit) => {
      const state = visit.state;
      visit.state = "over";
      if (state === "queued") leaveQueue(visit);
      else if (running.delete(visit)) startWaiting();
    },
    inFlight: () => running.size,
    queued: () => queue.length,
    present: () => [...running, ...queue],
  };
};
