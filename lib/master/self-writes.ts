/**
 * Tells the files that the app itself writes beside its code when it starts: each start would cause the next one, for
 * ever. Pure but for its memory.
 */
export interface SelfWrites {
  /** `early`: while the app starts, or just after. Gives those that must not restart it. */
  judge(changed: readonly string[], early: boolean): readonly string[];
}

export const createSelfWrites = (): SelfWrites => {
  /** Starts in a row during which the file changed. */
  const streaks = new Map<string, number>();
  const known = new Set<string>();
  return {
    judge: (changed, early) => {
      for (const file of streaks.keys()) if (!early || !changed.includes(file)) streaks.delete(file);
      if (!early) return [];
      for (const file of changed) {
        const streak = (streaks.get(file) ?? 0) + 1;
        streaks.set(file, streak);
        if (streak > restartsGranted) known.add(file);
      }
      return changed.filter((file) => known.has(file));
    },
  };
};

/** A person saves one file so often within a second of each start only on purpose. */
const restartsGranted = 3;
