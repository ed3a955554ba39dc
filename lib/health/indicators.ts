import type { Facts } from "../errors.ts";
import type { Profile } from "../profile/schema.ts";
import type { Indicator, IndicatorLevel, ServiceState } from "../protocol/snapshot.ts";

/** What was measured, against what the stage declares: one row each, in the contract's order. */
export const judge = ({ profile, figures, nextStage }: JudgeInput): readonly Indicator[] => {
  const { indicators: limit, workers, queue, users } = profile;
  const advise = (name: string, facts: Facts = {}) => ({ code: `advice.${name}`, facts: { nextStage, ...facts } });

  const above = (name: string, value: number | null, { warn, critical }: Rates): Indicator =>
    row(name, value, warn, critical, levelAbove(value, warn, critical), advise(name, { value, warn, critical }));

  const workerLimit = (free: number): number => Math.max(1, workers - free);
  const busy = {
    warn: workerLimit(limit.busyWorkers.warnFree),
    critical: workerLimit(limit.busyWorkers.criticalFree),
  };
  const waiting = figures.held + figures.queued;

  return [
    above("cpu", figures.cpu, limit.cpu),
    above("memory", figures.memory, limit.memory),
    above("diskIo", figures.diskIo, limit.diskIo),
    above("responseP95", figures.responseP95Ms, limit.responseP95Ms),
    above("errors", figures.errorRate, limit.errors),
    redisRow(figures.redis.state, limit.redis, advise("redis", { state: figures.redis.state })),
    hitRateRow(figures.redis.hitRate, limit.redisHitRate, advise("redisHitRate", { value: figures.redis.hitRate })),
    above("redisMemory", figures.redis.memory, limit.redisMemory),
    above("postgresPool", figures.postgresPoolBusy, limit.postgresPool),
    above("busyWorkers", figures.busyWorkers, busy),
    connectionsRow(figures, limit.connections, advise("connections", { refused: figures.refusedLastMinute })),
    above("waiting", waiting / Math.max(1, queue.max), limit.waiting),
    usersRow(figures.users, users.max * limit.users.warn, advise("users", { value: figures.users, max: users.max })),
  ];
};

export interface JudgeInput {
  readonly profile: Pick<Profile, "indicators" | "workers" | "queue" | "users">;
  readonly figures: Figures;
  /** The stage to advise where this one is too small; null at the top of the ladder. */
  readonly nextStage: number | null;
}

/** Shares are 0..1; null where nothing was measured. */
export interface Figures {
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly diskIo: number | null;
  readonly responseP95Ms: number | null;
  readonly errorRate: number | null;
  readonly redis: { readonly state: ServiceState; readonly hitRate: number | null; readonly memory: number | null };
  readonly postgresPoolBusy: number | null;
  /** Workers without a free request slot. */
  readonly busyWorkers: number;
  readonly held: number;
  readonly queued: number;
  /** For how long clients have been held without a break. */
  readonly heldForSec: number;
  readonly refusedLastMinute: number;
  readonly users: number | null;
}

interface Rates {
  readonly warn: number;
  readonly critical: number;
}

type Threshold = number | string | null;

const row = (
  name: string,
  value: Threshold,
  warn: Threshold,
  critical: Threshold,
  level: IndicatorLevel,
  advice: NonNullable<Indicator["advice"]>,
): Indicator => ({
  name,
  value,
  warn,
  critical,
  level,
  advice: level === "warn" || level === "critical" ? { ...advice, facts: { ...advice.facts, level } } : null,
});

type Advice = NonNullable<Indicator["advice"]>;

const levelAbove = (value: number | null, warn: number, critical: number): IndicatorLevel => {
  if (value === null) return "unknown";
  if (value >= critical) return "critical";
  return value >= warn ? "warn" : "ok";
};

const hitRateRow = (value: number | null, { warn, critical }: Rates, advice: Advice): Indicator => {
  const level = value === null ? "unknown" : value < critical ? "critical" : value < warn ? "warn" : "ok";
  return row("redisHitRate", value, warn, critical, level, advice);
};

/** A service that is off has nothing to judge. */
const redisRow = (
  state: ServiceState,
  { warn, critical }: Profile["indicators"]["redis"],
  advice: Advice,
): Indicator => {
  const level = state === "off" ? "unknown" : state === critical ? "critical" : state === warn ? "warn" : "ok";
  return row("redis", state, warn, critical, level, advice);
};

/** The value is for how many seconds clients have been held, or that some were refused. */
const connectionsRow = (
  { heldForSec, refusedLastMinute }: Figures,
  { warnHeldSec, criticalRefused }: Profile["indicators"]["connections"],
  advice: Advice,
): Indicator => {
  const refusing = refusedLastMinute >= criticalRefused;
  const level = refusing ? "critical" : heldForSec >= warnHeldSec ? "warn" : "ok";
  return row("connections", refusing ? "refusals" : heldForSec, warnHeldSec, "refusals", level, advice);
};

/** Only more users than the stage is for is worth a word; being full is what the other rows are about. */
const usersRow = (value: number | null, warn: number, advice: Advice): Indicator =>
  row("users", value, warn, null, value === null ? "unknown" : value > warn ? "warn" : "ok", advice);
