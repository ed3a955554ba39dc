import type { Message } from "./errors.ts";

/** Where a process of dashd says what it does. Words are put by whoever writes it down. */
export interface Log {
  debug(message: Message): void;
  info(message: Message): void;
  warn(message: Message): void;
  error(message: Message): void;
  /** One line, without its line end, that the hosted app of this slot wrote. */
  app(slot: number, stream: AppStream, line: string): void;
}

export type AppStream = "out" | "err";
export type LogLevel = "debug" | "info" | "warn" | "error";

export const isLogLevel = (value: unknown): value is LogLevel =>
  value === "debug" || value === "info" || value === "warn" || value === "error";

/** For code that can run without anybody listening. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, app: () => {} };
