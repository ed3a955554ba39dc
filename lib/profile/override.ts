import { DashdError } from "../errors.ts";
import type { Profile } from "./schema.ts";

/**
 * DASHD_WORKERS: the stage with another number of workers. It changes what is declared, and every budget is shared out
 * over the new number. null: the stage as it is. More workers than connections is E_SETTING.
 */
export const withWorkers = (profile: Profile, workers: number | null): Profile => {
  if (workers === null || workers === profile.workers) return profile;
  if (workers <= profile.connections) return { ...profile, workers };
  const facts = {
    name: "workers",
    path: "DASHD_WORKERS",
    found: workers,
    stage: profile.stage,
    connections: profile.connections,
  };
  throw new DashdError("E_SETTING", { count: 1 }, { details: [{ code: "fault.workers-over-connections", facts }] });
};
