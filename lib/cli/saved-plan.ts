import { readFileSync } from "node:fs";
import { DashdError } from "../errors.ts";
import { isRecord } from "../is-record.ts";
import type { PlannedFor } from "../protocol/control.ts";

/** What the plan in this file (`dashd plan --stage N --json`) was made for. Throws E_USAGE where it is none for the stage. */
export const savedPlan = (path: string, stage: number): PlannedFor => {
  const plan = read(path);
  const { from, profileFingerprint } = plan;
  const revision = isRecord(from) ? from["revision"] : null;
  if (typeof profileFingerprint !== "string" || typeof revision !== "number") throw notAPlan(path, stage, "no plan");
  if (plan["stage"] !== stage) throw notAPlan(path, stage, `stage ${String(plan["stage"])}`);
  return { revision, profileFingerprint };
};

const read = (path: string): Readonly<Record<string, unknown>> => {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isRecord(parsed) ? parsed : {};
  } catch (error) {
    throw new DashdError(
      "E_USAGE",
      { found: `--plan ${path}`, expected: "cli.expected-plan" },
      { hint: "dashd plan --stage 2 --json > plan.json", cause: error },
    );
  }
};

const notAPlan = (path: string, stage: number, found: string): DashdError =>
  new DashdError(
    "E_USAGE",
    { found: `--plan ${path} (${found})`, expected: "cli.expected-plan" },
    { hint: `dashd plan --stage ${stage} --json > plan.json` },
  );
