import { fork, type ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DashdError } from "../errors.ts";
import { packageRoot } from "../package-root.ts";
import type { FromGenerator, GeneratorPlan, GeneratorStrain, Scenario, SecondTally } from "./plan.ts";
import { type LoadSummary, summarise } from "./summary.ts";

export interface LoadOptions {
  readonly url: string;
  readonly scenario: Scenario;
  readonly users: number;
  /** Ramp included. */
  readonly seconds: number;
  readonly rampSec: number;
  readonly requestTimeoutMs: number;
  readonly seed: number;
  readonly insecure: boolean;
}

export interface LoadPorts {
  /** Once a second: everything counted so far. */
  readonly told: (sofar: LoadSummary) => void;
  /** Ends it early; what was counted until then counts. */
  readonly interrupted: AbortSignal;
}

/** Makes the load in processes of its own, so that neither the command nor the instance is what limits it. */
export const runLoad = async (options: LoadOptions, { told, interrupted }: LoadPorts): Promise<LoadSummary> => {
  const { users, rampSec, seconds } = options;
  const tallies: SecondTally[] = [];
  const strains: GeneratorStrain[] = [];
  const startedAtMs = performance.now();
  const summary = (): LoadSummary => {
    const lasted = Math.min(seconds, Math.round((performance.now() - startedAtMs) / 1_000));
    return summarise({ users, rampSec, seconds: lasted, tallies, strains });
  };
  const plans = sharesOf(options);
  const children: ChildProcess[] = [];
  const endAll = (): void => {
    for (const child of children) child.kill("SIGKILL");
  };
  const deadline = setTimeout(endAll, seconds * 1_000 + options.requestTimeoutMs + endingMs);
  interrupted.addEventListener("abort", endAll);
  const ticker = setInterval(() => told(summary()), 1_000);
  try {
    const heard = (message: FromGenerator): void => {
      if (message.type === "second") tallies.push(message);
      if (message.type === "end") strains.push(message);
    };
    await Promise.all(plans.map((plan) => generate(plan, heard, children, interrupted)));
    return summary();
  } finally {
    clearTimeout(deadline);
    clearInterval(ticker);
    interrupted.removeEventListener("abort", endAll);
    endAll();
  }
};

/** Users take turns over the processes, so that the ramp is even. */
const sharesOf = ({ users, seconds, rampSec, ...rest }: LoadOptions): readonly GeneratorPlan[] => {
  const processes = Math.max(1, Math.min(availableParallelism(), Math.ceil(users / usersOfProcess)));
  return Array.from({ length: processes }, (_, index) => ({
    ...rest,
    users: Array.from({ length: users }, (__, user) => user).filter((user) => user % processes === index),
    allUsers: users,
    rampMs: rampSec * 1_000,
    runMs: seconds * 1_000,
  }));
};

const generate = (
  plan: GeneratorPlan,
  heard: (message: FromGenerator) => void,
  children: ChildProcess[],
  interrupted: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = fork(join(packageRoot(), "dist", "lib", "load", "main.js"), { serialization: "advanced" });
    children.push(child);
    child.on("message", (message: FromGenerator) => {
      if (message.type === "ready") child.send(plan);
      heard(message);
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0 || interrupted.aborted) resolve();
      else reject(new DashdError("E_INTERNAL", { message: `a load generator ended with ${signal ?? code}` }));
    });
  });

/** One process makes some thousand requests a second. */
const usersOfProcess = 100;
const endingMs = 10_000;
