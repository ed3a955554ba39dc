import type { Facts } from "../errors.ts";
import type { AppStream, LogLevel } from "../log.ts";

/** One line of dashd.log, as JSON; of the standard output too, where that is what is asked for. */
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

export interface LogFilter {
  /** Lines of this slot: what its app wrote, and what dashd says about it. */
  readonly slot?: number | null;
  /** The lowest level. */
  readonly level?: LogLevel | null;
  /** Text that the message or the code holds; small and capital letters are the same. */
  readonly grep?: string | null;
}

export const passesOf = ({ slot = null, level = null, grep = null }: LogFilter): ((line: LogLine) => boolean) => {
  const wanted = grep?.toLowerCase() ?? "";
  return (line) =>
    (slot === null || line.slot === slot) &&
    (level === null || isAtLeast(line.level, level)) &&
    (line.message.toLowerCase().includes(wanted) || (line.code ?? "").toLowerCase().includes(wanted));
};

export const isAtLeast = (level: LogLevel, lowest: LogLevel): boolean => rank[level] >= rank[lowest];

const rank = { debug: 0, info: 1, warn: 2, error: 3 } as const;
