import type { Message } from "../errors.ts";
import type { Log } from "../log.ts";

/**
 * Workers that could not take a connection that they were handed, for want of a descriptor: another gets it, and the one
 * that has none is asked again a second later. Said once in the log when it begins, and in status while it lasts.
 */
export interface Unreceived {
  noted(slot: number): void;
  warnings(): readonly Message[];
}

export const createUnreceived = (log: Pick<Log, "error">, nowMs: () => number): Unreceived => {
  /** When it was last seen of a slot. */
  const seenAtMs = new Map<number, number>();
  const slots = (): readonly number[] => {
    for (const [slot, atMs] of seenAtMs) if (nowMs() - atMs > lastsMs) seenAtMs.delete(slot);
    return [...seenAtMs.keys()].toSorted((a, b) => a - b);
  };
  return {
    noted: (slot) => {
      if (!slots().includes(slot)) log.error({ code: "log.takes-no-connection", facts: { slot } });
      seenAtMs.set(slot, nowMs());
    },
    warnings: () => {
      const found = slots().map(String);
      return found.length === 0 ? [] : [{ code: "warning.takes-no-connection", facts: { slots: found } }];
    },
  };
};

/** Nobody may come for some seconds. */
const lastsMs = 15_000;
