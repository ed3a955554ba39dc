import { declaredLimits, recycleLimits } from "../profile/limits.ts";
import type { Profile } from "../profile/schema.ts";
import type { LimitRow, LimitValue } from "../protocol/snapshot.ts";
import type { EffectiveLimits } from "../protocol/worker-messages.ts";
import type { DoorLimits } from "./door.ts";
import type { RecycleBounds } from "./recycle.ts";
import type { ServiceReadings } from "./service-watch.ts";

/** What was read back from live objects, never from the profile. */
export interface LiveLimits {
  /** One entry a ready worker, as it last read them from its own server, queue and watchdog. */
  readonly workers: readonly EffectiveLimits[];
  /** The door's own; null while it does not yet point to this generation. */
  readonly door: DoorLimits | null;
  /** The boot time-out the supervisor works with. */
  readonly bootTimeoutMs: number;
  /** What the recycling works with; null while it does not yet look at this generation. */
  readonly recycle: RecycleBounds | null;
  /** What the servers themselves are set to; null: not asked, or nobody to ask. */
  readonly services: Pick<ServiceReadings, "postgres" | "redis">;
}

/** declared × effective, a row per limit of the profile. Pure. */
export const readBack = (profile: Profile, live: LiveLimits): readonly LimitRow[] =>
  declaredLimits(profile).map(({ name, value: declared }) => {
    const effective = effectiveOf(name, declared, live);
    const drift = effective !== null && !holds(name, declared, effective);
    return { name, declared, effective, proven: null, provenAt: null, drift };
  });

/** A server that allows more than the stage counts on, or a replica more than it asks for, is no fault of anybody. */
const holds = (name: string, declared: LimitValue, effective: LimitValue): boolean => {
  if (name === "redis.replicated" && effective === "yes") return true;
  return name === "postgres.serverMax" && typeof declared === "number" && typeof effective === "number"
    ? effective >= declared
    : effective === declared;
};

export const driftOf = (rows: readonly LimitRow[]): readonly string[] =>
  rows.filter((row) => row.drift).map((row) => row.name);

const effectiveOf = (
  name: string,
  declared: LimitValue,
  { workers, door, bootTimeoutMs, recycle, services }: LiveLimits,
): LimitValue => {
  const agreed = (key: keyof EffectiveLimits, atTheDoor: number | null = null, perUnit = 1): LimitValue =>
    differingFrom(declared, [
      ...(atTheDoor === null ? [] : [atTheDoor / perUnit]),
      ...workers.flatMap((worker) => (worker[key] === null ? [] : [worker[key] / perUnit])),
    ]);
  switch (name) {
    case "workers":
      return workers.length;
    case "requestsPerWorker":
      return agreed("requestsPerWorker");
    case "connections":
      return agreed("connections", door?.connections ?? null);
    case "backlog":
      return door?.backlog ?? null;
    case "waitTimeoutSec":
      return agreed("waitTimeoutMs", door?.waitTimeoutMs ?? null, msPerSec);
    case "queue.max":
      return workers.length === 0 ? null : workers.reduce((sum, worker) => sum + (worker.queueMax ?? 0), 0);
    case "idleTimeoutSec":
      return agreed("idleTimeoutMs", null, msPerSec);
    case "requestTimeoutSec":
      return agreed("requestTimeoutMs", null, msPerSec);
    case "stopTimeoutSec":
      return agreed("stopTimeoutMs", null, msPerSec);
    case "bootTimeoutSec":
      return bootTimeoutMs / msPerSec;
    case "hang.killAfterSec":
      return agreed("hangKillAfterMs", null, msPerSec);
    case "recycle":
    case "recycle.maxRssMb":
    case "recycle.maxRequests":
    case "recycle.maxAgeSec":
    case "recycle.jitter":
      return recycle === null ? null : (recycleLimits(recycle).find((limit) => limit.name === name)?.value ?? "off");
    case "postgres.connections":
      return sumOf(workers.map(({ postgresConnections }) => postgresConnections));
    case "postgres.serverMax":
      return services.postgres?.maxConnections ?? null;
    case "redis.maxMemoryMb":
      return services.redis?.settings.maxMemoryMb ?? null;
    case "redis.policy":
      return services.redis?.settings.policy ?? null;
    case "redis.persistence":
      return services.redis?.settings.persistence ?? null;
    case "redis.replicated":
      return services.redis?.settings.replicated ?? null;
    default:
      // The watch window has no live object but while a change is watched.
      return null;
  }
};

/** null where no worker has one. */
const sumOf = (shares: readonly (number | null)[]): number | null => {
  const known = shares.filter((share) => share !== null);
  return known.length === 0 ? null : known.reduce((sum, share) => sum + share, 0);
};

/** One worker that differs is enough to be shown: the mean of a drift is nothing anybody runs. */
const differingFrom = (declared: LimitValue, values: readonly number[]): LimitValue =>
  values.find((value) => value !== declared) ?? values[0] ?? null;

const msPerSec = 1_000;
