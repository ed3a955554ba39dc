import { createHistogram, type SparseHistogram } from "../histogram.ts";
import type { Beat } from "../protocol/worker-messages.ts";

/** What was seen of one generation since the door pointed to it: the figures that its gates judge. */
export interface Seen {
  /** Forgets what was before. */
  begin(nowMs: number): void;
  heard(beat: Beat, nowMs: number): void;
  crashed(): void;
  hung(): void;
  figures(nowMs: number): SeenFigures;
}

export interface SeenFigures {
  readonly forMs: number;
  readonly answers: number;
  /** 5xx among them. */
  readonly errors: number;
  /** Of the second half of the time: a fresh worker's first answers are slow. Null without answers in it. */
  readonly p95Ms: number | null;
  /** How many answers that is made of. */
  readonly p95Of: number;
  readonly crashes: number;
  readonly hangs: number;
}

export const createSeen = (): Seen => {
  let sinceMs = 0;
  let totals = { answers: 0, errors: 0, crashes: 0, hangs: 0 };
  let answered: { readonly atMs: number; readonly responseMs: SparseHistogram }[] = [];
  return {
    begin: (nowMs) => {
      sinceMs = nowMs;
      totals = { answers: 0, errors: 0, crashes: 0, hangs: 0 };
      answered = [];
    },
    heard: ({ answers, errors, responseMs }, nowMs) => {
      totals.answers += answers;
      totals.errors += errors;
      if (responseMs.length === 0) return;
      answered.push({ atMs: nowMs, responseMs });
      if (answered.length > beatsKept) answered.splice(0, answered.length - beatsKept);
    },
    crashed: () => {
      totals.crashes += 1;
    },
    hung: () => {
      totals.hangs += 1;
    },
    figures: (nowMs) => {
      const half = createHistogram();
      const fromMs = sinceMs + (nowMs - sinceMs) / 2;
      for (const { atMs, responseMs } of answered) if (atMs >= fromMs) half.merge(responseMs);
      return { forMs: nowMs - sinceMs, ...totals, p95Ms: half.quantile(0.95), p95Of: half.count() };
    },
  };
};

/** Half a minute of 64 workers; a generation that serves on is not watched, and must not grow. */
const beatsKept = 2_000;
