import { declaredLimits } from "../profile/limits.ts";
import type { Profile } from "../profile/schema.ts";
import type { LimitRow, LimitValue } from "../protocol/snapshot.ts";
import type { EffectiveLimits } from "../protocol/worker-messages.ts";
import type { DoorLimits } from "./door.ts";

/** What was read back from live objects, never from the profile. */
export interface LiveLimits {
  /** One entry a ready worker, as it last read them from its own server, queue and watchdog. */
  readonly workers: readonly EffectiveLimits[];
  /** The door's own; null while it does not yet point to this generation. */
  readonly door: DoorLimits | null;
  /** The boot time-out the supervisor works with. */
  readonly bootTimeoutMs: number;
}

/** declared × effective, a row per limit of the profile. Pure. */
export const readBack = (profile: Profile, live: LiveLimits): readonly LimitRow[] =>
  declaredLimits(profile).map(({ name, value: declared }) => {
    const effective = effectiveOf(name, declared, live);
    const drift = effective !== null && effective !== declared;
    return { name, declared, effective, proven: null, provenAt: null, drift };
  });

export const driftOf = (rows: readonly LimitRow[]): readonly string[] =>
  rows.filter((row) => row.drift).map((row) => row.name);

const effectiveOf = (name: string, declared: LimitValue, { workers, door, bootTimeoutMs }: LiveLimits): LimitValue => {
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
    default:
      // Gates, recycling and services have no live object yet to be read.
      return null;
  }
};

/** One worker that differs is enough to be shown: the mean of a drift is nothing anybody runs. */
const differingFrom = (declared: LimitValue, values: readonly number[]): LimitValue =>
  values.find((value) => value !== declared) ?? values[0] ?? null;

const msPerSec = 1_000;
