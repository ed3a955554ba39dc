import type { Capacity, CapacityBounds, CapacityLimit, HeldLoad, StageCapacity } from "../protocol/capacity.ts";
import { boundsOf, type Bounded, type BoundsInput } from "./capacity-bounds.ts";

/**
 * Which stage this host and app can hold: for each the users by CPU, request slots, pool and memory, of which the smallest
 * counts; then what loads have shown. null: neither is known. Pure.
 */
export const capacityOf = ({ ladder, inForce, estimated, estimate, loadsAt }: CapacityInput): Capacity | null => {
  const stages = ladder.flatMap((profile) => stageOf(profile, estimated, loadsAt(profile.stage)) ?? []);
  const best = stages.findLast(({ holds }) => holds);
  const shown = best ?? stages[0];
  if (shown === undefined) return null;
  const { held, notHeld } =
    (shown.held ?? shown.notHeld) ? shown : (stages.find(({ stage }) => stage === inForce) ?? shown);
  return { stage: best?.stage ?? null, users: shown.users, limit: shown.limit, stages, estimate, held, notHeld };
};

export interface CapacityInput {
  /** Lowest first; the stage in force as it is in force. */
  readonly ladder: readonly Bounded[];
  readonly inForce: number;
  /** null: too few requests. */
  readonly estimated: BoundsInput | null;
  readonly estimate: Capacity["estimate"];
  /** Of this app at this stage as its profile is now, oldest first. */
  readonly loadsAt: (stage: number) => readonly JudgedLoad[];
}

export interface JudgedLoad extends HeldLoad {
  readonly kept: boolean;
}

const stageOf = (
  profile: Bounded,
  estimated: BoundsInput | null,
  loads: readonly JudgedLoad[],
): StageCapacity | null => {
  const { held, notHeld } = standing(loads);
  const bounds = estimated === null ? null : boundsOf(profile, estimated);
  const least = bounds === null ? null : smallest(bounds);
  if (least === null && held === null && notHeld === null) return null;
  /** A load may have been made with users who ask more, or less, than those here. */
  const asUsers = ({ users, requestsPerSec }: HeldLoad): number =>
    estimated === null ? users : Math.round(requestsPerSec / estimated.requestsPerUserSec);
  const atLeast = held === null ? 0 : asUsers(held);
  const most = Math.max(least?.users ?? 0, atLeast);
  // Not kept for so many: fewer, whatever the estimate says.
  const users = notHeld === null ? most : Math.min(most, Math.max(atLeast, asUsers(notHeld) - 1));
  const usersMax = profile.users.max;
  // Workers that do not fit into memory are no stage, unless it has been seen to hold.
  const isWhole = (bounds?.memory ?? null) === null || atLeast >= usersMax;
  return {
    ...{ stage: profile.stage, usersMax, users, bounds, held, notHeld },
    limit: least !== null && users <= least.users ? least.limit : null,
    holds: isWhole && users >= usersMax,
  };
};

/** The largest load that was held and the smallest that was not, as far as no later one has shown otherwise. */
const standing = (loads: readonly JudgedLoad[]): Pick<StageCapacity, "held" | "notHeld"> => {
  let held: HeldLoad | null = null;
  let notHeld: HeldLoad | null = null;
  for (const { kept, ...load } of loads) {
    if (kept) {
      if (held === null || load.users >= held.users) held = load;
      if (notHeld !== null && notHeld.users <= load.users) notHeld = null;
    } else {
      if (notHeld === null || load.users <= notHeld.users) notHeld = load;
      if (held !== null && held.users >= load.users) held = null;
    }
  }
  return { held, notHeld };
};

interface Least {
  readonly limit: CapacityLimit;
  readonly users: number;
}

const smallest = (bounds: CapacityBounds): Least =>
  order
    .map((limit): Least => ({ limit, users: bounds[limit] ?? Number.POSITIVE_INFINITY }))
    .reduce((least, one) => (one.users < least.users ? one : least));

/** Of two alike the first is named. */
const order: readonly CapacityLimit[] = ["response", "cpu", "slots", "pool", "memory"];
