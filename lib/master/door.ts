import type { RawHandle } from "../protocol/raw-handle.ts";
import { type AskedBack, createGiveBacks } from "./give-backs.ts";
import { type Connection, createPlacements, type Placements } from "./placements.ts";
import type { Refuser } from "./refuse.ts";

/**
 * Counts every client of the instance, and decides who is open, who is held and who is turned away.
 *
 * A client is *open* from the moment it has a place: it may still wait some milliseconds for its turn to be handed over.
 * Beyond the limit, and while no worker is ready, clients are *held*: accepted, unread, in order of arrival.
 */
export interface Door extends Pick<Placements, "shut" | "heard" | "busy" | "connectionsOf"> {
  accept(handle: RawHandle): void;
  setLimits(limits: DoorLimits): void;
  limits(): DoorLimits;
  /** Only workers of these generations get connections from now on; more than one while a change rolls. */
  point: Placements["point"];
  open: Placements["open"];
  /** The worker and its channel are gone: what it never acknowledged goes to another worker (TRAPS 21). */
  gone(workerId: number): void;
  /** The socket `id` is the worker's now, and these others of its are over. */
  accepted(workerId: number, id: number, closed: readonly number[]): void;
  /** The handle on its way did not arrive: the client goes to another worker. */
  notReceived(workerId: number): void;
  closed(workerId: number, ids: readonly number[]): void;
  returned(workerId: number, id: number, handle: RawHandle): void;
  /** Ends what the worker was asked to give back. */
  gave(workerId: number, count: number): void;
  /** Looks for expired waits, late workers and connections that belong elsewhere; to be called about ten times a second. */
  tick(): void;
  /** Nobody is held any more: everyone who waits is told 503. */
  refuseHeld(): void;
  /** Nobody will serve: those who wait for their turn are told as well. */
  refuseWaiting(): void;
  figures(): DoorFigures;
}

export interface DoorLimits {
  /** How many workers share the connections when all are there. */
  readonly workers: number;
  readonly connections: number;
  readonly backlog: number;
  readonly waitTimeoutMs: number;
}

export interface DoorFigures {
  readonly open: number;
  readonly held: number;
  /** For how long clients have been held without a break. */
  readonly heldForSec: number;
}

export interface DoorDependencies {
  readonly refuser: Refuser;
  /** One client was told 503. */
  readonly refused: () => void;
  /** Someone began to be held for want of a place, or nobody is any more. */
  readonly pressureChanged: (held: number) => void;
  /** A worker was asked for connections. */
  readonly askedBack: (ask: AskedBack) => void;
  /** Of a client's address, which then decides over its slot; null: the fewest connections do. */
  readonly keyOf: ((handle: RawHandle) => number) | null;
  /** Monotonic. */
  readonly now: () => number;
}

export const createDoor = (dependencies: DoorDependencies): Door => {
  const { refuser, refused, pressureChanged, askedBack, keyOf, now } = dependencies;
  const placements = createPlacements(now);
  const sticky = keyOf !== null;
  const giveBacks = createGiveBacks(sticky, askedBack);
  /** Have a place and wait for their turn; returned ones in front. */
  let turns: Connection[] = [];
  /** Have no place. */
  let held: Connection[] = [];
  let limits: DoorLimits = { workers: 0, connections: 0, backlog: 0, waitTimeoutMs: 0 };
  let nextId = 1;
  let openCount = 0;
  let pressed = false;
  let heldSinceMs: number | null = null;
  let evenedOutAtMs = 0;

  const hasRoom = (): boolean => openCount < limits.connections && placements.someoneServes();
  const turnAway = (connection: Connection): void => {
    refused();
    if (connection.handle !== null) refuser.refuse(connection.handle, retryAfterSec);
    connection.handle = null;
  };

  /** While workers are missing, idle connections of those that are there can take all the room. */
  const turnsAreStuck = (): boolean => {
    // Where the address decides, room does not.
    if (sticky) return false;
    const first = turns.find(({ returned }) => !returned);
    return first !== undefined && now() - first.acceptedAtMs > stuckAfterMs;
  };

  /** Nobody turns it away, and its next request may be on it already: it does not wait for missing workers for ever. */
  const hasWaited = ({ returned, waitsSinceMs }: Connection): boolean =>
    returned && now() - waitsSinceMs >= limits.waitTimeoutMs;

  const advance = (): void => {
    while (held.length > 0 && hasRoom()) {
      openCount += 1;
      turns.push(...held.splice(0, 1));
    }
    // Not `while (length) give(shift())`: that spins when everybody is busy (TRAPS 21).
    let looked = 0;
    const stay: Connection[] = [];
    const crowded = openCount > limits.connections * crowdedFrom;
    for (const connection of turns) {
      if (sticky && !placements.someoneIsFree()) break;
      if (!placements.place(connection, crowded, hasWaited(connection))) {
        // One that waits for a certain worker holds nobody up who does not.
        if (connection.key === null && connection.givenBy === null) break;
        stay.push(connection);
      }
      looked += 1;
    }
    if (looked > stay.length) turns.splice(0, looked, ...stay);
    const waiting = held.length + (turnsAreStuck() ? turns.length : 0);
    const presses = waiting > 0 && placements.someoneServes();
    heldSinceMs = held.length === 0 ? null : (heldSinceMs ?? now());
    if (presses === pressed) return;
    pressed = presses;
    pressureChanged(presses ? waiting : 0);
  };

  const expire = (nowMs: number): void => {
    const waitsOn = (connection: Connection): boolean =>
      connection.returned || nowMs - connection.acceptedAtMs < limits.waitTimeoutMs;
    const lateTurns = turns.filter((connection) => !waitsOn(connection));
    const lateHeld = held.filter((connection) => !waitsOn(connection));
    if (lateTurns.length + lateHeld.length === 0) return;
    turns = turns.filter(waitsOn);
    held = held.filter(waitsOn);
    openCount -= lateTurns.length;
    for (const connection of [...lateTurns, ...lateHeld]) turnAway(connection);
  };

  /** Whatever was told about a worker may free a place or a turn. */
  const thenAdvance =
    <Args extends readonly unknown[]>(tell: (...args: Args) => void) =>
    (...args: Args): void => {
      tell(...args);
      advance();
    };

  return {
    accept: (handle) => {
      const nowMs = now();
      const connection: Connection = {
        id: nextId++,
        acceptedAtMs: nowMs,
        waitsSinceMs: nowMs,
        handle,
        returned: false,
        givenBy: null,
        key: keyOf?.(handle) ?? null,
      };
      if (held.length === 0 && hasRoom()) {
        openCount += 1;
        turns.push(connection);
      } else if (held.length < limits.backlog) held.push(connection);
      else turnAway(connection);
      advance();
    },
    setLimits: thenAdvance((next) => {
      limits = next;
      placements.expect(next.workers);
      for (const connection of held.splice(limits.backlog)) turnAway(connection);
    }),
    limits: () => limits,
    point: thenAdvance(placements.point),
    open: thenAdvance(placements.open),
    shut: placements.shut,
    gone: thenAdvance((workerId) => {
      const { over, unacknowledged } = placements.gone(workerId);
      giveBacks.gone(workerId);
      openCount -= over;
      if (unacknowledged !== null) turns.unshift(unacknowledged);
    }),
    accepted: thenAdvance((workerId, id, closed) => {
      if (closed.length > 0) openCount -= placements.closed(workerId, closed);
      placements.accepted(workerId, id);
    }),
    notReceived: thenAdvance((workerId) => {
      const connection = placements.notReceived(workerId);
      if (connection !== null) turns.unshift(connection);
    }),
    closed: thenAdvance((workerId, ids) => {
      openCount -= placements.closed(workerId, ids);
    }),
    returned: thenAdvance((workerId, id, handle) => {
      // It may still be set to read in the worker's eyes (TRAPS 36).
      handle.readStop();
      const connection = placements.take(workerId, id);
      if (connection === null) {
        handle.close();
        return;
      }
      connection.handle = handle;
      connection.returned = true;
      connection.waitsSinceMs = now();
      turns.unshift(connection);
    }),
    gave: (workerId, count) => giveBacks.answered(workerId, count, now()),
    heard: placements.heard,
    busy: placements.busy,
    tick: thenAdvance(() => {
      const nowMs = now();
      placements.judgeLateness(nowMs);
      expire(nowMs);
      if (nowMs - evenedOutAtMs < evenOutEveryMs) return;
      evenedOutAtMs = nowMs;
      giveBacks.look(placements.serving(), nowMs);
    }),
    refuseHeld: thenAdvance(() => {
      for (const connection of held.splice(0)) turnAway(connection);
    }),
    refuseWaiting: thenAdvance(() => {
      const waiting = [...turns.splice(0), ...held];
      openCount -= waiting.length - held.length;
      held = [];
      for (const connection of waiting) turnAway(connection);
    }),
    figures: () => {
      // Without anybody to serve them, those with a place wait like the others.
      const waitingOpen = placements.someoneServes() ? 0 : turns.length;
      return {
        open: openCount - waitingOpen,
        held: held.length + waitingOpen,
        heldForSec: heldSinceMs === null ? 0 : (now() - heldSinceMs) / 1_000,
      };
    },
    connectionsOf: placements.connectionsOf,
  };
};

const stuckAfterMs = 1_000;
const evenOutEveryMs = 1_000;
/** Workers may tell of ended connections late; at this share of the limit that must not cost anybody a place. */
const crowdedFrom = 0.5;
/** What a refused client is told to wait: long enough for places to free up, short enough for a person. */
const retryAfterSec = 2;
