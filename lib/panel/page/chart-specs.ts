import { duration, percent } from "../../words/format.ts";
import type { ColumnName, SpanAnswer } from "../shapes.ts";

/** What is drawn; the first column of each is the one that matters most. */
export interface ChartSpec {
  /** Its title is `panel.chart-<name>`; a line's name is `panel.line-<column>`. */
  readonly name: string;
  readonly lines: readonly ChartLine[];
  readonly unit: Unit;
}

export interface ChartLine {
  readonly column: ColumnName;
  /** One of the page's colours, `--line-<colour>`. */
  readonly colour: "a" | "b" | "c" | "red";
  readonly isFilled?: boolean;
}

type Unit = "ms" | "share" | "count" | "rate" | "bytes";

export const chartSpecs: readonly ChartSpec[] = [
  {
    name: "response",
    unit: "ms",
    lines: [
      { column: "p95Ms", colour: "a" },
      { column: "p50Ms", colour: "b" },
      { column: "p99Ms", colour: "c" },
    ],
  },
  { name: "requests", unit: "rate", lines: [{ column: "requestsPerSec", colour: "a", isFilled: true }] },
  { name: "errors", unit: "share", lines: [{ column: "errorRate", colour: "red", isFilled: true }] },
  {
    name: "connections",
    unit: "count",
    lines: [
      { column: "connections", colour: "a", isFilled: true },
      { column: "held", colour: "red", isFilled: true },
    ],
  },
  {
    name: "queue",
    unit: "count",
    lines: [
      { column: "inFlight", colour: "a" },
      { column: "queued", colour: "red", isFilled: true },
    ],
  },
  { name: "wait", unit: "ms", lines: [{ column: "waitP95Ms", colour: "a", isFilled: true }] },
  { name: "users", unit: "count", lines: [{ column: "users", colour: "a", isFilled: true }] },
  {
    name: "host",
    unit: "share",
    lines: [
      { column: "cpu", colour: "a" },
      { column: "memory", colour: "b" },
      { column: "diskIo", colour: "c" },
    ],
  },
  { name: "memory", unit: "bytes", lines: [{ column: "workersBytes", colour: "a", isFilled: true }] },
  {
    name: "redis",
    unit: "share",
    lines: [
      { column: "redisHitRate", colour: "a" },
      { column: "redisMemory", colour: "b" },
    ],
  },
  {
    name: "pool",
    unit: "count",
    lines: [
      { column: "poolBusy", colour: "a", isFilled: true },
      { column: "poolOpen", colour: "b" },
      { column: "poolWaiting", colour: "red" },
    ],
  },
];

/** There is a figure to draw. */
export const isKnown = ({ lines }: ChartSpec, { columns }: SpanAnswer): boolean =>
  lines.some(({ column }) => columns[column].some((value) => value !== null));

/** Places of the figures that have no neighbour. */
export const lonely = (values: ArrayLike<number | null | undefined>): readonly number[] => {
  const isNone = (place: number): boolean => (values[place] ?? null) === null;
  return Array.from({ length: values.length }, (_, place) => place).filter(
    (place) => !isNone(place) && isNone(place - 1) && isNone(place + 1),
  );
};

export const inUnit = (unit: Unit, value: number | null | undefined): string => {
  if (value === null || value === undefined) return "–";
  switch (unit) {
    case "ms":
      return duration(value);
    case "share":
      return percent(value);
    case "rate":
      return `${short(value)}/s`;
    case "bytes":
      return value >= 1_073_741_824 ? `${short(value / 1_073_741_824)} GB` : `${short(value / 1_048_576)} MB`;
    case "count":
      return short(value);
  }
};

const short = (value: number): string => {
  if (value >= 10_000) return `${Math.round(value / 100) / 10}k`;
  return String(value >= 10 || Number.isInteger(value) ? Math.round(value) : Math.round(value * 10) / 10);
};

/** The top of the axis where nothing was ever higher: an empty chart is no drama. */
export const leastTop: Readonly<Record<Unit, number>> = { ms: 10, share: 0.05, count: 5, rate: 1, bytes: 1_048_576 };
