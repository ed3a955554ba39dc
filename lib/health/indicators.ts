import type { Indicator } from "../protocol/snapshot.ts";
import { adviceOn } from "./advice.ts";
import type { Circumstances, Figures, Judged, StageSize } from "./figures.ts";
import { heldLevel, type HeldLevels, keepLevels } from "./hysteresis.ts";
import { levelsOf } from "./levels.ts";

/** The indicators as they are shown: the present figure, the level that is held, and what to do above ok. Pure. */
export const judge = ({ held, nowMs, ...input }: JudgeInput): readonly Indicator[] => {
  const rows = levelsOf(input.profile, input.figures);
  const levels = keepLevels(held, rows, nowMs);
  return rows.map((row) => {
    const level = heldLevel(levels, row.name, row.level);
    const advice = level === "warn" || level === "critical" ? adviceOn(row.name, level, input) : null;
    return { ...row, level, advice };
  });
};

export interface JudgeInput {
  readonly profile: Judged;
  readonly figures: Figures;
  readonly circumstances: Circumstances;
  /** The stages there are, lowest first. */
  readonly ladder: readonly StageSize[];
  /** As kept at the last look, for the thresholds of this generation. */
  readonly held: HeldLevels;
  /** Monotonic. */
  readonly nowMs: number;
}
