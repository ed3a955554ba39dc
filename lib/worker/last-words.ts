import { getHeapStatistics } from "node:v8";
import { ownResidentBytes } from "../host/own-memory.ts";
import type { DeathError } from "../protocol/black-box.ts";
import type { ToMaster } from "../protocol/worker-messages.ts";
import { exitFailure, failureOf } from "./app-failure.ts";
import type { InFlightTable } from "./in-flight.ts";

/**
 * Tells the master why the program ends and what it had in flight, where JavaScript still runs then: an uncaught
 * exception, `process.exit`, nothing left to do. Never before `tells()`: how a start fails is told otherwise.
 */
export const tellLastWords = ({ process, send, inFlight, appPath, tells, now }: LastWordsDependencies): void => {
  let thrown: { readonly error: DeathError; readonly atMs: number } | null = null;
  process.on("uncaughtExceptionMonitor", (error) => {
    thrown = { error: bounded(failureOf(error, appPath)), atMs: now() };
  });
  process.on("exit", (code) => {
    if (!tells()) return;
    // A program with a listener of its own may close this and that before it gives up.
    const threw = code !== 0 && thrown !== null && now() - thrown.atMs < gaveUpWithinMs ? thrown.error : null;
    const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
    send({
      type: "dying",
      lastWords: {
        kind: threw === null ? "exit" : "exception",
        error: threw ?? whoExits(code, appPath),
        ...inFlight.read(),
        ...{ rssBytes: ownResidentBytes(), heapUsedBytes, heapLimitBytes },
      },
    });
  });
};

interface LastWordsDependencies {
  readonly process: NodeJS.Process;
  readonly send: (message: ToMaster) => void;
  readonly inFlight: Pick<InFlightTable, "read">;
  readonly appPath: string;
  readonly tells: () => boolean;
  readonly now: () => number;
}

/** null where nobody called it: the program had nothing left to do. */
const whoExits = (code: number, appPath: string): DeathError | null => {
  const found = exitFailure(code, appPath);
  return found.place === null ? null : bounded(found);
};

const bounded = ({ message, place, stack }: DeathError): DeathError => ({
  message: message.slice(0, longestMessage),
  place,
  stack: stack?.slice(0, longestStack) ?? null,
});

const gaveUpWithinMs = 10_000;
const longestMessage = 1_000;
const longestStack = 4_000;
