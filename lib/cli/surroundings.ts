import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DashdError } from "../errors.ts";
import { createControlClient } from "../control/client.ts";
import type { HomePaths } from "../home/paths.ts";
import { readCapacity } from "../host/capacity.ts";
import { proportionalMemoryBytes } from "../host/proportional-memory.ts";
import type { FleetFound } from "../preflight/host-sums.ts";
import type { PostgresFound } from "../preflight/postgres-sums.ts";
import type { Surroundings } from "../preflight/sums.ts";
import { serves } from "../protocol/serves.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { RedisReading } from "../services/redis/judge-redis.ts";
import { redisTargetOf, type RedisTarget } from "../services/redis/target.ts";
import type { Settings } from "../settings/settings.ts";

/** Looks at everything that a stage needs, from outside of the instance: reads only, each question with its deadline. */
export const lookAround = async (
  { databaseUrl, ...redis }: Pick<Settings, "databaseUrl" | "redisUrl" | "redisSentinels" | "redisSentinelName">,
  home: string,
  running: Snapshot | null,
): Promise<LookedAround> => {
  const [found, postgres] = await Promise.all([
    lookAtRedis(redisTargetOf(redis)),
    lookAtPostgres(databaseUrl ?? (running === null ? null : await ownPostgres(home))),
  ]);
  return { host: readCapacity(existingFolder(home)), fleet: fleetOf(running), redis: found, postgres };
};

interface LookedAround extends Surroundings {
  readonly redis: RedisReading | null;
}

/** What the running instance says of itself; null where none runs. */
export const statusOf = async (paths: HomePaths): Promise<Snapshot | null> => {
  try {
    return await createControlClient({ paths }).status();
  } catch (error) {
    if (error instanceof DashdError && error.code === "E_NOT_RUNNING") return null;
    throw error;
  }
};

/** The home may still be to be made: its file system is that of the nearest folder above it. */
const existingFolder = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : existingFolder(dirname(path));

const fleetOf = (running: Snapshot | null): FleetFound => {
  const workers = (running?.workers ?? []).filter(serves);
  const sizes = workers.flatMap(({ pid }) => proportionalMemoryBytes(pid) ?? []);
  return { workers: workers.length, workerBytes: sizes.length === 0 ? null : Math.max(...sizes) };
};

export const lookAtRedis = async (target: RedisTarget | null): Promise<RedisReading | null> => {
  if (target === null) return null;
  const { createRedisProbe } = await import("../services/redis/probe.ts");
  const probe = createRedisProbe(target, { deadlineMs });
  try {
    const reading = await probe.probe();
    // One deadline missed may be a busy host; there is time for a second look.
    return reading.state === "up" ? reading : await probe.probe();
  } finally {
    probe.close();
  }
};

/** The one that the instance keeps in its home counts as any other. */
const ownPostgres = async (home: string): Promise<string | null> => {
  const dir = join(home, "postgres");
  return existsSync(dir) ? (await import("../services/embedded/live-url.ts")).liveUrl(dir) : null;
};

const lookAtPostgres = async (url: string | null): Promise<PostgresFound | null> => {
  if (url === null) return null;
  const { findPostgres } = await import("../services/postgres/read-server.ts");
  return findPostgres(url, deadlineMs);
};

/** Of each question to a server. */
const deadlineMs = 2_000;
