import type { Writable } from "node:stream";
import type { Logger } from "winston";
import type { LogLine } from "../protocol/log-line.ts";

/** The way of a line to its stream: winston's levels and format. */
export interface LineLogger {
  write(line: LogLine): void;
  /** Resolves when the stream has been given everything. */
  end(): Promise<void>;
}

/**
 * Winston costs a starting master as much CPU as booting Node: it is loaded with the first line, while the workers boot.
 * Until it is there, lines wait.
 */
export const createLineLogger = (stream: Writable): LineLogger => {
  const waiting: LogLine[] = [];
  let logger: Logger | null = null;
  let loading: Promise<void> | null = null;

  const give = (to: Logger, line: LogLine): void => void to.write({ level: line.level, message: line });
  const load = async (): Promise<void> => {
    const { createLogger, format, transports } = await import("winston");
    logger = createLogger({
      // Which lines are written is decided before they get here, and may change.
      level: "debug",
      format: format.printf(({ message }) => JSON.stringify(message)),
      transports: [new transports.Stream({ stream, eol: "\n" })],
    });
    for (const line of waiting.splice(0)) give(logger, line);
  };

  return {
    write: (line) => {
      if (logger !== null) give(logger, line);
      else {
        waiting.push(line);
        loading ??= load();
      }
    },
    end: async () => {
      await loading;
      if (logger === null) return;
      // winston hands over all it has before its "finish"; process.exit() right after end() would lose it (TRAPS 11).
      const finished = new Promise<void>((resolve) => logger?.once("finish", () => resolve()));
      logger.end();
      await finished;
    },
  };
};
