import type { IncomingMessage, ServerResponse } from "node:http";
import { createTicker, tickMs } from "../ticker.ts";

/** Requests for one answer that the app is being asked for; those that wait hold no slot. */
export interface Flight<V extends CacheVisit> {
  readonly lane: string;
  readonly waiters: Set<V>;
}

/** A request on its way to the app, as the cache knows it. */
export interface CacheVisit {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Where its wait budget began. */
  readonly waitFromMs: number;
}

export interface Flights<V extends CacheVisit> {
  of(lane: string): Flight<V> | undefined;
  open(lane: string): Flight<V>;
  /** It is over: each of those who wait goes on in its own way. */
  settle(flight: Flight<V>, goOn: (visit: V) => void): void;
  wait(flight: Flight<V>, visit: V): void;
  /** Its client is gone. */
  leave(visit: V): void;
}

/** `late`: it waited as long as a request may wait for anything. */
export const createFlights = <V extends CacheVisit>({
  waitTimeoutMs,
  now,
  late,
}: FlightsDependencies<V>): Flights<V> => {
  const flights = new Map<string, Flight<V>>();
  const waits = new WeakMap<ServerResponse, Flight<V>>();
  const ticker = createTicker(tickMs, () => {
    const atMs = now();
    let waiting = 0;
    for (const flight of flights.values()) {
      for (const visit of flight.waiters) {
        if (atMs - visit.waitFromMs < waitTimeoutMs) waiting++;
        else {
          flight.waiters.delete(visit);
          late(visit);
        }
      }
    }
    return waiting > 0;
  });
  return {
    of: (lane) => flights.get(lane),
    open: (lane) => {
      const flight = { lane, waiters: new Set<V>() };
      flights.set(lane, flight);
      return flight;
    },
    settle: ({ lane, waiters }, goOn) => {
      flights.delete(lane);
      const all = [...waiters];
      waiters.clear();
      for (const visit of all) {
        waits.delete(visit.res);
        if (!visit.res.destroyed) goOn(visit);
      }
    },
    wait: (flight, visit) => {
      flight.waiters.add(visit);
      waits.set(visit.res, flight);
      ticker.arm();
    },
    leave: (visit) => {
      if (flights.size > 0) waits.get(visit.res)?.waiters.delete(visit);
    },
  };
};

interface FlightsDependencies<V extends CacheVisit> {
  readonly waitTimeoutMs: number;
  readonly now: () => number;
  readonly late: (visit: V) => void;
}
