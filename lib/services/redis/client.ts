import type { Redis, RedisOptions } from "ioredis";
import type { Message } from "../../errors.ts";
import { createGate, type RedisFigures } from "./gate.ts";
import { GuardedRedis } from "./guarded-redis.ts";
import { connectionOptions, type RedisTarget } from "./target.ts";

/** A worker's Redis: connects at once, and again whenever it has to, until it is closed. */
export interface RedisService {
  /** What `context.redis` is. */
  readonly client: Redis;
  /** For the beat: counts since it was last asked. */
  take(): RedisFigures;
  /** The master says that the server is down, or up again: a worker that has not noticed itself fails fast as well. */
  trip(isDown: boolean): void;
  /** A drill: every command is refused from now on, or no longer. The server is not touched. */
  refuse(isOn: boolean): void;
  /** Lets what is unanswered end, within one deadline, and disconnects, the app's duplicates too. */
  close(): Promise<void>;
}

export interface RedisServiceOptions {
  /** What `CLIENT LIST` shows; Redis takes no blanks in it. */
  readonly name: string;
  readonly commandTimeoutMs?: number;
  /** Of one connection. */
  readonly maxInFlight?: number;
  /** The monotonic clock, in ms. */
  readonly now?: () => number;
  /** `redis-state.lost` {fault}, once for each reason of an outage, and `redis-state.back`. */
  readonly tell?: (message: Message) => void;
}

export const createRedis = (target: RedisTarget, options: RedisServiceOptions): RedisService => {
  const {
    name,
    commandTimeoutMs = 1_000,
    maxInFlight = 1_000,
    now = () => performance.now(),
    tell = () => undefined,
  } = options;
  const gate = createGate({ commandTimeoutMs, maxInFlight, now, tell });
  const client = new GuardedRedis(
    { ...connectionOptions(target), ...habits(commandTimeoutMs), connectionName: name.replaceAll(/\s+/g, ":") },
    gate,
    true,
  );
  return { client, take: gate.take, trip: gate.trip, refuse: gate.refuse, close: gate.close };
};

const habits = (commandTimeoutMs: number): RedisOptions => ({
  connectTimeout: commandTimeoutMs,
  // A stopped server never closes its side.
  disconnectTimeout: 100,
  // Rejects what is unanswered at each close, whatever the attempt.
  maxRetriesPerRequest: 0,
  maxLoadingRetryTime: 500,
  keepAlive: 10_000,
  // A failover takes 2 to 3 s with it (TRAPS 13).
  sentinelRetryStrategy: () => 100,
  sentinelCommandTimeout: 500,
});
