import type { Message } from "../errors.ts";

/** What was measured of a revision, as far as its evidence in the journal tells it: other versions may keep other things. */
export interface Measured {
  /** The last minute of what was in force before. */
  readonly before: {
    readonly revision: number | null;
    readonly errorRate: number | null;
    readonly p95Ms: number | null;
  };
  /** The revision itself in its watch window; null where there was none. */
  readonly after: MeasuredWindow | null;
}

export interface MeasuredWindow {
  readonly seconds: number | null;
  readonly answers: number | null;
  readonly errorRate: number | null;
  readonly p95Ms: number | null;
  readonly crashes: number | null;
  readonly hangs: number | null;
}

/** null: nothing was measured, as at a start. */
export const measuredIn = (evidence: unknown): Measured | null => {
  const before = fieldOf(evidence, "before");
  if (before === undefined) return null;
  const watched = fieldOf(evidence, "watched") ?? null;
  return {
    before: {
      revision: numberIn(before, "revision"),
      errorRate: numberIn(before, "errorRate"),
      p95Ms: numberIn(before, "p95Ms"),
    },
    after: watched === null ? null : windowOf(watched),
  };
};

/** Before and after, a sentence each. */
export const evidenceLines = (evidence: unknown): readonly Message[] => {
  const measured = measuredIn(evidence);
  if (measured === null) return [{ code: "history.not-measured", facts: {} }];
  const { before, after } = measured;
  return [
    { code: "history.before", facts: { ...before } },
    after === null ? { code: "history.not-watched", facts: {} } : { code: "history.after", facts: { ...after } },
  ];
};

const windowOf = (watched: unknown): MeasuredWindow => {
  const answers = numberIn(watched, "answers");
  const errors = numberIn(watched, "errors");
  const forMs = numberIn(watched, "forMs");
  return {
    seconds: forMs === null ? null : Math.round(forMs / 1_000),
    answers,
    errorRate: answers === null || answers === 0 || errors === null ? null : errors / answers,
    p95Ms: numberIn(watched, "p95Ms"),
    crashes: numberIn(watched, "crashes"),
    hangs: numberIn(watched, "hangs"),
  };
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

const numberIn = (value: unknown, name: string): number | null => {
  const field = fieldOf(value, name);
  return typeof field === "number" && Number.isFinite(field) ? field : null;
};
