import type { Facts, Message } from "../errors.ts";
import { cpuFacts, diskFacts, memoryFacts } from "./advice-host.ts";
import { busyFacts, connectionFacts, errorFacts, responseFacts, userFacts, waitingFacts } from "./advice-load.ts";
import { hitRateFacts, poolFacts, redisFacts, redisMemoryFacts } from "./advice-services.ts";
import type { Circumstances, Figures, Judged, StageSize } from "./figures.ts";

/** What advice is made of: the stage in force, what was measured, and what else there is to go to. */
export interface AdviceInput {
  readonly profile: Judged;
  readonly figures: Figures;
  readonly circumstances: Circumstances;
  readonly ladder: readonly StageSize[];
}

/** One sentence for an indicator that is not well: its cause in figures of this instance, and what helps. Pure. */
export const adviceOn = (name: string, level: "warn" | "critical", input: AdviceInput): Message => ({
  code: `advice.${name}`,
  facts: { stage: input.profile.stage, level, ...factsOf[name]?.(input) },
});

const factsOf: Readonly<Record<string, (input: AdviceInput) => Facts>> = {
  cpu: cpuFacts,
  memory: memoryFacts,
  diskIo: diskFacts,
  responseP95: responseFacts,
  errors: errorFacts,
  redis: redisFacts,
  redisHitRate: hitRateFacts,
  redisMemory: redisMemoryFacts,
  postgresPool: poolFacts,
  busyWorkers: busyFacts,
  connections: connectionFacts,
  waiting: waitingFacts,
  users: userFacts,
};
