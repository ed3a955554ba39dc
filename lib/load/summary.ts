import { createHistogram, type Histogram } from "../histogram.ts";
import type { GeneratorStrain, SecondTally } from "./plan.ts";

/** A load in figures. Times in ms, shares 0 to 1; null where nothing was measured. Seconds of the ramp are in the series only. */
export interface LoadSummary {
  readonly users: number;
  readonly rampSec: number;
  readonly seconds: number;
  readonly requests: number;
  readonly ok: number;
  readonly okRate: number | null;
  readonly requestsPerSec: number;
  readonly visits: number;
  readonly bytes: number;
  /** From the wish to the last byte, corrected for coordinated omission. */
  readonly total: Quantiles;
  /** p99 as a closed loop would tell it. */
  readonly plainP99Ms: number | null;
  /** `total` without the wait; the same where the server does not tell the wait. */
  readonly response: Quantiles;
  readonly wait: Quantiles;
  readonly errors: readonly ErrorRow[];
  readonly series: readonly SeriesPoint[];
  readonly strain: GeneratorStrain & { readonly limited: boolean };
}

export interface Quantiles {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

export interface ErrorRow {
  readonly kind: string;
  readonly path: string;
  readonly count: number;
  readonly firstSec: number;
  readonly lastSec: number;
}

export interface SeriesPoint {
  readonly second: number;
  readonly users: number;
  readonly requests: number;
  readonly errors: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly waitP95Ms: number | null;
}

export interface SummaryInput {
  readonly users: number;
  readonly rampSec: number;
  /** Ramp included. */
  readonly seconds: number;
  readonly tallies: readonly SecondTally[];
  readonly strains: readonly GeneratorStrain[];
}

export const summarise = ({ users, rampSec, seconds, tallies, strains }: SummaryInput): LoadSummary => {
  const steady = tallies.filter(({ second }) => second >= rampSec);
  const sum = (key: "requests" | "ok" | "visits" | "bytes"): number =>
    steady.reduce((total, tally) => total + tally[key], 0);
  const requests = sum("requests");
  const ok = sum("ok");
  const longestMs = Math.max(0, ...steady.map((tally) => tally.longestMs));
  const utilization = Math.max(0, ...strains.map((strain) => strain.utilization));
  const loopLagP99Ms = Math.max(0, ...strains.map((strain) => strain.loopLagP99Ms));
  return {
    ...{ users, rampSec, seconds, requests, ok },
    okRate: requests === 0 ? null : ok / requests,
    requestsPerSec: requests / Math.max(1, seconds - rampSec),
    visits: sum("visits"),
    bytes: sum("bytes"),
    total: { ...quantilesOf(merged(steady, "totalMs"), longestMs), ...(ok > 0 && { maxMs: longestMs }) },
    plainP99Ms: quantilesOf(merged(steady, "plainMs"), longestMs).p99Ms,
    response: quantilesOf(merged(steady, "responseMs"), longestMs),
    wait: quantilesOf(merged(steady, "waitMs"), longestMs),
    errors: errorRows(steady),
    series: seriesOf(tallies),
    strain: { utilization, loopLagP99Ms, limited: utilization > busyFrom || loopLagP99Ms > lateFromMs },
  };
};

type Histograms = "totalMs" | "plainMs" | "responseMs" | "waitMs";

const merged = (tallies: readonly SecondTally[], key: Histograms): Histogram => {
  const histogram = createHistogram();
  for (const tally of tallies) histogram.merge(tally[key]);
  return histogram;
};

/** A histogram knows its values by their buckets: nothing took longer than the longest. */
const quantilesOf = (histogram: Histogram, longestMs: number): Quantiles => {
  const at = (quantile: number): number | null => {
    const ms = histogram.estimate(quantile);
    return ms === null ? null : Math.min(ms, longestMs);
  };
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) };
};

const errorRows = (tallies: readonly SecondTally[]): readonly ErrorRow[] => {
  const rows = new Map<string, ErrorRow>();
  for (const { second, errors } of tallies) {
    for (const { kind, path, count } of errors) {
      const key = `${kind} ${path}`;
      const known = rows.get(key);
      rows.set(key, {
        ...{ kind, path },
        count: (known?.count ?? 0) + count,
        firstSec: Math.min(known?.firstSec ?? second, second),
        lastSec: Math.max(known?.lastSec ?? second, second),
      });
    }
  }
  return [...rows.values()].toSorted((a, b) => b.count - a.count);
};

/** Several processes tell of the same second. */
const seriesOf = (tallies: readonly SecondTally[]): readonly SeriesPoint[] => {
  const bySecond = new Map<number, SecondTally[]>();
  for (const tally of tallies) bySecond.set(tally.second, [...(bySecond.get(tally.second) ?? []), tally]);
  return [...bySecond]
    .toSorted(([a], [b]) => a - b)
    .map(([second, of]) => {
      const total = merged(of, "totalMs");
      const sum = (value: (tally: SecondTally) => number): number => of.reduce((all, tally) => all + value(tally), 0);
      return {
        second,
        users: sum(({ users }) => users),
        requests: sum(({ requests }) => requests),
        errors: sum(({ requests, ok }) => requests - ok),
        p50Ms: total.estimate(0.5),
        p95Ms: total.estimate(0.95),
        p99Ms: total.estimate(0.99),
        waitP95Ms: merged(of, "waitMs").estimate(0.95),
      };
    });
};

/** From there on a slow answer may be the generator's own slowness. */
const busyFrom = 0.9;
const lateFromMs = 100;
