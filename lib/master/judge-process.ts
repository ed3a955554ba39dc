import { fork } from "node:child_process";
import { join } from "node:path";
import { DashdError, type Message } from "../errors.ts";
import { packageRoot } from "../package-root.ts";
import type { FromJudge, JudgedDrill, JudgePlan, ToJudge } from "../protocol/drill.ts";

/** A drill being judged by a process of its own. */
export interface Judging {
  /** Rejects with what the drill was refused or ended with. */
  readonly judged: Promise<JudgedDrill>;
  /** Its fault ends, and it tells that it was interrupted. */
  interrupt(): void;
  /** At once; the fault ends with it. */
  end(): void;
}

export type StartJudge = (plan: JudgePlan, told: (message: Message) => void) => Judging;

export const startJudge: StartJudge = (plan, told) => {
  const child = fork(join(packageRoot(), "dist", "lib", "verify", "drill", "main.js"), {
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    execArgv: [],
    // What an app is made to load with its start is not loaded here.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  // One that is gone already has told, or is told of, by its end.
  const tell = (asked: ToJudge): void => void child.send(asked, () => undefined);
  const judged = new Promise<JudgedDrill>((resolve, reject) => {
    child.on("message", (message: FromJudge) => {
      if (message.type === "ready") tell({ type: "judge", plan });
      else if (message.type === "told") told(message.message);
      else if (message.type === "judged") resolve(message);
      else {
        const { code, facts, details, hint } = message.error;
        reject(new DashdError(code, facts, { details, hint }));
      }
    });
    child.on("error", reject);
    // What it said before is heard before it is gone; after that nobody waits for this.
    child.once("close", () => reject(new DashdError("E_DRILL_OVER", {}, { hint: "dashd history" })));
  });
  return { judged, interrupt: () => tell({ type: "interrupt" }), end: () => void child.kill("SIGKILL") };
};
