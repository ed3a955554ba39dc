import { UNKNOWN } from "./fact-reader.ts";
import { milliseconds, percent } from "./format.ts";

/** An indicator's value or threshold in the unit of its kind; "–" where there is none. */
export const indicatorFigure = (indicator: string, value: number | string | null): string => {
  if (typeof value !== "number") return value ?? UNKNOWN;
  if (rates.has(indicator)) return percent(value);
  if (indicator === "responseP95") return milliseconds(value);
  return String(indicator === "connections" ? Math.round(value * 10) / 10 : value);
};

const rates: ReadonlySet<string> = new Set([
  ...["cpu", "memory", "diskIo", "errors", "redisHitRate", "redisMemory", "postgresPool", "waiting"],
]);
