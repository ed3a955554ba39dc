import { DashdError } from "../../errors.ts";
import { type DrillName, lacksFor } from "../../protocol/drill.ts";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { lookOf } from "./observations.ts";
import { serves } from "../../protocol/serves.ts";

/** Throws E_DRILL_UNFIT before anybody is asked anything; what only the master can see, it refuses itself. */
export const mustHaveService = (drill: DrillName, { services }: Snapshot): void => {
  const missing = lacksFor(drill, services);
  if (missing !== null) throw new DashdError("E_DRILL_UNFIT", { drill, because: missing });
};

/** What is broken already cannot be told from what the drill breaks. */
export const mustBeWhole = (drill: DrillName, snapshot: Snapshot, nowMs: number): void => {
  const { redis, postgres, workers } = lookOf(snapshot, nowMs, null);
  const declared = snapshot.limits.find(({ name }) => name === "workers")?.declared ?? 0;
  const isWhole = workers.filter(serves).length >= Number(declared) && ![redis, postgres].some((one) => sick.has(one));
  // Who is busy with what, the master says itself.
  if (isWhole || snapshot.state === "changing") return;
  throw new DashdError("E_DRILL_UNFIT", { drill, because: "not-whole" }, { hint: "dashd status" });
};

const sick: ReadonlySet<string> = new Set(["slow", "down"]);
