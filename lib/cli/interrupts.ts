/** Ctrl-C and SIGTERM as an AbortSignal, for commands that watch or wait; a second one, or a long silence, ends at once. */
export interface Interrupts {
  /** Its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** From here on signals are for whoever listens next; one that comes before that is kept for it. */
  handOver(): void;
}

type SignalSource = Pick<NodeJS.Process, "on" | "emit" | "listenerCount">;

export const createInterrupts = (source: SignalSource, endAtOnce: () => void): Interrupts => {
  const controller = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  let handedOver = false;
  let kept: NodeJS.Signals | null = null;

  const heard = (name: NodeJS.Signals): void => {
    if (handedOver) return keep(name);
    if (controller.signal.aborted) return endAtOnce();
    controller.abort(name);
    patience = setTimeout(endAtOnce, patienceMs).unref();
  };
  const keep = (name: NodeJS.Signals): void => {
    if (source.listenerCount(name) > 1) return;
    if (kept !== null) return endAtOnce();
    kept = name;
  };
  for (const name of signals) source.on(name, heard);

  return {
    signal: controller.signal,
    // Our listener stays: a signal that came while the loop was busy waits in libuv, and is lost when nobody listens.
    handOver: () => {
      clearTimeout(patience);
      handedOver = true;
      source.on("newListener", (event) => {
        const name = kept;
        if (name === null || event !== name) return;
        kept = null;
        setImmediate(() => source.emit(name, name));
      });
    },
  };
};

const signals = ["SIGINT", "SIGTERM"] as const;

/** A command that was asked to end and does not is ended. */
const patienceMs = 1000;
