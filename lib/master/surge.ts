import type { Progress } from "../protocol/control.ts";
import type { ChangeEvidence, ChangePlan, ChangePorts } from "./change.ts";
import type { Generation } from "./generation.ts";
import type { Before, Watched } from "./gates.ts";
import { createRollingSurge } from "./surge-rolling.ts";
import { createWholeSurge } from "./surge-whole.ts";

/** How the new generation comes into force beside the old one, and goes again. */
export interface ChangeSurge {
  /** Until the new generation alone gets connections and is proven. Throws where it does not hold. */
  forth(): AsyncGenerator<Progress, Proof>;
  /** After `forth` has thrown: until the old generation alone gets connections. */
  back(): AsyncGenerator<Progress, Restored>;
}

/** What was found on the way. */
export interface Proof {
  readonly before: Before;
  readonly watched: Watched | null;
  readonly limits: ChangeEvidence["limits"];
}

export interface Restored {
  /** Clients were on the new generation: it finishes what it has. */
  readonly reached: boolean;
  /** null: the old generation is as it was. Otherwise why it is not. */
  readonly missing: string | null;
}

export interface SurgeOptions {
  readonly plan: ChangePlan;
  readonly old: Generation;
  readonly fresh: Generation;
}

export const createSurge = (options: SurgeOptions, ports: ChangePorts): ChangeSurge => {
  const { surge } = options.plan;
  return surge.mode === "whole"
    ? createWholeSurge(options, ports)
    : createRollingSurge({ ...options, steps: surge.steps, because: surge.because }, ports);
};
