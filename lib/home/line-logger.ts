import type { Writable } from "node:stream";
import type * as Winston from "winston";
import type { LogLine } from "../protocol/log-line.ts";

/** The way of a line to its stream: winston's levels and format. */
export interface LineLogger {
  write(line: LogLine): void;
  /** Resolves when the stream has been given everything. */
  end(): Promise<void>;
}

/**
 * Winston costs a starting master as much CPU as booting Node: it is loaded with the first line, while the workers boot.
 * Until it is there, lines wait. Where no descriptor is left to load it with, they go the same way without it: Node 20
 * never tries a module again whose file it could not open (measured).
 */
export const createLineLogger = (
  stream: Writable,
  loadWinston: () => Promise<typeof Winston> = () => import("winston"),
): LineLogger => {
  const waiting: LogLine[] = [];
  let logger: LineLogger | null = null;
  let loading: Promise<void> | null = null;

  const load = async (): Promise<void> => {
    logger = await loadWinston().then(
      (winston) => throughWinston(winston, stream),
      () => straight(stream),
    );
    for (const line of waiting.splice(0)) logger.write(line);
  };

  return {
    write: (line) => {
      if (logger !== null) logger.write(line);
      else {
        waiting.push(line);
        loading ??= load();
      }
    },
    end: async () => {
      await loading;
      await logger?.end();
    },
  };
};

const throughWinston = ({ createLogger, format, transports }: typeof Winston, stream: Writable): LineLogger => {
  const logger = createLogger({
    // Which lines are written is decided before they get here, and may change.
    level: "debug",
    format: format.printf(({ message }) => JSON.stringify(message)),
    transports: [new transports.Stream({ stream, eol: "\n" })],
  });
  return {
    write: (line) => void logger.write({ level: line.level, message: line }),
    // winston hands over all it has before its "finish"; process.exit() right after end() would lose it (TRAPS 11).
    end: () =>
      new Promise((resolve) => {
        logger.once("finish", () => resolve());
        logger.end();
      }),
  };
};

const straight = (stream: Writable): LineLogger => ({
  write: (line) => void stream.write(`${JSON.stringify(line)}\n`),
  end: () => Promise.resolve(),
});
