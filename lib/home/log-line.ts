import { styleText } from "node:util";
import type { Facts } from "../errors.ts";
import type { AppStream, LogLevel } from "../log.ts";

/** One line of dashd.log, as JSON. */
export interface LogLine {
  /** ISO 8601. */
  readonly timestamp: string;
  readonly level: LogLevel;
  /** Whose output it is; null for dashd's own lines. */
  readonly slot: number | null;
  readonly stream: AppStream | null;
  /** Of a message of dashd; null for the app's output. */
  readonly code: string | null;
  readonly facts: Facts;
  /** English words of the message, or what the app wrote. */
  readonly message: string;
}

/** null for what is no line of ours: half of one, after a disk was full. */
export const parseLogLine = (text: string): LogLine | null => {
  try {
    const line: unknown = JSON.parse(text);
    return isLogLine(line) ? line : null;
  } catch {
    return null;
  }
};

/** One line for eyes, local time. `words`: the message in another language. */
export const renderLine = (line: LogLine, { colour = false, words = line.message } = {}): string => {
  const tag = line.slot === null ? "" : `[${line.slot}] `;
  const level = line.level.toUpperCase().padEnd(5);
  const shownLevel = colour ? styleText(colours[line.level], level) : level;
  return `${localTime(line.timestamp)} ${shownLevel} ${tag}${printable(words, colour)}`;
};

export const isAtLeast = (level: LogLevel, lowest: LogLevel): boolean => rank[level] >= rank[lowest];

/** What an app wrote must not drive the reader's terminal; colours may stay where colours are wanted. */
export const printable = (text: string, keepColours = false): string =>
  text.replaceAll(control, (found) => (keepColours && isColour(found) ? found : ""));

/** Whole control sequences, and any control character but tab and line end. */
const control = /\u001b\[[0-?]*[ -/]*[@-~]|(?![\t\n])\p{Cc}/gu;
const isColour = (sequence: string): boolean => sequence.length > 1 && sequence.endsWith("m");

const localTime = (timestamp: string): string => {
  const time = new Date(timestamp);
  if (Number.isNaN(time.getTime())) return timestamp;
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${day} ${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
};

const colours = { debug: "gray", info: "green", warn: "yellow", error: "red" } as const;
const rank = { debug: 0, info: 1, warn: 2, error: 3 } as const;

const isLogLine = (value: unknown): value is LogLine =>
  typeof value === "object" &&
  value !== null &&
  "timestamp" in value &&
  typeof value.timestamp === "string" &&
  "level" in value &&
  typeof value.level === "string" &&
  Object.hasOwn(rank, value.level) &&
  "message" in value &&
  typeof value.message === "string" &&
  "slot" in value &&
  (value.slot === null || typeof value.slot === "number");
