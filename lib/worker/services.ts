import type { Context } from "../protocol/app-context.ts";
import { queryDelayMs } from "../protocol/drill.ts";
import type { CacheInvalidation } from "../protocol/invalidation.ts";
import type { Assignment, Beat, FilledPool, ServiceName } from "../protocol/worker-messages.ts";
import type { Postgres } from "../services/postgres/pool.ts";
import type { RedisService } from "../services/redis/client.ts";
import { createAppCache } from "./app-cache.ts";

/** This worker's connections to Redis and PostgreSQL, made for an app that takes a context. */
export interface Services {
  /** Loads and makes what has an address. An app that is a program of its own pays for none of it. */
  open(): Promise<void>;
  postgres(): Context["postgres"];
  redis(): Context["redis"];
  readonly cache: Context["cache"];
  /** Another worker has invalidated what the cache holds. */
  hear(message: CacheInvalidation): void;
  /** The pool's own maximum; null without one. */
  postgresConnections(): number | null;
  figures(): Pick<Beat, "postgres" | "redis" | "cache">;
  trip(name: ServiceName, isDown: boolean): void;
  /** Takes all connections of the pool at once, and tries for one more; null without one. They come back by themselves. */
  fillPostgres(): Promise<FilledPool | null>;
  emptyPostgres(): void;
  /** A drill: every command is refused, or sent again. */
  refuseRedis(isOn: boolean): void;
  /** A drill: every query is late, or as fast as the server again. */
  slowPostgres(isOn: boolean): void;
  close(): Promise<void>;
}

export interface ServicesNeeds {
  readonly now: () => number;
  /** Of the instance, at this moment. */
  readonly isLeader: () => boolean;
  /** To every other worker. */
  readonly tell: (message: CacheInvalidation) => void;
}

export const createServices = (assignment: Assignment, { now, isLeader, tell }: ServicesNeeds): Services => {
  const { slot, generation, limits, services: addresses } = assignment;
  const down = new Set<ServiceName>(assignment.servicesDown);
  const name = `dashd slot ${slot} gen ${generation}`;
  let postgres: Postgres | null = null;
  let redis: RedisService | null = null;
  /** A drill may begin before the app asks for its context. */
  const drilled = { redis: false, postgres: false };

  const openPostgres = async (url: string): Promise<Postgres> => {
    const { createPostgres } = await import("../services/postgres/pool.ts");
    return createPostgres({ url, max: limits.postgresConnections, applicationName: name, now });
  };
  const openRedis = async (): Promise<RedisService | null> => {
    const { redisTargetOf } = await import("../services/redis/target.ts");
    const target = redisTargetOf(addresses);
    if (target === null) return null;
    const { createRedis } = await import("../services/redis/client.ts");
    return createRedis(target, { name, now });
  };
  const appCache = createAppCache({
    app: assignment.app,
    redis: () => redis?.client ?? null,
    postgres: () => postgres?.pool ?? null,
    ...{ isLeader, tell, now },
  });
  return {
    cache: appCache.cache,
    hear: appCache.hear,
    open: async () => {
      const { databaseUrl } = addresses;
      [postgres, redis] = await Promise.all([
        databaseUrl === null || limits.postgresConnections === 0 ? null : openPostgres(databaseUrl),
        addresses.redisUrl === null && addresses.redisSentinels.length === 0 ? null : openRedis(),
      ]);
      for (const service of down) {
        if (service === "postgres") postgres?.trip(true);
        else redis?.trip(true);
      }
      redis?.refuse(drilled.redis);
      postgres?.delay(drilled.postgres ? queryDelayMs : 0);
    },
    postgres: () => postgres?.pool ?? null,
    redis: () => redis?.client ?? null,
    postgresConnections: () => postgres?.max() ?? null,
    figures: () => ({
      postgres: postgres?.take() ?? null,
      redis: redis?.take() ?? null,
      cache: appCache.take(),
    }),
    trip: (service, isDown) => {
      if (isDown) down.add(service);
      else down.delete(service);
      if (service === "postgres") postgres?.trip(isDown);
      else redis?.trip(isDown);
    },
    fillPostgres: async () => (await postgres?.fill()) ?? null,
    emptyPostgres: () => postgres?.empty(),
    refuseRedis: (isOn) => {
      drilled.redis = isOn;
      redis?.refuse(isOn);
    },
    slowPostgres: (isOn) => {
      drilled.postgres = isOn;
      postgres?.delay(isOn ? queryDelayMs : 0);
    },
    close: async () => {
      await appCache.close();
      await Promise.all([postgres?.close(), redis?.close()]);
    },
  };
};
