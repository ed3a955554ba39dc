import type { Arrival, GiveBackRequest } from "../protocol/worker-messages.ts";
import type { RawHandle } from "../protocol/raw-handle.ts";
import { chooseSlot } from "./choose-slot.ts";
import { type Candidate, chooseTaker, chooseWorker } from "./choose-worker.ts";

/** One client as the door knows it. */
export interface Connection {
  readonly id: number;
  /** Monotonic. */
  readonly acceptedAtMs: number;
  /** The master's own copy, until a worker has acknowledged that it holds the socket. */
  handle: RawHandle | null;
  /** It was served before and came back idle: it has its place, and is turned away no more. */
  returned: boolean;
  /** Monotonic: since it came, or came back. */
  waitsSinceMs: number;
  /** The worker that gave it back although it serves on: another is to have it. */
  givenBy: number | null;
  /** Of the client's address, where that decides (`chooseSlot`). */
  readonly key: number | null;
}

export interface DoorWorker {
  readonly id: number;
  readonly slot: number;
  readonly generation: number;
  /** Its request slots and queue places. */
  readonly capacity: number;
  /** Sends the handle; `failed` is called when the channel refused it. */
  readonly hand: (arrival: Arrival, handle: RawHandle, failed: () => void) => void;
  readonly giveBack: (request: GiveBackRequest) => void;
}

/** Which worker holds which connection, and who gets the next one. */
export interface Placements {
  /** Someone would take a connection, now or in a moment. */
  someoneServes(): boolean;
  /** Somebody of those has no hand-over on its way. */
  someoneIsFree(): boolean;
  /** Another array whenever somebody comes or goes. */
  serving(): readonly Serving[];
  /**
   * Hands it over; false when it must wait: for an acknowledgement (TRAPS 43), or for room while workers are missing, which
   * one that has waited its time does no longer.
   */
  place(connection: Connection, crowded: boolean, hasWaited: boolean): boolean;
  point(generations: ReadonlySet<number>): void;
  /** How many workers are to serve. */
  expect(workers: number): void;
  open(worker: DoorWorker): void;
  shut(workerId: number): void;
  /** What the worker held is over; what it never acknowledged comes back. */
  gone(workerId: number): { readonly over: number; readonly unacknowledged: Connection | null };
  accepted(workerId: number, id: number): void;
  /** What was on its way did not reach the worker, which gets nothing more for a second; null: nothing was. */
  notReceived(workerId: number): Connection | null;
  /** How many of these it held. */
  closed(workerId: number, ids: readonly number[]): number;
  /** Takes an idle connection from its worker; null when it does not hold it. */
  take(workerId: number, id: number): Connection | null;
  heard(workerId: number): void;
  /** How many requests it has in progress or waiting. */
  busy(workerId: number, requests: number): void;
  judgeLateness(nowMs: number): void;
  connectionsOf(workerId: number): number;
}

/** A worker that gets connections. */
export interface Serving extends Candidate {
  readonly slot: number;
  readonly worker: DoorWorker;
  readonly holds: ReadonlyMap<number, Connection>;
  readonly busy: number;
}

interface Placed extends Serving {
  readonly holds: Map<number, Connection>;
  onItsWay: Connection | null;
  onItsWaySinceMs: number;
  heardAtMs: number;
  shut: boolean;
  connections: number;
  given: number;
  handingOver: boolean;
  /** It could not take the last one: until then nothing more is sent its way, and it counts as one that does not answer. */
  unableUntilMs: number;
  busy: number;
  lateMs: number;
  /** When it was last found late. */
  lateAtMs: number;
  calm: boolean;
}

export const createPlacements = (now: () => number): Placements => {
  const workers = new Map<number, Placed>();
  let generations: ReadonlySet<number> = new Set();
  let expected = 0;
  /** Kept up to date instead of searched for: it is looked at for every connection. */
  let serving: Placed[] = [];
  const recount = (): void => {
    serving = [...workers.values()].filter((placed) => !placed.shut && generations.has(placed.worker.generation));
  };
  const shut = (placed: Placed): void => {
    placed.shut = true;
    recount();
  };

  const choose = ({ key, givenBy }: Connection, hasWaited: boolean): Placed | null => {
    if (key !== null) {
      const own = chooseSlot(serving, key);
      return own?.handingOver === true ? null : own;
    }
    const whole = hasWaited || serving.length >= expected;
    return givenBy === null ? chooseWorker(serving, whole) : chooseTaker(serving, givenBy, whole);
  };

  return {
    someoneServes: () => serving.length > 0,
    someoneIsFree: () => serving.some(({ handingOver }) => !handingOver),
    serving: () => serving,
    place: (connection, crowded, hasWaited) => {
      const placed = choose(connection, hasWaited);
      const { handle } = connection;
      if (placed === null || handle === null) return false;
      placed.onItsWay = connection;
      placed.onItsWaySinceMs = now();
      placed.handingOver = true;
      placed.connections += 1;
      placed.given += 1;
      const { id, acceptedAtMs, returned } = connection;
      placed.worker.hand({ id, acceptedAtMs, returned, crowded }, handle, () => shut(placed));
      return true;
    },
    point: (next) => {
      generations = next;
      recount();
    },
    expect: (count) => {
      expected = count;
    },
    open: (worker) => {
      workers.set(worker.id, newlyOpened(worker, now()));
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
      connection.givenBy = null;
      placed.holds.set(id, connection);
      placed.onItsWay = null;
      placed.handingOver = false;
    },
    notReceived: (workerId) => {
      const placed = workers.get(workerId);
      const connection = placed?.onItsWay ?? null;
      if (placed === undefined || connection === null) return null;
      placed.onItsWay = null;
      placed.connections -= 1;
      placed.unableUntilMs = now() + unableForMs;
      return connection;
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
      connection.givenBy = placed.shut ? null : workerId;
      return connection;
    },
    heard: (workerId) => {
      const placed = workers.get(workerId);
      if (placed !== undefined) placed.heardAtMs = now();
    },
    busy: (workerId, requests) => {
      const placed = workers.get(workerId);
      if (placed !== undefined) placed.busy = requests;
    },
    judgeLateness: (nowMs) => {
      for (const placed of workers.values()) {
        if (placed.onItsWay === null && nowMs >= placed.unableUntilMs) placed.handingOver = false;
        placed.lateMs = latenessOf(placed, nowMs);
        if (placed.lateMs > 0) placed.lateAtMs = nowMs;
        placed.calm = nowMs - placed.lateAtMs >= calmAfterMs;
      }
    },
    connectionsOf: (workerId) => workers.get(workerId)?.connections ?? 0,
  };
};

const newlyOpened = (worker: DoorWorker, nowMs: number): Placed => ({
  id: worker.id,
  slot: worker.slot,
  capacity: worker.capacity,
  worker,
  holds: new Map(),
  onItsWay: null,
  onItsWaySinceMs: 0,
  heardAtMs: nowMs,
  shut: false,
  connections: 0,
  given: 0,
  handingOver: false,
  unableUntilMs: 0,
  busy: 0,
  lateMs: 0,
  lateAtMs: Number.NEGATIVE_INFINITY,
  calm: true,
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
const unableForMs = 1_000;
/** A worker that was late gets connections of others only after so long on time. */
const calmAfterMs = 10_000;
