import type { Message } from "../errors.ts";
import type { NextStage } from "../profile/load.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/** The most that was seen of the host and the services while the load ran. */
export interface Strained {
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly diskIo: number | null;
  readonly redisMemory: number | null;
  readonly poolBusy: number | null;
  readonly poolBudget: number | null;
}

export const noStrain: Strained = {
  ...{ cpu: null, memory: null, diskIo: null, redisMemory: null },
  ...{ poolBusy: null, poolBudget: null },
};

export const moreStrained = (before: Strained, { host, services }: Snapshot): Strained => {
  const { pool } = services.postgres;
  return {
    cpu: most(before.cpu, host.cpu),
    memory: most(before.memory, host.memory),
    diskIo: most(before.diskIo, host.diskIo),
    redisMemory: most(before.redisMemory, services.redis.memory),
    poolBusy: most(before.poolBusy, pool?.busy ?? null),
    poolBudget: pool?.budget ?? null,
  };
};

/** What to look at when a promise was not kept, in the order of the runbook, each with its measured figure. Pure. */
export const tuningSteps = (seen: Strained, waitP95Ms: number | null, nextStage: NextStage): readonly Message[] => [
  { code: "tuning.host", facts: { cpu: seen.cpu, memory: seen.memory, diskIo: seen.diskIo } },
  { code: "tuning.redis", facts: { memory: seen.redisMemory } },
  { code: "tuning.postgres", facts: { busy: seen.poolBusy, budget: seen.poolBudget } },
  { code: "tuning.stage", facts: { waitP95Ms, nextStage } },
];

const most = (before: number | null, now: number | null): number | null =>
  before === null ? now : now === null ? before : Math.max(before, now);
