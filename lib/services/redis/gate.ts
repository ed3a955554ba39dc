import type { Message } from "../../errors.ts";

/** What the connections of one worker, the app's duplicates too, have in common. Times are of the monotonic clock, in ms. */
export interface Gate {
  readonly commandTimeoutMs: number;
  /** Unanswered commands that one connection may have; past it, E_REDIS_BUSY. */
  readonly maxInFlight: number;
  now(): number;
  /** The master's probe says that the server is away, or back. */
  trip(isDown: boolean): void;
  /**
   * Away, as the master says, and no connection of this worker has heard from the server meanwhile: the master may be
   * the one who cannot reach it.
   */
  isTripped(): boolean;
  /** A drill: nothing is sent, whatever is known of the server. */
  refuse(isOn: boolean): void;
  isRefusing(): boolean;
  /** Whether a connection may ask the server now whether it is back: once a second. */
  takeTrial(): boolean;
  sent(): void;
  settled(how: Settled): void;
  refused(): void;
  connected(connection: Retirable): void;
  gone(connection: Retirable): void;
  reconnecting(): void;
  /** The connection that the worker itself made is usable, or is not, and why. */
  is(state: "up" | "down", fault: string | null): void;
  take(): RedisFigures;
  /** Waits until nothing is unanswered, at most one deadline, and ends every connection. */
  close(): Promise<void>;
}

/** `error`: the server answered, with an error. `lost`: the connection went before the answer came. */
export type Settled = "answered" | "error" | "timeout" | "lost";

export interface Retirable {
  retire(): void;
}

/** Counts are since the last time somebody took them. */
export interface RedisFigures {
  readonly state: "up" | "down";
  /** Why it is down: a word of `redisFault`, or `drill`; null while it is up, or the first connection is being made. */
  readonly fault: string | null;
  /** Now, without those that wait at the server on purpose. */
  readonly inFlight: number;
  readonly commands: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly lost: number;
  /** Rejected without being sent: the server was down, or too much was unanswered. */
  readonly refused: number;
  readonly reconnects: number;
}

export const createGate = ({ commandTimeoutMs, maxInFlight, now, tell }: GateOptions): Gate => {
  const connections = new Set<Retirable>();
  const toldFaults = new Set<string>();
  let counts = noCounts;
  let inFlight = 0;
  let tripped = false;
  let refusing = false;
  let heardAtMs = -Infinity;
  let triedAtMs = -Infinity;
  let state: "up" | "down" = "down";
  let fault: string | null = null;
  let closing = false;
  let whenIdle: (() => void) | null = null;

  const count = (name: keyof typeof noCounts): void => {
    counts = { ...counts, [name]: counts[name] + 1 };
  };
  const isTripped = (): boolean => tripped && now() - heardAtMs > heardLatelyMs;

  return {
    commandTimeoutMs,
    maxInFlight,
    now,
    trip: (isDown) => {
      tripped = isDown;
    },
    isTripped,
    refuse: (isOn) => {
      refusing = isOn;
    },
    isRefusing: () => refusing,
    takeTrial: () => {
      if (now() - triedAtMs < tryAgainAfterMs) return false;
      triedAtMs = now();
      return true;
    },
    sent: () => {
      inFlight++;
      count("commands");
    },
    settled: (how) => {
      inFlight--;
      if (how === "answered" || how === "error") heardAtMs = now();
      if (how !== "answered") count(how === "error" ? "errors" : how === "timeout" ? "timeouts" : "lost");
      if (inFlight === 0) whenIdle?.();
    },
    refused: () => count("refused"),
    connected: (connection) => connections.add(connection),
    gone: (connection) => connections.delete(connection),
    reconnecting: () => count("reconnects"),
    is: (next, why) => {
      if (closing) return;
      if (next === "up") {
        if (toldFaults.size > 0) tell({ code: "redis-state.back", facts: {} });
        toldFaults.clear();
      } else if (why !== null && !toldFaults.has(why)) {
        // Each reason once until it is back: a retry a second would fill the log.
        toldFaults.add(why);
        tell({ code: "redis-state.lost", facts: { fault: why } });
      }
      state = next;
      fault = next === "up" ? null : (why ?? fault);
    },
    take: () => {
      const isDown = refusing || state === "down" || isTripped();
      const found = fault ?? (isTripped() ? "silent" : null);
      const taken = {
        ...counts,
        state: isDown ? ("down" as const) : state,
        fault: isDown ? (refusing ? "drill" : found) : null,
        inFlight,
      };
      counts = noCounts;
      return taken;
    },
    close: async () => {
      closing = true;
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, commandTimeoutMs);
          whenIdle = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      for (const connection of connections) connection.retire();
    },
  };
};

interface GateOptions {
  readonly commandTimeoutMs: number;
  readonly maxInFlight: number;
  readonly now: () => number;
  readonly tell: (message: Message) => void;
}

const noCounts = { commands: 0, errors: 0, timeouts: 0, lost: 0, refused: 0, reconnects: 0 };
/** The master needs two missed deadlines before it says so: an answer younger than this is news to it. */
const heardLatelyMs = 1_000;
const tryAgainAfterMs = 1_000;
