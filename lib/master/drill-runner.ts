import { randomInt } from "node:crypto";
import { DashdError } from "../errors.ts";
import type { Outcome } from "../protocol/control.ts";
import { drillExitCodes, type DrillRun, type JudgedDrill } from "../protocol/drill.ts";
import type { Instance } from "./instance.ts";
import type { Judging, StartJudge } from "./judge-process.ts";
import { busy, type Holder } from "./phase.ts";
import { createProgressFeed, feedOnce, type ProgressFeed } from "./progress-feed.ts";

/**
 * Drills for those who cannot judge one themselves: the panel. The users of a drill, its looks and its judgement are a
 * process of their own, the same code that `dashd drill` runs, one at a time.
 */
export interface DrillRunner {
  /** Throws before anything is touched: E_BUSY, E_DEVELOPMENT, E_DRILL_UNFIT. */
  run(request: DrillRun): Promise<ProgressFeed>;
  /** The one under way ends without a judgement. Throws E_DRILL_OVER where there is none. */
  stop(): void;
  close(): void;
}

export interface DrillRunnerDependencies {
  readonly reserve: Instance["reserve"];
  readonly home: string;
  readonly where: () => Pick<Outcome, "stage" | "revision" | "generation">;
  readonly startJudge: StartJudge;
  readonly wallClock: () => Date;
}

export const createDrillRunner = (dependencies: DrillRunnerDependencies): DrillRunner => {
  const { reserve, home, where, startJudge, wallClock } = dependencies;
  let running: { readonly holder: Holder; readonly judging: Judging } | null = null;

  const judge = async (request: DrillRun, holder: Holder, told: Parameters<StartJudge>[1]): Promise<JudgedDrill> => {
    const judging = startJudge({ ...request, home, seed: randomInt(1, highestSeed) }, told);
    running = { holder, judging };
    try {
      return await judging.judged;
    } finally {
      running = null;
    }
  };

  return {
    run: async (request) => {
      const { drill, by } = request;
      if (running !== null) throw busy(running.holder);
      const holder: Holder = { what: "drill", drill, by, since: wallClock().toISOString() };
      // Only looked whether it may be: its users come first, and the fault reserves for itself.
      reserve(holder)();
      const feed = createProgressFeed();
      return feedOnce(
        feed,
        async (begun) => {
          const step = (message: { readonly code: string; readonly facts: Outcome["message"]["facts"] }): void =>
            begun({ type: "step", at: wallClock().toISOString(), ...message });
          feed.push(outcomeOf(request, await judge(request, holder, step), where()));
          feed.end();
        },
        where,
      );
    },
    stop: () => {
      if (running === null) throw new DashdError("E_DRILL_OVER", {}, { hint: "dashd history" });
      running.judging.interrupt();
    },
    close: () => running?.judging.end(),
  };
};

const outcomeOf = (
  { drill }: DrillRun,
  { outcome, lines, figures }: JudgedDrill,
  { stage, revision, generation }: ReturnType<DrillRunnerDependencies["where"]>,
): { readonly type: "outcome" } & Outcome => ({
  type: "outcome",
  exitCode: drillExitCodes[outcome],
  message: { code: `drill.${outcome}`, facts: { drill } },
  hint: null,
  drill: { lines, figures },
  ...{ stage, revision, generation },
});

const highestSeed = 1_000_000;
