import type { Message } from "../errors.ts";
import type { Log } from "../log.ts";

/**
 * Warnings that stay in status, and are logged once however often they are said. What a generation's app was warned of goes
 * with the generation.
 */
export interface KeptWarnings {
  /** `generation`: only its app was warned; else it is of the instance. */
  warn(message: Message, generation?: number): void;
  /** Of the instance and of this generation's app, oldest first. */
  shownFor(generation: number): readonly Message[];
}

export const createKeptWarnings = (log: Pick<Log, "warn">): KeptWarnings => {
  const kept = new Map<string, Warned>();
  return {
    warn: (message, generation) => {
      const said = JSON.stringify(message);
      const known = kept.get(said);
      if (known === undefined && kept.size >= mostKept) return;
      const before = known?.generations ?? [];
      const generations = generation === undefined ? null : [...before.slice(-generationsKept), generation];
      kept.set(said, { message, generations });
      if (known === undefined) log.warn(message);
    },
    shownFor: (generation) =>
      [...kept.values()]
        .filter(({ generations }) => generations?.includes(generation) ?? true)
        .map(({ message }) => message),
  };
};

interface Warned {
  readonly message: Message;
  /** Those whose app was warned; null: of the instance. */
  readonly generations: readonly number[] | null;
}

const mostKept = 50;
/** Two are alive at once at most, but for those that still drain. */
const generationsKept = 3;
