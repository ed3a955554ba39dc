import type { Log } from "../log.ts";
import { monotonicMs, type ServiceAddresses, type ServiceName } from "../protocol/worker-messages.ts";
import type { PostgresReading } from "../services/postgres/judge-postgres.ts";
import type { RedisReading } from "../services/redis/judge-redis.ts";

/**
 * The master's own look at Redis and PostgreSQL, once a second. A service that is down makes the instance degraded and its
 * callers fail at once; it restarts no worker and takes no readiness away.
 */
export interface ServiceWatch {
  /** Settles when both have been looked at once; within about two seconds. */
  begin(): Promise<void>;
  /** To be called once a second; does nothing while the last look is still under way. */
  tick(): void;
  readings(): ServiceReadings;
  down(): readonly ServiceName[];
  close(): void;
}

/** null: off. */
export interface ServiceReadings {
  readonly postgres: PostgresReading | null;
  readonly redis: RedisReading | null;
}

export interface ServiceWatchDependencies {
  readonly addresses: ServiceAddresses;
  readonly log: Log;
  /** A service went down, or came back. */
  readonly changed: (name: ServiceName, isDown: boolean) => void;
}

export const createServiceWatch = ({ addresses, log, changed }: ServiceWatchDependencies): ServiceWatch => {
  const looks: Look[] = [];
  let postgres: PostgresReading | null = null;
  let redis: RedisReading | null = null;
  let closed = false;

  /** Tells of a change once, and workers of every change to and from down. */
  const follow = <R extends Reading>(name: ServiceName, ask: () => Promise<R>, keep: (reading: R) => void): Look => {
    let before: Reading["state"] = "up";
    let told = "";
    let sickSinceMs = 0;
    let looking = false;
    return async () => {
      if (looking) return;
      looking = true;
      const reading = await ask();
      looking = false;
      if (closed) return;
      keep(reading);
      const was = before;
      before = reading.state;
      if (was === reading.state) return;
      if (was === "up") sickSinceMs = monotonicMs();
      const reason = JSON.stringify(reading.reason);
      // First late, then down, for the same reason: one line.
      if (reading.reason !== null && reason !== told) log.warn(reading.reason);
      told = reason;
      if (reading.reason === null)
        log.info({ code: "sick.well", facts: { service: words[name], afterMs: monotonicMs() - sickSinceMs } });
      if ((was === "down") !== (reading.state === "down")) changed(name, reading.state === "down");
    };
  };

  const followPostgres = async (url: string): Promise<void> => {
    const { createPostgresProbe } = await import("../services/postgres/probe.ts");
    const probe = createPostgresProbe({ url, now: monotonicMs });
    closers.push(probe.close);
    const keep = (reading: PostgresReading): void => void (postgres = reading);
    looks.push(follow("postgres", probe.look, keep));
  };
  const followRedis = async (): Promise<void> => {
    const { redisTargetOf } = await import("../services/redis/target.ts");
    const target = redisTargetOf(addresses);
    if (target === null) return;
    const { createRedisProbe } = await import("../services/redis/probe.ts");
    const probe = createRedisProbe(target, { now: monotonicMs });
    closers.push(probe.close);
    looks.push(follow("redis", probe.probe, (reading) => void (redis = reading)));
  };
  const closers: (() => void)[] = [];

  return {
    begin: async () => {
      const { databaseUrl, redisUrl, redisSentinels } = addresses;
      if (databaseUrl !== null) await followPostgres(databaseUrl);
      if (redisUrl !== null || redisSentinels.length > 0) await followRedis();
      await Promise.all(looks.map((look) => look()));
    },
    tick: () => {
      for (const look of looks) void look();
    },
    readings: () => ({ postgres, redis }),
    down: () => [
      ...(postgres?.state === "down" ? (["postgres"] as const) : []),
      ...(redis?.state === "down" ? (["redis"] as const) : []),
    ],
    close: () => {
      closed = true;
      for (const close of closers) close();
    },
  };
};

type Look = () => Promise<void>;
type Reading = Pick<PostgresReading, "state" | "reason">;

const words: Readonly<Record<ServiceName, string>> = { postgres: "PostgreSQL", redis: "Redis" };
