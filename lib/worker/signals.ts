/**
 * Ctrl-C and `kill` reach the whole process group, but only the master's drain counts (DESIGN, "Shapes"). Node binds a
 * signal to the `process.emit` that it finds at the first listener: given one that swallows them, the signals are ignored,
 * and the hosted program's own listeners stay silent too.
 */
export const ignoreStopSignals = (process: NodeJS.Process): void => {
  // Node's own, which passes messages on to `cluster.worker`.
  for (const listener of process.listeners("message")) notOfTheProgram.add(listener);
  const emit = process.emit as Emit;
  const deaf: Emit = function (this: NodeJS.Process, event, ...args) {
    return stopSignals.some((signal) => signal === event) || emit.call(this, event, ...args);
  };
  const listenDeaf = (signal: NodeJS.Signals): void => {
    Object.defineProperty(process, "emit", { value: deaf, configurable: true });
    process.on(signal, ignore);
    Reflect.deleteProperty(process, "emit");
  };
  for (const signal of stopSignals) listenDeaf(signal);
  // `removeAllListeners` would give the signal back its default: to end the process.
  process.on("removeListener", (event, listener) => {
    const signal = stopSignals.find((name) => name === event);
    if (signal !== undefined && listener === ignore) listenDeaf(signal);
  });
};

/**
 * At the very end of a drain: lets the hosted program close what it opened. One word only, as from any supervisor: SIGTERM,
 * else PM2's SIGINT, else PM2's message. True when it has something to do.
 */
export const tellProgramToStop = (process: NodeJS.Process): boolean => {
  const signal = (["SIGTERM", "SIGINT"] as const).find((name) => process.listeners(name).some((one) => one !== ignore));
  if (signal !== undefined) process.emit(signal, signal);
  else if (process.listeners("message").some((one) => !notOfTheProgram.has(one)))
    process.emit("message", "shutdown", undefined);
  else return false;
  return true;
};

type Emit = (this: NodeJS.Process, event: string | symbol, ...args: readonly unknown[]) => boolean;

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const ignore = (): void => {};
const notOfTheProgram = new WeakSet<object>();
