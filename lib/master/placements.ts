import { type Arrival, monotonicMs } from "../protocol/worker-messages.ts";
import type { RawHandle } from "../protocol/raw-handle.ts";
import { type Candidate, chooseWorker } from "./choose-worker.ts";

/** One client as the door knows it. */
export interface Connection {
  readonly id: number;
  /** Monotonic. */
  readonly acceptedAtMs: number;
  /** The master's own copy, until a worker has acknowledged that it holds the socket. */
  handle: RawHandle | null;
  /** It was served before and came back idle: it has its place and its wait budget behind it. */
  returned: boolean;
}

export interface DoorWorker {
  readonly id: number;
  readonly generation: number;
  /** Its request slots and queue places. */
  readonly capacity: number;
  /** Sends the handle; `failed` is called when the channel refused it. */
  readonly hand: (arrival: Arrival, handle: RawHandle, failed: () => void) => void;
}

/** Which worker holds which connection, and who gets the next one. */
export interface Placements {
  /** Someone would take a connection, now or in a moment. */
  someoneServes(): boolean;
  /** Hands it over; false when it must wait: for an acknowledgement (TRAPS 43), or for room while workers are missing. */
  place(connection: Connection, crowded: boolean): boolean;
  point(generation: number): void;
  /** How many workers the generation is to have. */
  expect(workers: number): void;
  open(worker: DoorWorker): void;
  shut(workerId: number): void;
  /** What the worker held is over; what it never acknowledged comes back. */
  gone(workerId: number): { readonly over: number; readonly unacknowledged: Connection | null };
  accepted(workerId: number, id: number): void;
  /** How many of these it held. */
  closed(workerId: number, ids: readonly number[]): number;
  /** Takes an idle connection from its worker; null when it does not hold it. */
  take(workerId: number, id: number): Connection | null;
  heard(workerId: number): void;
  judgeLateness(nowMs: number): void;
  connectionsOf(workerId: number): number;
}

interface Placed extends Candidate {
  readonly worker: DoorWorker;
  readonly holds: Map<number, Connection>;
  onItsWay: Connection | null;
  onItsWaySinceMs: number;
  heardAtMs: number;
  shut: boolean;
  connections: number;
  given: number;
  handingOver: boolean;
  lateMs: number;
}

export const createPlacements = (): Placements => {
  const workers = new Map<number, Placed>();
  let generation = 0;
  let expected = 0;
  /** Kept up to date instead of searched for: it is looked at for every connection. */
  let serving: Placed[] = [];
  const recount = (): void => {
    serving = [...workers.values()].filter((placed) => !placed.shut && placed.worker.generation === generation);
  };
  const shut = (placed: Placed): void => {
    placed.shut = true;
    recount();
  };

  return {
    someoneServes: () => serving.length > 0,
    place: (connection, crowded) => {
      const placed = chooseWorker(serving, serving.length >= expected);
      const { handle } = connection;
      if (placed === null || handle === null) return false;
      placed.onItsWay = connection;
      placed.onItsWaySinceMs = monotonicMs();
      placed.handingOver = true;
      placed.connections += 1;
      placed.given += 1;
      const { id, acceptedAtMs, returned } = connection;
      placed.worker.hand({ id, acceptedAtMs, returned, crowded }, handle, () => shut(placed));
      return true;
    },
    point: (next) => {
      generation = next;
      recount();
    },
    expect: (count) => {
      expected = count;
    },
    open: (worker) => {
      workers.set(worker.id, newlyOpened(worker));
      recount();
    },
    shut: (workerId) => {
      const placed = workers.get(workerId);
      if (placed !== undefined) shut(placed);
    },
    gone: (workerId) => {
      const placed = workers.get(workerId);
      workers.delete(workerId);
      recount();
      return { over: placed?.holds.size ?? 0, unacknowledged: placed?.onItsWay ?? null };
    },
    accepted: (workerId, id) => {
      const placed = workers.get(workerId);
      const connection = placed?.onItsWay ?? null;
      if (placed === undefined || connection?.id !== id) return;
      connection.handle?.close();
      connection.handle = null;
      connection.returned = false;
      placed.holds.set(id, connection);
      placed.onItsWay = null;
      placed.handingOver = false;
    },
    closed: (workerId, ids) => {
      const placed = workers.get(workerId);
      if (placed === undefined) return 0;
      const over = ids.filter((id) => placed.holds.delete(id)).length;
      placed.connections -= over;
      return over;
    },
    take: (workerId, id) => {
      const placed = workers.get(workerId);
      const connection = placed?.holds.get(id) ?? null;
      if (placed === undefined || connection === null) return null;
      placed.holds.delete(id);
      placed.connections -= 1;
      return connection;
    },
    heard: (workerId) => {
      const placed = workers.get(workerId);
      if (placed !== undefined) placed.heardAtMs = monotonicMs();
    },
    judgeLateness: (nowMs) => {
      for (const placed of workers.values()) placed.lateMs = latenessOf(placed, nowMs);
    },
    connectionsOf: (workerId) => workers.get(workerId)?.connections ?? 0,
  };
};

const newlyOpened = (worker: DoorWorker): Placed => ({
  id: worker.id,
  capacity: worker.capacity,
  worker,
  holds: new Map(),
  onItsWay: null,
  onItsWaySinceMs: 0,
  heardAtMs: monotonicMs(),
  shut: false,
  connections: 0,
  given: 0,
  handingOver: false,
  lateMs: 0,
});

/** In whole seconds: where all are late, small differences must not send everything to one. */
const latenessOf = ({ heardAtMs, handingOver, onItsWaySinceMs }: Placed, nowMs: number): number => {
  const silentMs = nowMs - heardAtMs - silenceAllowedMs;
  const unacknowledgedMs = handingOver ? nowMs - onItsWaySinceMs - acknowledgeWithinMs : 0;
  return Math.ceil(Math.max(0, silentMs, unacknowledgedMs) / 1_000) * 1_000;
};

/** Beats come every second; two and a half without any word is late. */
const silenceAllowedMs = 2_500;
/** An acknowledgement takes well under a millisecond; a quarter second without it means a blocked loop. */
const acknowledgeWithinMs = 250;
