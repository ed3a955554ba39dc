import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A user's own ladder with as few workers as the test needs, whose changes are not watched unless it says so. Each stage
 * builds on the same stage of the built-in ladder; its folder goes to `--profiles`.
 */
export const writeLadder = (
  dir: string,
  stages: Readonly<Record<number, Readonly<Record<string, unknown>>>>,
): string => {
  mkdirSync(dir, { recursive: true });
  for (const [stage, overrides] of Object.entries(stages)) {
    const number = Number(stage);
    const base = { stage: number, extends: number, why: "A small stage for a test.", watchWindowSec: 0 };
    const profile = { ...base, ...overrides };
    writeFileSync(join(dir, `stage-${stage}.json`), JSON.stringify(profile));
  }
  return dir;
};

/** Stage 1 with two workers, stage 2 with three: whole instances in a second or two. */
export const smallLadder = (
  dir: string,
  overrides: Readonly<Record<string, unknown>> = {},
  ofSecond: Readonly<Record<string, unknown>> = {},
): string => writeLadder(dir, { 1: { workers: 2, ...overrides }, 2: { workers: 3, ...overrides, ...ofSecond } });
