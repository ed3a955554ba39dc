import type { PoolEvents } from "./pool.ts";
import type { WorkerEnd } from "./worker-record.ts";

/** What the one worker of a development run writes: to the terminal as it comes, its last lines kept for the error page. */
export interface DevOutput {
  /** The same events, with the output branched off. `ended` comes after the supervisor has heard of it. */
  branch(events: PoolEvents, ended: (end: WorkerEnd) => void): PoolEvents;
  /** Another worker begins. */
  forget(): void;
  /** The end of what the last worker wrote to stderr. */
  lastErrors(): string;
}

export interface RawTerminal {
  out(chunk: string): void;
  err(chunk: string): void;
}

export const createDevOutput = (terminal: RawTerminal): DevOutput => {
  let errors = "";
  return {
    branch: (events, ended) => ({
      ...events,
      wrote: (workerId, stream, chunk) => {
        terminal[stream](chunk);
        if (stream === "err") errors = (errors + chunk).slice(-keptLength);
        events.wrote(workerId, stream, chunk);
      },
      ended: (workerId, end) => {
        events.ended(workerId, end);
        ended(end);
      },
    }),
    forget: () => {
      errors = "";
    },
    lastErrors: () => errors,
  };
};

const keptLength = 16 * 1024;
