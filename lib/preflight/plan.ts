import { compareProfiles, type FieldChange, fingerprintOf } from "../profile/compare.ts";
import type { Profile } from "../profile/schema.ts";
import type { Finding } from "./finding.ts";
import { type Surroundings, sumsOf } from "./sums.ts";
import { type Surge, surgeOf } from "./surge.ts";

/** What a change to a stage would mean: the difference, and the sums it has to hold. */
export interface Plan {
  /** null: nothing was ever in force here. */
  readonly from: { readonly stage: number; readonly revision: number } | null;
  readonly stage: number;
  /** Of the profile the plan was made for: a file that was edited since makes it stale. */
  readonly profileFingerprint: string;
  readonly differences: readonly PlannedChange[];
  /** How the new generation comes up beside the one that runs; null where none does. */
  readonly surge: Surge | null;
  readonly sums: readonly Finding[];
}

export interface PlannedChange extends FieldChange {
  readonly effect: Effect;
}

/**
 * How a field takes effect. `workers`: with the new generation's workers. `door`: at once, when the door points to them.
 * `change`: in changes and stops. `server`: nothing is set by a change, `doctor` says how. `judged`: what figures are held to.
 */
export type Effect = "workers" | "door" | "change" | "server" | "judged";

export const planOf = (
  inForce: { readonly revision: number; readonly profile: Profile } | null,
  wanted: Profile,
  found: Surroundings,
): Plan => ({
  from: inForce === null ? null : { stage: inForce.profile.stage, revision: inForce.revision },
  stage: wanted.stage,
  profileFingerprint: fingerprintOf(wanted),
  differences:
    inForce === null
      ? []
      : compareProfiles(inForce.profile, wanted).map((change) => ({ ...change, effect: effectOf(change.field) })),
  surge: inForce === null || found.fleet.workers === 0 ? null : surgeOf(wanted, inForce.profile, found),
  sums: sumsOf(wanted, inForce?.profile ?? null, found),
});

export const effectOf = (field: string): Effect => effects[field.split(/[.[]/, 1)[0] ?? ""] ?? "judged";

const effects: Readonly<Record<string, Effect>> = {
  workers: "workers",
  requestsPerWorker: "workers",
  queue: "workers",
  idleTimeoutSec: "workers",
  requestTimeoutSec: "workers",
  hang: "workers",
  recycle: "workers",
  postgres: "workers",
  connections: "door",
  backlog: "door",
  waitTimeoutSec: "door",
  stopTimeoutSec: "change",
  bootTimeoutSec: "change",
  watchWindowSec: "change",
  redis: "server",
};
