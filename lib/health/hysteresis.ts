import type { IndicatorLevel } from "../protocol/snapshot.ts";
import type { Levelled } from "./levels.ts";

/** For each indicator what is still held up, of one set of thresholds; begin with {@link noLevels}. */
export type HeldLevels = ReadonlyMap<string, HeldLevel>;

/** null: not reached, or better for long enough. */
interface HeldLevel {
  readonly warn: Reached | null;
  readonly critical: Reached | null;
}

/** Since when, monotonic, every look found the figure better; null: it is still there. */
interface Reached {
  readonly betterSinceMs: number | null;
}

export const noLevels: HeldLevels = new Map();

/**
 * A level rises at once, and falls only when every look for {@link heldForMs} found the figure better: one that trembles
 * around its edge stays above it. A figure that is no longer known is not worse, and lets go in the same time. Only
 * differences of `nowMs` count. Pure.
 */
export const keepLevels = (before: HeldLevels, rows: readonly Levelled[], nowMs: number): HeldLevels =>
  new Map(
    rows.map(({ name, level }) => {
      const held = before.get(name);
      return [
        name,
        {
          warn: keep(held?.warn ?? null, level === "warn" || level === "critical", nowMs),
          critical: keep(held?.critical ?? null, level === "critical", nowMs),
        },
      ];
    }),
  );

/** What is shown of a figure that stands at `level`. */
export const heldLevel = (held: HeldLevels, name: string, level: IndicatorLevel): IndicatorLevel => {
  const { warn = null, critical = null } = held.get(name) ?? {};
  if (level === "critical" || critical !== null) return "critical";
  return level === "warn" || warn !== null ? "warn" : level;
};

const keep = (reached: Reached | null, isThere: boolean, nowMs: number): Reached | null => {
  if (isThere) return { betterSinceMs: null };
  if (reached === null) return null;
  const betterSinceMs = reached.betterSinceMs ?? nowMs;
  return nowMs - betterSinceMs >= heldForMs ? null : { betterSinceMs };
};

/**
 * Ten looks: figures of one second (CPU, disk, busy workers) jump from one to the next, and those of the last minute move
 * by a sixth of what they are in ten; it is also from when on the contract calls held clients worth a word.
 */
export const heldForMs = 10_000;
