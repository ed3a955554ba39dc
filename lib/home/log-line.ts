import { styleText } from "node:util";
import { isLogLevel } from "../log.ts";
import type { LogLine } from "../protocol/log-line.ts";

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

const isLogLine = (value: unknown): value is LogLine =>
  typeof value === "object" &&
  value !== null &&
  "timestamp" in value &&
  typeof value.timestamp === "string" &&
  "level" in value &&
  isLogLevel(value.level) &&
  "message" in value &&
  typeof value.message === "string" &&
  "slot" in value &&
  (value.slot === null || typeof value.slot === "number");
