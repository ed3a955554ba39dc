import { createControlClient } from "../../control/client.ts";
import { DashdError } from "../../errors.ts";
import { readBlackBoxes } from "../../home/black-boxes.ts";
import { homePaths } from "../../home/paths.ts";
import type { FromJudge, JudgePlan, ToJudge } from "../../protocol/drill.ts";
import { monotonicMs } from "../../protocol/worker-messages.ts";
import { mustHaveService } from "./fit.ts";
import { runDrill } from "./run-drill.ts";

/**
 * A drill that the panel asked for, in a process of its own: it makes the users and judges, with what `dashd drill` judges
 * by, over the home's socket. The master, which is what is being tried, has no request of it to make or to time.
 */
const main = (): void => {
  const interrupt = new AbortController();
  process.on("message", (asked: ToJudge) => {
    if (asked.type === "interrupt") interrupt.abort();
    else void judge(asked.plan, interrupt.signal);
  });
  // Its connection is the drill: the fault ends with this process.
  process.once("disconnect", orphaned);
  tell({ type: "ready" });
};

const judge = async ({ home, ...plan }: JudgePlan, interrupted: AbortSignal): Promise<void> => {
  try {
    const paths = homePaths(home);
    const client = createControlClient({ paths });
    mustHaveService(plan.drill, await client.status());
    const readyPath = (await client.settings()).find(({ name }) => name === "readyPath")?.value ?? "/";
    const report = await runDrill(
      { ...plan, paths: [readyPath] },
      {
        client,
        boxes: () => readBlackBoxes(paths),
        told: (message) => tell({ type: "told", message }),
        interrupted,
        now: monotonicMs,
      },
    );
    const { outcome, lines, figures } = report;
    tell({ type: "judged", outcome, lines, figures });
  } catch (error) {
    const known = error instanceof DashdError ? error : new DashdError("E_INTERNAL", { message: String(error) });
    const { code, facts, details, hint } = known;
    tell({ type: "failed", error: { code, facts, details, hint } });
  }
  process.off("disconnect", orphaned);
  process.disconnect();
};

const orphaned = (): void => process.exit(1);

const tell = (message: FromJudge): void => void process.send?.(message);

main();
