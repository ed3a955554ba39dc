/**
 * Ctrl-C and `kill` reach the whole process group, but only the master's drain counts (DESIGN, "Shapes"). Node binds a
 * signal to the `process.emit` that it finds at the first listener: given one that swallows them, the signals are ignored,
 * and the hosted program's own listeners stay silent too.
 */
export const ignoreStopSignals = (process: NodeJS.Process): void => {
  const emit = process.emit as Emit;
  const deaf: Emit = function (this: NodeJS.Process, event, ...args) {
    return stopSignals.some((signal) => signal === event) || emit.call(this, event, ...args);
  };
  Object.defineProperty(process, "emit", { value: deaf, configurable: true });
  for (const signal of stopSignals) process.on(signal, ignore);
  Reflect.deleteProperty(process, "emit");
};

/** At the very end of a drain: lets the hosted program close what it opened. True when it has something to do. */
export const tellProgramToStop = (process: NodeJS.Process): boolean => {
  const listeners = process.listenerCount("SIGTERM") - 1;
  if (listeners > 0) process.emit("SIGTERM", "SIGTERM");
  return listeners > 0;
};

type Emit = (this: NodeJS.Process, event: string | symbol, ...args: readonly unknown[]) => boolean;

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const ignore = (): void => {};
