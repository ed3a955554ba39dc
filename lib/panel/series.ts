import { type Counts, countsBetween, quantileOf } from "../histogram.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { LiveEvents } from "./shapes.ts";
import { createRing, type Ring } from "./ring.ts";
import { type ColumnName, columnNames, type Mark, type SeriesAnswer, type SpanAnswer } from "./shapes.ts";
import { marksBetween } from "./marks.ts";

/**
 * The last hour in steps of five seconds and the last day in steps of two minutes, in memory of a fixed size (about
 * 120 kB). Rates and percentiles are of exactly the step; levels are the highest of the step where a peak matters, else
 * its mean.
 */
export interface Series {
  /** To be called every {@link sampleEveryMs}. Returns what is new in it. */
  sample(seen: Seen): { readonly point: LiveEvents["point"]; readonly marks: readonly Mark[] };
  answer(now: Now): SeriesAnswer;
}

/** Two clocks: the monotonic one decides, the wall clock is for eyes. */
export interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface Seen extends Now {
  readonly snapshot: Snapshot;
  readonly totals: SeriesTotals;
}

/** Since the master's start. */
export interface SeriesTotals {
  readonly answers: number;
  readonly errors: number;
  readonly refusedAtDoor: number;
  readonly response: Counts;
  readonly wait: Counts;
}

export const createSeries = (): Series => {
  const hour = createRing({ columns: columnNames.length, length: points, stepSec: hourStepSec });
  const day = createRing({ columns: columnNames.length, length: points, stepSec: dayStepSec });
  const marks: Mark[] = [];
  let before: Seen | null = null;
  let dayBefore: Seen | null = null;
  let dayRows: Row[] = [];

  return {
    sample: (seen) => {
      const row = { ...traffic(before, seen), ...levels(seen.snapshot) };
      hour.put(seen.monotonicMs / 1_000, valuesOf(row));
      const isNewStep = dayStepOf(seen) !== dayStepOf(dayBefore ?? seen);
      dayBefore ??= seen;
      dayRows.push(row);
      if (isNewStep) {
        day.put(dayBefore.monotonicMs / 1_000, valuesOf({ ...joined(dayRows), ...traffic(dayBefore, seen) }));
        dayBefore = seen;
        dayRows = [];
      }
      const fresh =
        before === null
          ? []
          : marksBetween(before.snapshot, seen.snapshot).map((mark) => ({
              ...mark,
              at: Math.round(seen.wallMs / 1_000),
            }));
      marks.push(...fresh);
      marks.splice(0, Math.max(0, marks.length - marksKept));
      before = seen;
      const at = wallSecOf(hour.newestSec(), seen);
      return { point: { at, values: roundedValues(row) }, marks: fresh };
    },
    answer: (now) => ({ hour: spanOf(hour, now), day: spanOf(day, now), marks: [...marks] }),
  };
};

export const sampleEveryMs = 5_000;
const points = 720;
const hourStepSec = 5;
const dayStepSec = 120;
const marksKept = 200;

type Row = Readonly<Record<ColumnName, number | null>>;
type TrafficColumn = "p50Ms" | "p95Ms" | "p99Ms" | "waitP95Ms" | "requestsPerSec" | "errorRate";

const dayStepOf = ({ monotonicMs }: Now): number => Math.floor(monotonicMs / 1_000 / dayStepSec);

/** What went through between two looks; null where nobody asked anything. */
const traffic = (before: Seen | null, after: Seen): Pick<Row, TrafficColumn> => {
  const none = { p50Ms: null, p95Ms: null, p99Ms: null, waitP95Ms: null, requestsPerSec: null, errorRate: null };
  if (before === null || after.monotonicMs <= before.monotonicMs) return none;
  const [old, fresh] = [before.totals, after.totals];
  const response = countsBetween(old.response, fresh.response);
  const refused = fresh.refusedAtDoor - old.refusedAtDoor;
  const answers = fresh.answers - old.answers;
  const asked = answers + refused;
  return {
    p50Ms: quantileOf(response, 0.5),
    p95Ms: quantileOf(response, 0.95),
    p99Ms: quantileOf(response, 0.99),
    waitP95Ms: quantileOf(countsBetween(old.wait, fresh.wait), 0.95),
    requestsPerSec: (answers / (after.monotonicMs - before.monotonicMs)) * 1_000,
    errorRate: asked === 0 ? null : (fresh.errors - old.errors + refused) / asked,
  };
};

const levels = ({ load, host, services, workers }: Snapshot): Omit<Row, TrafficColumn> => ({
  connections: load.connections,
  held: load.held,
  queued: load.queued,
  inFlight: load.inFlight,
  users: load.users,
  ...host,
  workersBytes: workers.reduce((sum, { rssBytes }) => sum + (rssBytes ?? 0), 0),
  redisHitRate: services.redis.hitRate,
  redisMemory: services.redis.memory,
  poolOpen: services.postgres.pool?.open ?? null,
  poolBusy: services.postgres.pool?.busy ?? null,
  poolWaiting: services.postgres.pool?.waiting ?? null,
});

const peaks: ReadonlySet<ColumnName> = new Set([
  "connections",
  "held",
  "queued",
  "inFlight",
  "poolBusy",
  "poolWaiting",
]);

const joined = (rows: readonly Row[]): Row => {
  const join = (name: ColumnName): number | null => {
    const known = rows.flatMap((row) => row[name] ?? []);
    if (known.length === 0) return null;
    return peaks.has(name) ? Math.max(...known) : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return rowOf(join);
};

const rowOf = (valueOf: (name: ColumnName) => number | null): Row =>
  Object.fromEntries(columnNames.map((name) => [name, valueOf(name)])) as Row;

const valuesOf = (row: Row): readonly (number | null)[] => columnNames.map((name) => row[name]);

const roundedValues = (row: Row): Row =>
  rowOf((name) => {
    const value = row[name];
    return value === null || Number.isInteger(value) ? value : Number(value.toPrecision(4));
  });

const wallSecOf = (monotonicSec: number, now: Now): number =>
  Math.round((now.wallMs - now.monotonicMs) / 1_000 + monotonicSec);

const spanOf = (ring: Ring, now: Now): SpanAnswer => {
  const columns = Object.fromEntries(columnNames.map((name, index) => [name, ring.column(index)]));
  return {
    stepSec: ring.stepSec,
    // One that holds nothing yet ends now.
    endSec: wallSecOf(ring.newestSec() < 0 ? now.monotonicMs / 1_000 : ring.newestSec(), now),
    columns: columns as SpanAnswer["columns"],
  };
};
