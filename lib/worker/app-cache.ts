import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cache } from "../protocol/app-cache.ts";
import type { Context } from "../protocol/app-context.ts";
import { type CacheInvalidation, gatherInvalidations } from "../protocol/invalidation.ts";
import type { AssignedApp, CacheBeat } from "../protocol/worker-messages.ts";
import type { CacheService } from "../services/cache/cache.ts";

export interface AppCacheNeeds {
  readonly app: AssignedApp;
  readonly redis: () => Context["redis"];
  readonly postgres: () => Context["postgres"];
  readonly isLeader: () => boolean;
  readonly tell: (message: CacheInvalidation) => void;
  readonly now: () => number;
}

/** `context.cache`: loaded and made with its first use, so that an app without it pays for none of it. */
export interface AppCache {
  readonly cache: Cache;
  /** null: the app has not used it. */
  take(): CacheBeat | null;
  hear(message: CacheInvalidation): void;
  close(): Promise<void>;
}

export const createAppCache = ({ app, redis, postgres, isLeader, tell, now }: AppCacheNeeds): AppCache => {
  let service: CacheService | null = null;
  let making: Promise<CacheService> | null = null;

  const make = async (): Promise<CacheService> => {
    const { createCache } = await import("../services/cache/cache.ts");
    service = createCache({
      app: cacheNameOf(app),
      ...{ redis: redis(), postgres: postgres(), isLeader, now },
      tell: gatherInvalidations(tell),
      // stderr is the worker's line to the log.
      warn: (text) => void process.stderr.write(`${text}\n`),
    });
    await service.listens;
    return service;
  };
  const use = async (): Promise<Cache> => {
    making ??= make();
    return (await making).cache;
  };
  return {
    cache: {
      get: async (...wish) => (await use()).get(...wish),
      getEntry: async (...wish) => (await use()).getEntry(...wish),
      invalidate: async (tags) => (await use()).invalidate(tags),
    },
    take: () => service?.take() ?? null,
    hear: (message) => service?.hear(message),
    close: async () => service?.close(),
  };
};

/**
 * Under which name Redis and PostgreSQL keep its values. Instances of one app share them where the app lies in the same place;
 * a new release that lies elsewhere begins anew, and never meets values of another shape.
 */
const cacheNameOf = ({ path, original = path, builtIn }: AssignedApp): string => {
  if (builtIn) return "board";
  const name = packageNameOf(path);
  const place = createHash("sha256").update(`${name}\0${original}`).digest("base64url").slice(0, 12);
  return `${name.replaceAll(/[^\w@/.-]/g, "_").slice(0, 60)}:${place}`;
};

/** In containers every app lies in /app: its name tells it apart. */
const packageNameOf = (entry: string): string => {
  for (let at = dirname(entry); ; at = dirname(at)) {
    try {
      const parsed = JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as { readonly name?: unknown } | null;
      return typeof parsed?.name === "string" ? parsed.name : "app";
    } catch {
      if (dirname(at) === at) return "app";
    }
  }
};
