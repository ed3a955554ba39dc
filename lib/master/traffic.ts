import { createCumulative, createHistogram, type SparseHistogram } from "../histogram.ts";
import type { Beat } from "../protocol/worker-messages.ts";
import type { CacheFigures } from "../protocol/snapshot.ts";
import type { TrafficTotals } from "../protocol/traffic-totals.ts";
import { createCacheTraffic } from "./cache-traffic.ts";
import type { ResponseCacheCounts, ResponseCacheTotals } from "./response-cache-figures.ts";
import { addCounts, hitRateOf, noCounts } from "./response-cache-figures.ts";
import { createUsersOnline } from "./users-online.ts";

/** The last minute of the whole instance, fed by beats; nothing per request reaches the master. */
export interface Traffic {
  add(beat: Beat, nowMs: number): void;
  /** A refusal at the door counts as an error, and was never seen by a worker. */
  addRefused(nowMs: number): void;
  figures(nowMs: number): TrafficFigures;
  /** Since the master's start; they never go down. */
  totals(): TrafficTotals;
}

/** Rates and percentiles are null without traffic; totals since the master's start. */
export interface TrafficFigures {
  readonly requestsPerSec: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly waitP95Ms: number | null;
  readonly queryP95Ms: number | null;
  readonly errorRate: number | null;
  readonly served: number;
  readonly timedOut: number;
  readonly shed: number;
  readonly refused: number;
  /** At the door. */
  readonly refusedLastMinute: number;
  /** What workers answered; `errors` are those with 5xx, the three that follow among them. */
  readonly lastMinute: LastMinute;
  readonly responseCache: ResponseCacheTotals;
  /** Distinct ones of the last five minutes. */
  readonly users: number;
  /** What workers keep now stands in their records; null: no app has used its cache. */
  readonly cache: Omit<CacheFigures, "bytes" | "entries"> | null;
}

export interface LastMinute {
  readonly answers: number;
  readonly errors: number;
  readonly timedOut: number;
  readonly shed: number;
  readonly refused: number;
}

interface Second {
  readonly atSec: number;
  answers: number;
  errors: number;
  timedOut: number;
  shed: number;
  refusedByWorkers: number;
  refused: number;
  readonly response: SparseHistogram[];
  readonly wait: SparseHistogram[];
  readonly query: SparseHistogram[];
  readonly responseCache: ResponseCacheCounts;
}

export const createTraffic = (startedAtMs: number): Traffic => {
  const seconds: Second[] = [];
  const users = createUsersOnline();
  const cache = createCacheTraffic();
  const responseCache = noCounts();
  const totals = { served: 0, timedOut: 0, shed: 0, refused: 0 };
  const more = { errors: 0, refusedAtDoor: 0 };
  const [responses, waits] = [createCumulative(), createCumulative()];
  const secondAt = (nowMs: number): Second => {
    const atSec = Math.floor(nowMs / 1_000);
    const last = seconds.at(-1);
    if (last?.atSec === atSec) return last;
    const counts = { answers: 0, errors: 0, timedOut: 0, shed: 0, refusedByWorkers: 0, refused: 0 };
    const fresh: Second = { atSec, ...counts, response: [], wait: [], query: [], responseCache: noCounts() };
    seconds.push(fresh);
    while ((seconds[0]?.atSec ?? atSec) <= atSec - windowSec) seconds.shift();
    return fresh;
  };
  return {
    add: (beat, nowMs) => {
      users.add(beat.users, nowMs);
      if (beat.cache !== null && beat.cache !== undefined) cache.add(beat.cache, nowMs);
      const second = secondAt(nowMs);
      second.answers += beat.answers;
      second.errors += beat.errors;
      second.timedOut += beat.timedOut;
      second.shed += beat.shed;
      second.refusedByWorkers += beat.refused;
      if (beat.responseMs.length > 0) second.response.push(beat.responseMs);
      if (beat.waitMs.length > 0) second.wait.push(beat.waitMs);
      if (beat.postgres !== null && beat.postgres.queryMs.length > 0) second.query.push(beat.postgres.queryMs);
      responses.merge(beat.responseMs);
      waits.merge(beat.waitMs);
      more.errors += beat.errors;
      addCounts(second.responseCache, beat.responseCache);
      addCounts(responseCache, beat.responseCache);
      totals.served += beat.answers;
      totals.timedOut += beat.timedOut;
      totals.shed += beat.shed;
      totals.refused += beat.refused;
    },
    addRefused: (nowMs) => {
      secondAt(nowMs).refused += 1;
      totals.refused += 1;
      more.refusedAtDoor += 1;
    },
    totals: () => {
      const { served: answers, ...rest } = totals;
      return { answers, ...rest, ...more, response: responses.counts(), wait: waits.counts() };
    },
    figures: (nowMs) => {
      const nowSec = Math.floor(nowMs / 1_000);
      const recent = seconds.filter((second) => second.atSec > nowSec - windowSec);
      const response = createHistogram();
      const wait = createHistogram();
      const query = createHistogram();
      const cached = noCounts();
      let answers = 0;
      let bad = 0;
      let asked = 0;
      for (const second of recent) {
        answers += second.answers;
        bad += second.errors + second.refused;
        asked += second.answers + second.refused;
        addCounts(cached, second.responseCache);
        for (const sparse of second.response) response.merge(sparse);
        for (const sparse of second.wait) wait.merge(sparse);
        for (const sparse of second.query) query.merge(sparse);
      }
      const spanSec = Math.min(windowSec, Math.max(1, (nowMs - startedAtMs) / 1_000));
      return {
        requestsPerSec: asked === 0 ? null : round(answers / spanSec, 10),
        p50Ms: rounded(response.quantile(0.5)),
        p95Ms: rounded(response.quantile(0.95)),
        p99Ms: rounded(response.quantile(0.99)),
        waitP95Ms: rounded(wait.quantile(0.95)),
        queryP95Ms: rounded(query.quantile(0.95)),
        errorRate: asked === 0 ? null : round(bad / asked, 10_000),
        ...totals,
        responseCache: { ...responseCache, hitRate: hitRateOf(cached) },
        users: users.count(nowMs),
        refusedLastMinute: sumOf(recent, "refused"),
        lastMinute: {
          ...{ answers: sumOf(recent, "answers"), errors: sumOf(recent, "errors") },
          ...{ timedOut: sumOf(recent, "timedOut"), shed: sumOf(recent, "shed") },
          refused: sumOf(recent, "refusedByWorkers"),
        },
        cache: cache.figures(nowMs),
      };
    },
  };
};

type Counted = "answers" | "errors" | "timedOut" | "shed" | "refusedByWorkers" | "refused";

const sumOf = (seconds: readonly Second[], key: Counted): number =>
  seconds.reduce((sum, second) => sum + second[key], 0);

const windowSec = 60;
const round = (value: number, steps: number): number => Math.round(value * steps) / steps;
const rounded = (valueMs: number | null): number | null => (valueMs === null ? null : round(valueMs, 10));
