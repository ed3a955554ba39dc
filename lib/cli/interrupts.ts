/** Ctrl-C and SIGTERM as an AbortSignal, for commands that watch or wait; a second one, or a long silence, ends at once. */
export interface Interrupts {
  /** Its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Stops listening: signals do what they do without us. */
  release(): void;
}

export const createInterrupts = (source: NodeJS.Process, endAtOnce: () => void): Interrupts => {
  const controller = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  const heard = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) return endAtOnce();
    controller.abort(name);
    patience = setTimeout(endAtOnce, patienceMs).unref();
  };
  for (const name of signals) source.on(name, heard);
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(patience);
      for (const name of signals) source.off(name, heard);
    },
  };
};

const signals = ["SIGINT", "SIGTERM"] as const;

/** A command that was asked to end and does not is ended. */
const patienceMs = 1000;
