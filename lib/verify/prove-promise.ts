import { setTimeout as pause } from "node:timers/promises";
import { DashdError } from "../errors.ts";
import { discoverScenario } from "../load/discover.ts";
import type { Scenario } from "../load/plan.ts";
import { runLoad } from "../load/run-load.ts";
import type { LoadSummary } from "../load/summary.ts";
import { discoverWithinMs, usualRampSec, usualRequestTimeoutMs, usualThink } from "../load/usual.ts";
import type { Profile } from "../profile/schema.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { loadFailed, promiseStep, provenLoad } from "./promise-steps.ts";
import type { ProofStep, ProvenLoad } from "./proof.ts";

export interface PromiseOptions {
  readonly url: string;
  readonly promises: Profile["promise"];
  readonly seconds: number;
  /** null: found by reading the page. */
  readonly scenario: Scenario | null;
}

export interface PromisePorts {
  readonly begins: (users: number) => void;
  readonly told: (sofar: LoadSummary) => void;
  readonly status: () => Promise<Snapshot>;
  /** Somebody changed the instance: what follows would be of another stage. */
  readonly isChanged: () => boolean;
  readonly interrupted: AbortSignal;
}

export interface PromiseFound {
  readonly steps: readonly ProofStep[];
  readonly loads: readonly ProvenLoad[];
  readonly summaries: readonly LoadSummary[];
}

/** The stage's promise at each of its numbers of users, one after the other. */
export const provePromise = async (options: PromiseOptions, ports: PromisePorts): Promise<PromiseFound> => {
  const { url, promises, seconds } = options;
  const first = promises[0]?.users ?? 0;
  const scenario = options.scenario ?? (await discover(url));
  if (!("visits" in scenario)) return { steps: [loadFailed(first, scenario.fault)], loads: [], summaries: [] };
  const summaries: LoadSummary[] = [];
  for (const { users } of promises) {
    if (ports.interrupted.aborted || ports.isChanged()) break;
    ports.begins(users);
    const rampSec = usualRampSec(seconds);
    const load = { url, scenario, users, seconds, rampSec, seed: 1, insecure: true };
    summaries.push(await runLoad({ ...load, requestTimeoutMs: usualRequestTimeoutMs }, ports));
    await calm(ports);
  }
  const loads = summaries.map((summary) => provenLoad(summary, promises));
  return { steps: loads.map(promiseStep), loads, summaries };
};

const discover = async (url: string): Promise<Scenario | { readonly fault: string }> => {
  try {
    return await discoverScenario({
      url: new URL(url),
      think: usualThink,
      insecure: true,
      deadlineMs: discoverWithinMs,
    });
  } catch (error) {
    if (error instanceof DashdError && error.code === "E_LOAD_PAGE") return { fault: String(error.facts["found"]) };
    throw error;
  }
};

/** What one load leaves behind is none of the next one's. */
const calm = async ({ status, interrupted }: PromisePorts): Promise<void> => {
  const untilMs = performance.now() + calmWithinMs;
  while (performance.now() < untilMs && !interrupted.aborted) {
    const { load } = await status();
    if (load.held === 0 && load.queued === 0 && load.inFlight === 0) return;
    await pause(everyMs);
  }
};

const calmWithinMs = 5_000;
const everyMs = 200;
