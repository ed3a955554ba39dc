import { setTimeout as pause } from "node:timers/promises";
import type { Message } from "../errors.ts";
import type { AppStream, Log, LogLevel } from "../log.ts";
import { createLineLimiter, cutLine, type LineLimiter } from "./line-limiter.ts";
import { createLineLogger } from "./line-logger.ts";
import { createLogFile, type LogFile } from "./log-file.ts";
import { isAtLeast, type LogLine } from "../protocol/log-line.ts";
import { renderLine } from "./log-line.ts";

/** The log of the master: the only process that owns log files (TRAPS 11). */
export interface Logs extends Log {
  /** Every line from now on, as it is written; what it throws is its own. */
  onLine(listener: (line: LogLine) => void): void;
  /** The lowest level that is written from now on. */
  setLevel(level: LogLevel): void;
  level(): LogLevel;
  /** Resolves when all lines are on the disk, or after the deadline. Later lines reach the terminal only. */
  close(options?: { readonly deadlineMs?: number }): Promise<void>;
}

export interface LogsOptions {
  /** null: no files, the terminal alone. */
  readonly dir: string | null;
  /** The lowest level that is written. The app's stdout counts as info, its stderr as warn. */
  readonly level: LogLevel;
  readonly maxMb: number;
  /** null: a file is full by its size alone. */
  readonly maxDays?: number | null;
  /** Files, the current one included. */
  readonly keep: number;
  /** null when detached. */
  readonly terminal: LogTerminal | null;
  readonly lang: Lang;
  readonly say: (lang: Lang, message: Message) => string;
  readonly nowMs?: () => number;
  /** Takes secrets out of a text. */
  readonly redact?: (text: string) => string;
}

export interface LogTerminal {
  write(line: string): unknown;
  readonly colour: boolean;
  /** `json`: as in the file. */
  readonly format?: "text" | "json";
  /** What its reader has not taken yet: one that stops reading costs no more memory than {@link mostUnreadBytes}. */
  readonly unreadBytes?: () => number;
  /** What the app writes reaches the terminal by itself. */
  readonly leavesAppOut?: boolean;
}

type Lang = "en" | "zh";

export const createLogs = (options: LogsOptions): Logs => {
  const {
    dir,
    maxMb,
    maxDays = null,
    keep,
    terminal,
    lang,
    say,
    nowMs = () => performance.now(),
    redact = (text) => text,
  } = options;
  const slots = new Map<number, SlotOutput>();
  const listeners: ((line: LogLine) => void)[] = [];
  /** On the terminal, whose reader was too slow. */
  let unshown = 0;
  let lowest = options.level;
  let closed = false;

  const makeLine = (level: LogLevel, { code, facts }: Message): LogLine =>
    lineOf(level, { code, facts: redactFacts(facts, redact) }, say);
  const rendered = (line: LogLine, colour: boolean): string => {
    if (terminal?.format === "json") return JSON.stringify(line);
    const words = line.code === null ? line.message : say(lang, { code: line.code, facts: line.facts });
    return renderLine(line, { colour, words });
  };
  const show = (line: LogLine): void => {
    if ((terminal?.unreadBytes?.() ?? 0) > mostUnreadBytes) {
      unshown++;
      return;
    }
    const lines = unshown;
    unshown = 0;
    if (lines > 0) show(makeLine("warn", droppedLines(null, lines, "slow-reader")));
    try {
      terminal?.write(`${rendered(line, terminal.colour)}\n`);
    } catch {
      // A terminal that has gone is no reason to stop serving.
    }
  };
  const store = (line: LogLine): void => {
    if (line.stream === null || terminal?.leavesAppOut !== true) show(line);
    if (!closed) logger?.write(line);
    for (const listener of listeners) listener(line);
  };
  const put = (level: LogLevel, message: Message): void => {
    if (isAtLeast(level, lowest)) store(makeLine(level, message));
  };
  const fileIn = (folder: string): LogFile =>
    createLogFile({
      dir: folder,
      maxBytes: Math.round(maxMb * 1024 * 1024),
      maxAgeMs: maxDays === null ? null : maxDays * dayMs,
      keep: Math.max(1, keep),
      nowMs,
      // About the file, so not into the file.
      onFailing: (found) => show(makeLine("error", { code: "LOG_DISK_FAILING", facts: { dir: folder, found } })),
      onRecovered: (lines) => put("warn", { code: "LOG_DISK_RECOVERED", facts: { dir: folder, lines } }),
      onBehind: (lines) => put("warn", droppedLines(null, lines, "slow-disk")),
    });
  const file = dir === null ? null : fileIn(dir);
  const logger = file === null ? null : createLineLogger(file.stream);

  const slotOutput = (slot: number): SlotOutput => {
    const known = slots.get(slot);
    if (known !== undefined) return known;
    const made = { limiter: createLineLimiter(appRate, nowMs), droppedLines: 0, timer: undefined };
    slots.set(slot, made);
    return made;
  };
  const tellDropped = (slot: number, output: SlotOutput): void => {
    clearTimeout(output.timer);
    output.timer = undefined;
    if (output.droppedLines === 0) return;
    const message = droppedLines(slot, output.droppedLines, "rate");
    output.droppedLines = 0;
    put("warn", message);
  };
  const app = (slot: number, stream: AppStream, text: string): void => {
    const level = stream === "err" ? "warn" : "info";
    if (!isAtLeast(level, lowest)) return;
    const output = slotOutput(slot);
    const message = cutLine(redact(text), longestLineBytes);
    if (!output.limiter.allows(Buffer.byteLength(message))) {
      output.droppedLines++;
      output.timer ??= setTimeout(() => tellDropped(slot, output), 1000).unref();
      return;
    }
    const line: LogLine = { timestamp: new Date().toISOString(), level, slot, stream, code: null, facts: {}, message };
    store(line);
  };

  const close = async (deadlineMs: number): Promise<void> => {
    for (const [slot, output] of slots) tellDropped(slot, output);
    closed = true;
    await Promise.race([logger?.end(), pause(deadlineMs, undefined, { ref: false })]);
    await file?.close(deadlineMs);
  };
  let closing: Promise<void> | null = null;

  return {
    debug: (message) => put("debug", message),
    info: (message) => put("info", message),
    warn: (message) => put("warn", message),
    error: (message) => put("error", message),
    app,
    onLine: (listener) => void listeners.push(listener),
    level: () => lowest,
    setLevel: (level) => {
      lowest = level;
    },
    close: ({ deadlineMs = 3000 } = {}) => (closing ??= close(deadlineMs)),
  };
};

interface SlotOutput {
  readonly limiter: LineLimiter;
  droppedLines: number;
  timer: NodeJS.Timeout | undefined;
}

const redactFacts = (facts: Message["facts"], redact: (text: string) => string): Message["facts"] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === "string" ? redact(fact) : typeof fact === "object" && fact !== null ? fact.map(redact) : fact,
    ]),
  );

const lineOf = (level: LogLevel, message: Message, say: LogsOptions["say"]): LogLine => ({
  timestamp: new Date().toISOString(),
  level,
  slot: typeof message.facts["slot"] === "number" ? message.facts["slot"] : null,
  stream: null,
  code: message.code,
  facts: message.facts,
  message: say("en", message),
});

const droppedLines = (slot: number | null, lines: number, because: "rate" | "slow-disk" | "slow-reader"): Message => ({
  code: "LOG_LINES_DROPPED",
  facts: { slot, lines, because },
});

export const mostUnreadBytes = 4 * 1024 * 1024;

/** Per slot. */
const appRate = { bytesPerSec: 256 * 1024, burstBytes: 1024 * 1024 };
const longestLineBytes = 16 * 1024;
const dayMs = 86_400_000;
