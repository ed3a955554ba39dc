import type { Profile } from "../profile/schema.ts";
import type { Indicator, IndicatorLevel, ServiceState } from "../protocol/snapshot.ts";
import type { Figures } from "./figures.ts";

/** An indicator as its figure stands at this moment: before anything is held, and without advice. */
export type Levelled = Omit<Indicator, "advice">;

/** What was measured, against what the stage declares: one row each, in the contract's order. Pure. */
export const levelsOf = (
  { indicators: limit, workers, queue, users }: Pick<Profile, "indicators" | "workers" | "queue" | "users">,
  figures: Figures,
): readonly Levelled[] => {
  const workerLimit = (free: number): number => Math.max(1, workers - free);
  const busy = {
    warn: workerLimit(limit.busyWorkers.warnFree),
    critical: workerLimit(limit.busyWorkers.criticalFree),
  };
  return [
    above("cpu", figures.cpu, limit.cpu),
    above("memory", figures.memory, limit.memory),
    above("diskIo", figures.diskIo, limit.diskIo),
    above("responseP95", figures.responseP95Ms, limit.responseP95Ms),
    above("errors", figures.errorRate, limit.errors),
    redis(figures.redis.state, limit.redis),
    hitRate(figures.redis.hitRate, limit.redisHitRate),
    above("redisMemory", figures.redis.memory, limit.redisMemory),
    above("postgresPool", figures.postgresPoolBusy, limit.postgresPool),
    above("busyWorkers", figures.busyWorkers, busy),
    connections(figures, limit.connections),
    above("waiting", (figures.held + figures.queued) / Math.max(1, queue.max), limit.waiting),
    online(figures.users, users.max * limit.users.warn),
  ];
};

interface Rates {
  readonly warn: number;
  readonly critical: number;
}

const above = (name: string, value: number | null, { warn, critical }: Rates): Levelled => ({
  ...{ name, value, warn, critical },
  level: value === null ? "unknown" : value >= critical ? "critical" : value >= warn ? "warn" : "ok",
});

const hitRate = (value: number | null, { warn, critical }: Rates): Levelled => ({
  ...{ name: "redisHitRate", value, warn, critical },
  level: value === null ? "unknown" : value < critical ? "critical" : value < warn ? "warn" : "ok",
});

/** A service that is off has nothing to judge. */
const redis = (state: ServiceState, { warn, critical }: Profile["indicators"]["redis"]): Levelled => {
  const level: IndicatorLevel =
    state === "off" ? "unknown" : state === critical ? "critical" : state === warn ? "warn" : "ok";
  return { name: "redis", value: state, warn, critical, level };
};

/** The value is for how many seconds clients have been held, or that some were refused. */
const connections = (
  { heldForSec, refusedLastMinute }: Figures,
  { warnHeldSec, criticalRefused }: Profile["indicators"]["connections"],
): Levelled => {
  const refusing = refusedLastMinute >= criticalRefused;
  return {
    ...{ name: "connections", value: refusing ? "refusals" : heldForSec, warn: warnHeldSec, critical: "refusals" },
    level: refusing ? "critical" : heldForSec >= warnHeldSec ? "warn" : "ok",
  };
};

/** Only more users than the stage is for is worth a word; being full is what the other rows are about. */
const online = (value: number | null, warn: number): Levelled => ({
  ...{ name: "users", value, warn, critical: null },
  level: value === null ? "unknown" : value > warn ? "warn" : "ok",
});
