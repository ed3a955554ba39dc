import { createHistogram } from "../histogram.ts";
import type { SecondTally } from "./plan.ts";

/** One request as its user saw it; times are monotonic. */
export interface Answered {
  readonly path: string;
  /** null: as expected. */
  readonly failure: string | null;
  readonly wantedAtMs: number;
  readonly endedAtMs: number;
  /** As the server told it. */
  readonly waitMs: number | null;
  readonly bytes: number;
  /** How often its user would have asked, had nothing been slow; 0: as soon as the last one was over. */
  readonly everyMs: number;
}

/** Counts what the users of one process see; given away once a second. */
export interface Recorder {
  answered(answer: Answered): void;
  visited(): void;
  /** What was counted since the last call. */
  take(second: number, users: number): SecondTally;
}

export const createRecorder = (): Recorder => {
  const [total, plain, response, wait] = [createHistogram(), createHistogram(), createHistogram(), createHistogram()];
  const errors = new Map<string, { readonly kind: string; readonly path: string; count: number }>();
  let counts = nothing();
  return {
    answered: ({ path, failure, wantedAtMs, endedAtMs, waitMs, bytes, everyMs }) => {
      counts.requests++;
      counts.bytes += bytes;
      if (failure !== null) {
        const key = `${failure} ${path}`;
        const known = errors.get(key) ?? { kind: failure, path, count: 0 };
        known.count++;
        if (errors.size < errorsKept || errors.has(key)) errors.set(key, known);
        return;
      }
      counts.ok++;
      const tookMs = endedAtMs - wantedAtMs;
      counts.longestMs = Math.max(counts.longestMs, tookMs);
      plain.record(tookMs);
      for (const ms of withOmitted(tookMs, everyMs)) total.record(ms);
      for (const ms of withOmitted(Math.max(0, tookMs - (waitMs ?? 0)), everyMs)) response.record(ms);
      if (waitMs !== null) wait.record(waitMs);
    },
    visited: () => {
      counts.visits++;
    },
    take: (second, users) => {
      const taken = { second, users, ...counts, errors: [...errors.values()] };
      counts = nothing();
      errors.clear();
      const [totalMs, plainMs, responseMs, waitMs] = [total.take(), plain.take(), response.take(), wait.take()];
      return { ...taken, totalMs, plainMs, responseMs, waitMs };
    },
  };
};

/**
 * Corrects for coordinated omission as HdrHistogram does: who asks every second and waits four would have asked three
 * times more, and waited three, two and one. Pure.
 */
export const withOmitted = (tookMs: number, everyMs: number): readonly number[] => {
  if (everyMs <= 0 || tookMs <= everyMs) return [tookMs];
  const omitted = Math.min(mostOmitted, Math.ceil(tookMs / everyMs) - 1);
  return Array.from({ length: omitted + 1 }, (_, index) => tookMs - index * everyMs);
};

const nothing = () => ({ requests: 0, ok: 0, bytes: 0, visits: 0, longestMs: 0 });

const errorsKept = 1_000;
const mostOmitted = 10_000;
