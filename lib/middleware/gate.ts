import { createTicker, tickMs } from "./ticker.ts";
import type { Visit } from "./visit.ts";
import { leavesItsSlot } from "./visit.ts";

/** Request slots and the queue in front of them, first come first served. */
export interface Gate<V extends Visit> {
  readonly limits: GateLimits;
  /** Runs it, queues it, or sheds it; `atMs`: when it comes, where that is later than its arrival. */
  enter(visit: V, atMs?: number): void;
  /** Its answer is over or its client is gone: frees its slot or its place in the queue. */
  leave(visit: V): void;
  inFlight(): number;
  queued(): number;
  /** Those in a slot and those that wait for one. */
  present(): readonly V[];
  /** Those that left their slot and are still being sent. */
  streaming(): Iterable<V>;
}

export interface GateLimits {
  readonly requestsPerWorker: number;
  readonly queueMax: number;
  readonly waitTimeoutMs: number;
  /** From its slot to the end of its answer; absent where something else watches that. */
  readonly requestTimeoutMs?: number;
}

interface GateDependencies<V extends Visit> {
  readonly limits: GateLimits;
  readonly now: () => number;
  readonly run: (visit: V) => void;
  /** The queue is full, or its wait budget is used up. */
  readonly shed: (visit: V) => void;
  /** It ran longer than `requestTimeoutMs`. Its slot is free as soon as it is answered. */
  readonly expire?: (visit: V) => void;
}

export const createGate = <V extends Visit>({ limits, now, run, shed, expire }: GateDependencies<V>): Gate<V> => {
  const { requestsPerWorker, queueMax, waitTimeoutMs, requestTimeoutMs = Infinity } = limits;
  // A handful at most: an array with each one's place costs a tenth of a Set, and this is paid by every request.
  const running: V[] = [];
  const queue: V[] = [];
  const streaming = new Set<V>();

  const start = (visit: V, atMs: number): void => {
    visit.state = "running";
    visit.slotAtMs = atMs;
    visit.place = running.length;
    running.push(visit);
    ticker.arm();
    run(visit);
  };

  const leaveSlot = (visit: V): void => {
    const last = running.pop();
    if (last === undefined || last === visit) return;
    running[visit.place] = last;
    last.place = visit.place;
  };

  const startWaiting = (): void => {
    while (queue.length > 0 && running.length < requestsPerWorker) {
      const next = queue.shift();
      if (next !== undefined) start(next, now());
    }
  };

  const leaveQueue = (visit: V): void => {
    const place = queue.indexOf(visit);
    if (place >= 0) queue.splice(place, 1);
  };

  const look = (visit: V, atMs: number): void => {
    const streams = leavesItsSlot(visit);
    if (!streams && atMs - visit.slotAtMs < requestTimeoutMs) return;
    visit.state = "streaming";
    streaming.add(visit);
    leaveSlot(visit);
    if (!streams) expire?.(visit);
  };

  const ticker = createTicker(Math.min(tickMs, requestTimeoutMs), () => {
    const atMs = now();
    for (const visit of [...running]) look(visit, atMs);
    startWaiting();
    for (const visit of queue.filter((one) => atMs - one.waitFromMs >= waitTimeoutMs)) {
      leaveQueue(visit);
      shed(visit);
    }
    return running.length > 0 || queue.length > 0;
  });

  return {
    limits,
    enter: (visit, atMs = visit.arrivedAtMs) => {
      if (queue.length === 0 && running.length < requestsPerWorker) start(visit, atMs);
      else if (queue.length < queueMax && atMs - visit.waitFromMs < waitTimeoutMs) {
        visit.state = "queued";
        queue.push(visit);
        ticker.arm();
      } else shed(visit);
    },
    leave: (visit) => {
      const { state } = visit;
      visit.state = "over";
      if (state === "queued") leaveQueue(visit);
      else if (state === "running") {
        leaveSlot(visit);
        startWaiting();
      } else if (state === "streaming") streaming.delete(visit);
    },
    inFlight: () => running.length,
    queued: () => queue.length,
    present: () => [...running, ...queue],
    streaming: () => streaming,
  };
};
