import type { Message } from "../errors.ts";
import type { Log } from "../log.ts";
import { monotonicMs, type ServiceAddresses, type ServiceName } from "../protocol/worker-messages.ts";
import type { PostgresReading } from "../services/postgres/judge-postgres.ts";
import type { RedisReading } from "../services/redis/judge-redis.ts";
import type { UpstreamReading } from "../services/upstream/judge-upstream.ts";
import type { UpstreamProbe } from "../services/upstream/probe.ts";

/**
 * The master's own look at Redis, PostgreSQL and the upstream, once a second. A service that is down makes the instance degraded and its
 * callers fail at once; it restarts no worker and takes no readiness away.
 */
export interface ServiceWatch {
  /** Settles when all have been looked at once; within about two seconds. */
  begin(): Promise<void>;
  /** To be called once a second; does nothing while the last look is still under way. */
  tick(): void;
  readings(): ServiceReadings;
  /** A drill: what status shows of it from now on, whatever is found; null ends it. */
  pretend(name: ServiceName, sickness: Sickness | null): void;
  down(): readonly ServiceName[];
  close(): void;
}

/** null: off. */
export interface ServiceReadings {
  readonly postgres: PostgresReading | null;
  readonly redis: RedisReading | null;
  readonly upstream: UpstreamReading | null;
}

export type Sickness = { readonly state: "slow" | "down"; readonly reason: Message };

export interface ServiceWatchDependencies {
  readonly addresses: ServiceAddresses;
  /** Of the generation in force; a rollback may bring another. null: it runs an app of its own. */
  readonly upstream: () => string | null;
  readonly readyPath: string;
  readonly log: Log;
  /** A service went down, or came back. */
  readonly changed: (name: ServiceName, isDown: boolean) => void;
}

export const createServiceWatch = (dependencies: ServiceWatchDependencies): ServiceWatch => {
  const { addresses, readyPath, log, changed } = dependencies;
  const looks: Look[] = [];
  let postgres: PostgresReading | null = null;
  let redis: RedisReading | null = null;
  let upstream: UpstreamReading | null = null;
  let closed = false;
  const pretended = new Map<ServiceName, Sickness>();

  /** Tells of a change once, and workers of every change to and from down. */
  const follow = <R extends Reading>({ name, ask, keep, fell }: Followed<R>): Look => {
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
        log.info({ code: "sick.well", facts: { service: name, afterMs: monotonicMs() - sickSinceMs } });
      if ((was === "down") !== (reading.state === "down")) fell?.(reading.state === "down");
    };
  };

  const followPostgres = async (url: string): Promise<void> => {
    const { createPostgresProbe } = await import("../services/postgres/probe.ts");
    const probe = createPostgresProbe({ url, now: monotonicMs });
    closers.push(probe.close);
    const keep = (reading: PostgresReading): void => void (postgres = reading);
    const fell = (isDown: boolean): void => changed("postgres", isDown);
    looks.push(follow({ name: "PostgreSQL", ask: probe.look, keep, fell }));
  };
  const followRedis = async (): Promise<void> => {
    const { redisTargetOf } = await import("../services/redis/target.ts");
    const target = redisTargetOf(addresses);
    if (target === null) return;
    const { createRedisProbe } = await import("../services/redis/probe.ts");
    const probe = createRedisProbe(target, { now: monotonicMs });
    closers.push(probe.close);
    const keep = (reading: RedisReading): void => void (redis = reading);
    const fell = (isDown: boolean): void => changed("redis", isDown);
    looks.push(follow({ name: "Redis", ask: probe.probe, keep, fell }));
  };
  /** Workers need not hear of it: they ask it with every request, and a refused connection costs them nothing. */
  const followUpstream = async (url: string): Promise<void> => {
    const { createUpstreamProbe } = await import("../services/upstream/probe.ts");
    const probe: UpstreamProbe = createUpstreamProbe({ url, path: readyPath, now: monotonicMs });
    const keep = (reading: UpstreamReading): void => void (upstream = reading);
    followed = { url, look: follow({ name: url, ask: probe.look, keep }), close: probe.close };
  };
  const lookAtUpstream = async (): Promise<void> => {
    const url = dependencies.upstream();
    if (followed?.url !== url) {
      followed?.close();
      followed = null;
      if (url !== null) await followUpstream(url);
    }
    await followed?.look();
  };
  let followed: { readonly url: string; readonly look: Look; readonly close: () => void } | null = null;
  const upstreamAsFound = (): UpstreamReading | null => {
    const url = dependencies.upstream();
    if (url === null) return null;
    return upstream?.url === url ? upstream : { url, state: "up", reason: null, latencyMs: null };
  };
  const closers: (() => void)[] = [() => followed?.close()];

  return {
    begin: async () => {
      const { databaseUrl, redisUrl, redisSentinels } = addresses;
      if (databaseUrl !== null) await followPostgres(databaseUrl);
      if (redisUrl !== null || redisSentinels.length > 0) await followRedis();
      await Promise.all([lookAtUpstream(), ...looks.map((look) => look())]);
    },
    tick: () => {
      void lookAtUpstream();
      for (const look of looks) void look();
    },
    readings: () => ({
      postgres: postgres === null ? null : { ...postgres, ...pretended.get("postgres") },
      redis: redis === null ? null : { ...redis, ...pretended.get("redis") },
      upstream: upstreamAsFound(),
    }),
    pretend: (name, sickness) => {
      if (sickness === null) pretended.delete(name);
      else pretended.set(name, sickness);
    },
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

interface Followed<R extends Reading> {
  /** As the log says it. */
  readonly name: string;
  readonly ask: () => Promise<R>;
  readonly keep: (reading: R) => void;
  /** It went down, or came back. */
  readonly fell?: (isDown: boolean) => void;
}
