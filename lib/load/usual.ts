import type { ThinkTime } from "./plan.ts";

/** What a load is like where nobody says otherwise: `dashd load` and `dashd verify` measure the same. */
export const usualThink: ThinkTime = { medianMs: 5_000, spread: 0.5 };
export const usualRequestTimeoutMs = 60_000;
export const usualSeconds = 30;
export const discoverWithinMs = 15_000;

/** A third, at most ten seconds. */
export const usualRampSec = (seconds: number): number => Math.min(10, Math.floor(seconds / 3));
