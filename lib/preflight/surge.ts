import type { Profile } from "../profile/schema.ts";
import { shareOut } from "../profile/share.ts";
import { workerBytesOf } from "./host-sums.ts";
import { postgresRoom } from "./postgres-sums.ts";
import type { Surroundings } from "./sums.ts";

/**
 * How a change puts the new generation beside the old one. `whole`: all of it at once. `rolling`: one side at a time, in
 * states that each fit; `because` names the sums that forbid the whole.
 */
export type Surge =
  | { readonly mode: "whole" }
  | { readonly mode: "rolling"; readonly because: readonly SurgeLimit[]; readonly steps: readonly SurgeStep[] };

export type SurgeLimit = "memoryMb" | "postgres.max_connections";

/** How many workers of each generation are there after the step: exactly one of the two differs from the step before. */
export interface SurgeStep {
  readonly fresh: number;
  readonly old: number;
}

/** What there is room for. */
export interface SurgeRoom {
  /** Workers beside those of the old generation. */
  readonly extraWorkers: number;
  /** PostgreSQL connections of both generations together; null: no PostgreSQL, or it could not be asked. */
  readonly postgresConnections: number | null;
}

type Side = Pick<Profile, "workers" | "postgres">;

/** `fleet`: the workers of `old`. Pure. */
export const surgeOf = (
  fresh: Pick<Profile, "workers" | "postgres" | "instances">,
  old: Side,
  { host, fleet, postgres }: Pick<Surroundings, "host" | "fleet" | "postgres">,
): Surge => {
  return planSurge(fresh, old, {
    extraWorkers: Math.floor(host.availableBytes / workerBytesOf(fleet)),
    postgresConnections:
      postgres === null || "fault" in postgres
        ? null
        : postgresRoom(postgres, fresh.instances) - fresh.postgres.connections * (fresh.instances - 1),
  });
};

/**
 * New workers come first wherever they fit, and of the old ones as many stay as the new ones do not yet replace. Where not
 * one fits, an eighth of the old ones goes first. The sums have refused what would not fit without any old one. Pure.
 */
export const planSurge = (fresh: Side, old: Side, room: SurgeRoom): Surge => {
  const because = [
    ...(fresh.workers > room.extraWorkers ? (["memoryMb"] as const) : []),
    ...(fresh.postgres.connections + old.postgres.connections > (room.postgresConnections ?? Number.POSITIVE_INFINITY)
      ? (["postgres.max_connections"] as const)
      : []),
  ];
  return because.length === 0 ? { mode: "whole" } : { mode: "rolling", because, steps: stepsOf(fresh, old, room) };
};

const stepsOf = (fresh: Side, old: Side, { extraWorkers, postgresConnections }: SurgeRoom): readonly SurgeStep[] => {
  const freshPool = poolOfFirst(fresh);
  const oldPool = poolOfFirst(old);
  const fits = (step: SurgeStep): boolean =>
    step.old === 0 ||
    (step.fresh + step.old <= old.workers + extraWorkers &&
      freshPool(step.fresh) + oldPool(step.old) <= (postgresConnections ?? Number.POSITIVE_INFINITY));
  const steps: SurgeStep[] = [];
  let at: SurgeStep = { fresh: 0, old: old.workers };
  const go = (next: SurgeStep): void => {
    at = next;
    steps.push(next);
  };
  while (at.fresh < fresh.workers || at.old > 0) {
    let more = at.fresh;
    while (more < fresh.workers && fits({ fresh: more + 1, old: at.old })) more++;
    if (more > at.fresh) go({ fresh: more, old: at.old });
    const notYetReplaced = Math.ceil((old.workers * (fresh.workers - at.fresh)) / fresh.workers);
    if (notYetReplaced < at.old) {
      go({ fresh: at.fresh, old: notYetReplaced });
      continue;
    }
    if (at.old === 0) continue;
    let fewer = at.old - Math.ceil(old.workers / stuckShare);
    while (fewer > 0 && !fits({ fresh: at.fresh + 1, old: fewer })) fewer--;
    go({ fresh: at.fresh, old: Math.max(0, fewer) });
  }
  return steps;
};

/** What the first so many slots of a side hold: the larger shares are the first ones. */
const poolOfFirst = ({ workers, postgres }: Side): ((count: number) => number) => {
  const shares = shareOut(postgres.connections, workers);
  return (count) => shares.slice(0, count).reduce((sum, share) => sum + share, 0);
};

/** Capacity that users miss while nothing else fits. */
const stuckShare = 8;
