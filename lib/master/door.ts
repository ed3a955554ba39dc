import { monotonicMs } from "../protocol/worker-messages.ts";
import type { RawHandle } from "../protocol/raw-handle.ts";
import { type Candidate, chooseWorker } from "./choose-worker.ts";
import type { Refuser } from "./refuse.ts";

/**
 * Counts every client of the instance, and decides who is open, who is held and who is turned away.
 *
 * A client is *open* from the moment it has a place: it may still wait some milliseconds for a worker to acknowledge
 * the one before it (at most one handle is on its way to a worker, TRAPS 43). Beyond the limit, and while no worker is
 * ready, clients are *held*: accepted, unread, in order of arrival.
 */
export interface Door {
  accept(handle: RawHandle): void;
  setLimits(limits: DoorLimits): void;
  limits(): DoorLimits;
  /** Only workers of this generation get connections from now on. */
  point(generation: number): void;
  open(worker: DoorWorker): void;
  /** The worker gets nothing new; what it holds stays counted until it is gone. */
  shut(workerId: number): void;
  /** The worker and its channel are gone: what it never acknowledged goes to another worker (TRAPS 21). */
  gone(workerId: number): void;
  accepted(workerId: number, id: number): void;
  closed(workerId: number, ids: readonly number[]): void;
  returned(workerId: number, id: number, handle: RawHandle): void;
  /** The worker was heard from: it is on time. */
  heard(workerId: number): void;
  /** Looks for expired waits and late workers; to be called about ten times a second. */
  tick(): void;
  /** Nothing more is held: everyone still waiting is told 503. */
  refuseHeld(): void;
  figures(): DoorFigures;
  connectionsOf(workerId: number): number;
}

export interface DoorLimits {
  readonly connections: number;
  readonly backlog: number;
  readonly waitTimeoutMs: number;
}

export interface DoorWorker {
  readonly id: number;
  readonly generation: number;
  /** Sends the handle; `failed` is called when the channel refused it. */
  readonly hand: (handover: Handover, handle: RawHandle, failed: () => void) => void;
}

export interface Handover {
  readonly id: number;
  readonly acceptedAtMs: number;
  readonly returned: boolean;
}

export interface DoorFigures {
  readonly open: number;
  readonly held: number;
  /** For how long clients have been held without a break. */
  readonly heldForSec: number;
  /** Clients told 503 by the door since the start. */
  readonly refused: number;
}

export interface DoorDependencies {
  readonly refuser: Refuser;
  /** Someone began to be held, or nobody is any more. */
  readonly pressureChanged: (held: number) => void;
}

interface Connection {
  readonly id: number;
  readonly acceptedAtMs: number;
  handle: RawHandle | null;
  returned: boolean;
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

export const createDoor = ({ refuser, pressureChanged }: DoorDependencies): Door => {
  const workers = new Map<number, Placed>();
  /** Have a place and wait for their turn to be handed over; returned ones in front. */
  let turns: Connection[] = [];
  /** Have no place. */
  let held: Connection[] = [];
  let limits: DoorLimits = { connections: 0, backlog: 0, waitTimeoutMs: 0 };
  let generation = 0;
  let nextId = 1;
  let openCount = 0;
  let refused = 0;
  let pressed = 0;
  let heldSinceMs: number | null = null;

  /** Kept up to date instead of searched for: it is looked at for every connection. */
  let serving: Placed[] = [];
  const recount = (): void => {
    serving = [...workers.values()].filter((placed) => !placed.shut && placed.worker.generation === generation);
  };
  const someoneServes = (): boolean => serving.length > 0;

  const turnAway = (connection: Connection): void => {
    refused += 1;
    if (connection.handle !== null) refuser.refuse(connection.handle, retryAfterSec);
    connection.handle = null;
  };

  const handTo = (placed: Placed, connection: Connection): void => {
    const { handle } = connection;
    if (handle === null) return;
    placed.onItsWay = connection;
    placed.onItsWaySinceMs = monotonicMs();
    placed.handingOver = true;
    placed.connections += 1;
    placed.given += 1;
    const { id, acceptedAtMs, returned } = connection;
    placed.worker.hand({ id, acceptedAtMs, returned }, handle, () => {
      shut(placed);
    });
  };

  const shut = (placed: Placed): void => {
    placed.shut = true;
    recount();
  };

  const advance = (): void => {
    while (held.length > 0 && openCount < limits.connections && someoneServes()) {
      const first = held.shift();
      if (first === undefined) break;
      openCount += 1;
      turns.push(first);
    }
    while (turns.length > 0) {
      const placed = chooseWorker(serving);
      const first = placed === null ? undefined : turns.shift();
      if (placed === null || first === undefined) break;
      handTo(placed, first);
    }
    heldSinceMs = held.length === 0 ? null : (heldSinceMs ?? monotonicMs());
    const atTheLimit = someoneServes() ? held.length : 0;
    if (atTheLimit > 0 !== pressed > 0) {
      pressed = atTheLimit;
      pressureChanged(atTheLimit);
    }
  };

  const expire = (now: number): void => {
    const before = now - limits.waitTimeoutMs;
    const waitsOn = (connection: Connection): boolean => connection.returned || connection.acceptedAtMs > before;
    for (const connection of held) if (!waitsOn(connection)) turnAway(connection);
    held = held.filter((connection) => connection.handle !== null);
    for (const connection of turns) {
      if (waitsOn(connection)) continue;
      openCount -= 1;
      turnAway(connection);
    }
    turns = turns.filter((connection) => connection.handle !== null);
  };

  return {
    accept: (handle) => {
      const connection: Connection = { id: nextId++, acceptedAtMs: monotonicMs(), handle, returned: false };
      if (held.length === 0 && openCount < limits.connections && someoneServes()) {
        openCount += 1;
        turns.push(connection);
      } else if (held.length < limits.backlog) held.push(connection);
      else turnAway(connection);
      advance();
    },
    setLimits: (next) => {
      limits = next;
      while (held.length > limits.backlog) {
        const last = held.pop();
        if (last !== undefined) turnAway(last);
      }
      advance();
    },
    limits: () => limits,
    point: (next) => {
      generation = next;
      recount();
      advance();
    },
    open: (worker) => {
      workers.set(worker.id, {
        id: worker.id,
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
      recount();
      advance();
    },
    shut: (workerId) => {
      const placed = workers.get(workerId);
      if (placed !== undefined) shut(placed);
    },
    gone: (workerId) => {
      const placed = workers.get(workerId);
      if (placed === undefined) return;
      workers.delete(workerId);
      recount();
      openCount -= placed.holds.size;
      if (placed.onItsWay !== null) turns.unshift(placed.onItsWay);
      advance();
    },
    accepted: (workerId, id) => {
      const placed = workers.get(workerId);
      const connection = placed?.onItsWay;
      if (placed === undefined || connection === null || connection?.id !== id) return;
      connection.handle?.close();
      connection.handle = null;
      connection.returned = false;
      placed.holds.set(id, connection);
      placed.onItsWay = null;
      placed.handingOver = false;
      advance();
    },
    closed: (workerId, ids) => {
      const placed = workers.get(workerId);
      if (placed === undefined) return;
      for (const id of ids) {
        if (!placed.holds.delete(id)) continue;
        placed.connections -= 1;
        openCount -= 1;
      }
      advance();
    },
    returned: (workerId, id, handle) => {
      handle.readStop();
      const placed = workers.get(workerId);
      const connection = placed?.holds.get(id);
      if (placed === undefined || connection === undefined) {
        handle.close();
        return;
      }
      placed.holds.delete(id);
      placed.connections -= 1;
      connection.handle = handle;
      connection.returned = true;
      turns.unshift(connection);
      advance();
    },
    heard: (workerId) => {
      const placed = workers.get(workerId);
      if (placed !== undefined) placed.heardAtMs = monotonicMs();
    },
    tick: () => {
      const now = monotonicMs();
      for (const placed of workers.values()) {
        const silentMs = now - placed.heardAtMs - silenceAllowedMs;
        const unacknowledgedMs = placed.handingOver ? now - placed.onItsWaySinceMs - acknowledgeWithinMs : 0;
        // Whole seconds: where all are late, small differences must not send everything to one.
        placed.lateMs = Math.ceil(Math.max(0, silentMs, unacknowledgedMs) / 1_000) * 1_000;
      }
      expire(now);
      advance();
    },
    refuseHeld: () => {
      for (const connection of held) turnAway(connection);
      held = [];
      advance();
    },
    figures: () => ({
      open: someoneServes() ? openCount : openCount - turns.length,
      held: someoneServes() ? held.length : held.length + turns.length,
      heldForSec: heldSinceMs === null ? 0 : (monotonicMs() - heldSinceMs) / 1_000,
      refused,
    }),
    connectionsOf: (workerId) => workers.get(workerId)?.connections ?? 0,
  };
};

/** Beats come every second; two and a half without any word is late. */
const silenceAllowedMs = 2_500;
/** An acknowledgement takes well under a millisecond; a quarter second without it means a blocked loop. */
const acknowledgeWithinMs = 250;
/** What a refused client is told to wait: long enough for places to free up, short enough for a person. */
const retryAfterSec = 2;
