/** What a test and a trial have in common: something that can be told what to do when it ends. */
export interface Cleanup {
  readonly after: (cleanUp: () => void | Promise<void>) => void;
}

/** Runs what cleans up when the test ends, last in first out (node:test runs its own hooks first in first out). */
export const afterwards = (t: Cleanup, cleanUp: () => void | Promise<void>): void => {
  const known = stacks.get(t);
  if (known !== undefined) return void known.push(cleanUp);
  const stack = [cleanUp];
  stacks.set(t, stack);
  t.after(async () => {
    const faults: unknown[] = [];
    for (const next of stack.toReversed()) {
      try {
        await next();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0)
      throw faults.length === 1 ? faults[0] : new AggregateError(faults, faults.map(String).join("; "));
  });
};

const stacks = new WeakMap<Cleanup, (() => void | Promise<void>)[]>();
