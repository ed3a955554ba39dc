/** Waits for something about a state that only says "I have changed". */
export interface Watchers {
  /** The state has changed: everyone who waits looks again. */
  notify(): void;
  /** Settles with the first answer that is not null; at the deadline with whatever the answer is then. */
  when<T>(answer: () => T | null, withinMs?: number): Promise<T | null>;
}

export const createWatchers = (): Watchers => {
  const watchers = new Set<() => void>();
  return {
    notify: () => {
      for (const look of watchers) look();
    },
    when: <T>(answer: () => T | null, withinMs?: number) =>
      new Promise<T | null>((resolve) => {
        const finish = (value: T | null): void => {
          watchers.delete(look);
          clearTimeout(deadline);
          resolve(value);
        };
        const look = (): void => {
          const value = answer();
          if (value !== null) finish(value);
        };
        const deadline = withinMs === undefined ? undefined : setTimeout(() => finish(answer()), withinMs);
        watchers.add(look);
        look();
      }),
  };
};
