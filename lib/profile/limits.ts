import { DashdError } from "../errors.ts";
import type { Profile } from "./schema.ts";
import { shareOut } from "./share.ts";
import type { WorkerLimits } from "./worker-limits.ts";

/** What the worker of a slot (1-based) may do: the instance's limits, and its exact share of the instance's budgets. */
export const workerLimits = (profile: Profile, slot: number): WorkerLimits => {
  const queueMax = shareOut(profile.queue.max, profile.workers)[slot - 1];
  const postgresConnections = shareOut(profile.postgres.connections, profile.workers)[slot - 1];
  if (queueMax === undefined || postgresConnections === undefined) {
    throw new DashdError("E_INTERNAL", { message: `slot ${slot} is outside 1..${profile.workers}` });
  }
  return {
    requestsPerWorker: profile.requestsPerWorker,
    queueMax,
    connections: profile.connections,
    waitTimeoutMs: toMs(profile.waitTimeoutSec),
    idleTimeoutMs: toMs(profile.idleTimeoutSec),
    requestTimeoutMs: toMs(profile.requestTimeoutSec),
    stopTimeoutMs: toMs(profile.stopTimeoutSec),
    hangKillAfterMs: toMs(profile.hang.killAfterSec),
    postgresConnections,
  };
};

export interface DeclaredLimit {
  /** Path of the field in the profile. */
  readonly name: string;
  readonly value: number | string | null;
}

/** The rows of the limits table of `dashd status`: every limit of the profile, in the contract's order. */
export const declaredLimits = (profile: Profile): readonly DeclaredLimit[] => [
  { name: "workers", value: profile.workers },
  { name: "requestsPerWorker", value: profile.requestsPerWorker },
  { name: "connections", value: profile.connections },
  { name: "backlog", value: profile.backlog },
  { name: "waitTimeoutSec", value: profile.waitTimeoutSec },
  { name: "queue.max", value: profile.queue.max },
  { name: "idleTimeoutSec", value: profile.idleTimeoutSec },
  { name: "requestTimeoutSec", value: profile.requestTimeoutSec },
  { name: "stopTimeoutSec", value: profile.stopTimeoutSec },
  { name: "bootTimeoutSec", value: profile.bootTimeoutSec },
  { name: "watchWindowSec", value: profile.watchWindowSec },
  { name: "hang.killAfterSec", value: profile.hang.killAfterSec },
  ...recycleLimits(profile.recycle),
  { name: "postgres.connections", value: profile.postgres.connections },
  { name: "postgres.serverMax", value: profile.postgres.serverMax },
  { name: "redis.maxMemoryMb", value: profile.redis.maxMemoryMb },
  { name: "redis.policy", value: profile.redis.policy },
  { name: "redis.persistence", value: profile.redis.persistence },
  { name: "redis.replicated", value: profile.redis.replicated ? "yes" : "no" },
];

export const recycleLimits = (recycle: Profile["recycle"]): readonly DeclaredLimit[] =>
  recycle === "off"
    ? [{ name: "recycle", value: "off" }]
    : [
        { name: "recycle.maxRssMb", value: recycle.maxRssMb },
        { name: "recycle.maxRequests", value: recycle.maxRequests },
        { name: "recycle.maxAgeSec", value: recycle.maxAgeSec },
        { name: "recycle.jitter", value: recycle.jitter },
      ];

const toMs = (sec: number): number => Math.round(sec * 1000);
