import type { Progress } from "../protocol/control.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { createProgressFeed, type ProgressFeed } from "./progress-feed.ts";

/** The one wish to end, whoever has it: a signal, or `dashd stop`. */
export interface Stopper {
  /** Settles with who asked; never rejects. */
  readonly requested: Promise<"stop">;
  /** Asks, and lets the caller watch. */
  request(by: string): ProgressFeed;
  isRequested(): boolean;
  say(line: Progress): void;
  /** Nothing more will be said. */
  end(): void;
  /** What a second signal does from now on; until then it ends the process as if nobody listened. */
  atOnce(end: () => void): void;
  ignoreSignals(): void;
}

/** First signal: drain. Second one: at once. Throng passes both on to the workers, which know to wait for the master. */
export const createStopper = (): Stopper => {
  const feed = createProgressFeed();
  const { promise: requested, resolve } = withResolvers<"stop">();
  let asked = false;
  let signalledAtMs = -Infinity;
  let endAtOnce = (signal: NodeJS.Signals): void => {
    ignoreSignals();
    process.kill(process.pid, signal);
  };
  const request = (by: string): ProgressFeed => {
    if (!asked) feed.push({ type: "step", at: new Date().toISOString(), code: "step.stopping", facts: { by } });
    asked = true;
    resolve("stop");
    return feed;
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // npm passes a Ctrl-C on that the terminal has sent to the whole group already: one wish, heard twice.
    const repeated = monotonicMs() - signalledAtMs < oneWishMs;
    signalledAtMs = monotonicMs();
    if (!asked) request(signal);
    else if (!repeated) endAtOnce(signal);
  };
  const ignoreSignals = (): void => void process.off("SIGTERM", onSignal).off("SIGINT", onSignal);
  process.on("SIGTERM", onSignal).on("SIGINT", onSignal);
  return {
    requested,
    request,
    isRequested: () => asked,
    say: feed.push,
    end: feed.end,
    atOnce: (end) => {
      endAtOnce = end;
    },
    ignoreSignals,
  };
};

const oneWishMs = 500;

/** Promise.withResolvers, which Node 20 lacks. */
const withResolvers = <T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
};
