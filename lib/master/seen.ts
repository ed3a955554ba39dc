import { createHistogram, type SparseHistogram } from "../histogram.ts";
import type { Beat } from "../protocol/worker-messages.ts";
import type { Before } from "./gates.ts";
import { createMemorySeen, type MemoryFigures } from "./memory-seen.ts";

/** What was seen of one generation since the door pointed to it: the figures that its gates judge. */
export interface Seen {
  /** Forgets what was before. */
  begin(nowMs: number): void;
  heard(workerId: number, beat: Beat, nowMs: number): void;
  crashed(): void;
  hung(): void;
  /** A service went down or came back: what was answered meanwhile says nothing about the code. */
  serviceFell(isDown: boolean, nowMs: number): void;
  figures(nowMs: number): SeenFigures;
  /** Its own last minute: what the next one is held against. */
  lastMinute(nowMs: number): Before;
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
  /** Null where no worker has spoken lately. */
  readonly memory: MemoryFigures | null;
}

export const createSeen = (): Seen => {
  let sinceMs = 0;
  let totals = { answers: 0, errors: 0, crashes: 0, hangs: 0 };
  let answered: Answered[] = [];
  let wellSinceMs = Number.NEGATIVE_INFINITY;
  const memory = createMemorySeen();
  return {
    begin: (nowMs) => {
      sinceMs = nowMs;
      totals = { answers: 0, errors: 0, crashes: 0, hangs: 0 };
      answered = [];
      memory.begin();
    },
    heard: (workerId, { answers, errors, responseMs, rssBytes }, nowMs) => {
      if (rssBytes !== null) memory.heard(workerId, rssBytes, nowMs);
      totals.answers += answers;
      totals.errors += errors;
      if (responseMs.length === 0) return;
      answered.push({ atMs: nowMs, answers, errors, responseMs });
      if (answered.length > beatsKept) answered.splice(0, answered.length - beatsKept);
    },
    crashed: () => {
      totals.crashes += 1;
    },
    hung: () => {
      totals.hangs += 1;
    },
    serviceFell: (isDown, nowMs) => {
      wellSinceMs = isDown ? Number.POSITIVE_INFINITY : nowMs + overWithinMs;
    },
    figures: (nowMs) => {
      const half = createHistogram();
      const fromMs = sinceMs + (nowMs - sinceMs) / 2;
      for (const { atMs, responseMs } of answered) if (atMs >= fromMs) half.merge(responseMs);
      const response = { p95Ms: half.quantile(0.95), p95Of: half.count() };
      return { forMs: nowMs - sinceMs, ...totals, ...response, memory: memory.figures(nowMs, fromMs) };
    },
    lastMinute: (nowMs) => {
      const response = createHistogram();
      let [answers, errors] = [0, 0];
      for (const beat of answered) {
        if (nowMs - beat.atMs > minuteMs || beat.atMs < wellSinceMs) continue;
        answers += beat.answers;
        errors += beat.errors;
        response.merge(beat.responseMs);
      }
      return {
        errorRate: answers === 0 ? null : Math.round((errors / answers) * 10_000) / 10_000,
        p95Ms: response.quantile(0.95),
        rssBytes: memory.figures(nowMs, nowMs)?.rssBytes ?? null,
      };
    },
  };
};

interface Answered {
  readonly atMs: number;
  readonly answers: number;
  readonly errors: number;
  readonly responseMs: SparseHistogram;
}

const minuteMs = 60_000;
/** Requests that waited for it end, and beats tell of them. */
const overWithinMs = 2_000;
/** Half a minute of 64 workers; a generation that serves on is not watched, and must not grow. */
const beatsKept = 2_000;
