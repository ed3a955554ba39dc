import type { LimitValue } from "../protocol/snapshot.ts";
import { UNKNOWN } from "../words/fact-reader.ts";
import { indicatorFigure } from "../words/indicator-figure.ts";
import { message, type Text } from "./document.ts";

/** `16`, `3 min`, `1024 MB`; "–" for what nobody knows. `name`: the limit's path in the profile. */
export const limitText = (name: string, value: LimitValue): Text => {
  if (value === null) return UNKNOWN;
  if (typeof value === "number" && name.endsWith("Sec")) return message("report.seconds", { seconds: value });
  return typeof value === "number" && name.endsWith("Mb") ? `${value} MB` : String(value);
};

/** `2×`, `+50 %`, unchanged; "–" where there is nothing to compare. */
export const ratioText = (before: LimitValue, after: LimitValue): Text => {
  if (before === null || after === null) return UNKNOWN;
  if (before === after) return message("report.unchanged");
  if (typeof before !== "number" || typeof after !== "number" || before <= 0) return message("report.changed");
  const ratio = after / before;
  if (Number.isInteger(ratio)) return message("report.times", { from: ratio, to: ratio });
  const percent = Math.round((ratio - 1) * 100);
  return ratio > 2 ? message("report.times", { from: round(ratio), to: round(ratio) }) : signed(percent);
};

export const usersRatioText = (before: UserRange, after: UserRange): Text => {
  if (before.min === after.min && before.max === after.max) return message("report.unchanged");
  const [low, high] = [after.min / before.min, after.max / before.max].toSorted((a, b) => a - b);
  return message("report.times", { from: round(low ?? 1), to: round(high ?? 1) });
};

export interface UserRange {
  readonly min: number;
  readonly max: number;
}

/** For tables. */
export const rangeText = ({ min, max }: UserRange): string => `${min}–${max}`;

export const usersText = ({ min, max }: UserRange): Text => message("report.users", { min, max });

/** The state of a service is a word; figures have the unit of their kind. */
export const indicatorText = (name: string, value: number | string | null): Text => {
  if (name === "redis" && typeof value === "string") return message(`service.${value}`);
  return value === "refusals" ? message("status.refusals") : indicatorFigure(name, value);
};

/** `2025-12-11 09:30 UTC` */
export const timeText = (iso: string): string => {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
};

/** GB as operators count memory: 2^30 bytes. */
export const gigabytes = (bytes: number): string => `${round(bytes / 2 ** 30)} GB`;

const round = (value: number): number => Math.round(value * 10) / 10;

const signed = (percent: number): string => (percent > 0 ? `+${percent} %` : `−${-percent} %`);
