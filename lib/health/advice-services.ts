import type { Facts } from "../errors.ts";
import type { AdviceInput } from "./advice.ts";

export const redisFacts = ({ figures, circumstances: { redis }, profile }: AdviceInput): Facts => ({
  state: figures.redis.state,
  latencyMs: redis?.latencyMs ?? null,
  workers: profile.workers,
});

/** Entries that were dropped for want of memory cannot be hit; where none were, memory is not what is short. */
export const hitRateFacts = ({ figures, profile, circumstances: { redis } }: AdviceInput): Facts => {
  const usedMb = megabytesOf(redis?.usedBytes ?? null);
  const maxMb = limitOf(redis?.maxMemoryMb ?? null);
  const drops = redis?.evictions ?? null;
  const isShort = (drops ?? 0) > 0;
  return {
    ...{ value: figures.redis.hitRate, warn: profile.indicators.redisHitRate.warn, usedMb, maxMb, evictions: drops },
    todo: isShort ? grow(maxMb, null, profile.redis.maxMemoryMb) : "todo.longer-lifetimes",
    ...{ neededMb: null, declaredMb: profile.redis.maxMemoryMb },
  };
};

/** How large `maxmemory` would have to be. */
export const redisMemoryFacts = ({ figures, profile, circumstances: { redis } }: AdviceInput): Facts => {
  const { warn } = profile.indicators.redisMemory;
  const usedMb = megabytesOf(redis?.usedBytes ?? null);
  const maxMb = limitOf(redis?.maxMemoryMb ?? null);
  const neededMb = usedMb === null ? null : Math.floor(usedMb / warn) + 1;
  return {
    ...{ value: figures.redis.memory, warn, usedMb, maxMb, neededMb, evictions: redis?.evictions ?? null },
    declaredMb: profile.redis.maxMemoryMb,
    todo: grow(maxMb, neededMb, profile.redis.maxMemoryMb),
  };
};

/**
 * How large the pool may become: during a change two generations hold one each, beside what the server keeps back and one
 * connection of each master (`preflight/postgres-sums.ts`).
 */
export const poolFacts = ({ profile, figures, circumstances: { postgres } }: AdviceInput): Facts => {
  const { instances, indicators } = profile;
  const budget = profile.postgres.connections;
  const { warn } = indicators.postgresPool;
  const busy = postgres?.busy ?? null;
  const waiting = postgres?.waiting ?? null;
  const maxConnections = postgres?.maxConnections ?? null;
  const reserved = postgres?.reserved ?? 0;
  const wanted = busy === null ? null : Math.max(budget + 1, Math.floor((busy + (waiting ?? 0)) / warn) + 1);
  const largest =
    maxConnections === null ? null : Math.floor((maxConnections - reserved - instances) / (instances + 1));
  const canGrow = largest !== null && largest > budget;
  const isShort = figures.postgresPoolBusy === null || figures.postgresPoolBusy >= warn;
  const grow = largest === null ? "todo.look-at-queries" : canGrow ? "todo.grow-pool" : "todo.grow-server";
  return {
    ...{ value: figures.postgresPoolBusy, busy, budget, waiting, maxConnections, reserved, largest },
    fit: wanted === null || largest === null ? null : Math.min(wanted, largest),
    neededMax: wanted === null ? null : wanted * (instances + 1) + reserved + instances,
    wanted,
    // A level that is only held up a little longer asks for nothing.
    todo: isShort ? grow : null,
  };
};

/** `doctor --fix` sets what the stage declares; more than that is for the operator to declare. */
const grow = (maxMb: number | null, neededMb: number | null, declaredMb: number): string =>
  maxMb !== null && maxMb < declaredMb && (neededMb ?? 0) <= declaredMb ? "todo.fix-redis" : "todo.grow-redis";

/** 0 is no limit. */
const limitOf = (maxMemoryMb: number | null): number | null => (maxMemoryMb === 0 ? null : maxMemoryMb);

const megabytesOf = (bytes: number | null): number | null => (bytes === null ? null : Math.ceil(bytes / 1_048_576));
