import type { BeginEntry, CommittedEntry, JournalEntry, NextEntry } from "./journal-entries.ts";

/** The newest committed revision; null in a new home. */
export const inForce = (entries: readonly JournalEntry[]): CommittedEntry | null => committed(entries).at(-1) ?? null;

export const find = (entries: readonly JournalEntry[], revision: number): CommittedEntry | null =>
  committed(entries).find((entry) => entry.revision === revision) ?? null;

/** What a rollback while nothing ran has set for the next start; a start that was committed has used it up. */
export const pendingNext = (entries: readonly JournalEntry[]): NextEntry | null => {
  const newest = entries.findLast((entry) => entry.type === "next" || entry.type === "committed");
  return newest?.type === "next" ? newest : null;
};

/** Numbers only go up. */
export const nextRevision = (entries: readonly JournalEntry[]): number => (inForce(entries)?.revision ?? 0) + 1;

/**
 * The newest committed revision before the one in force, as {@link originOf} sees it: so a second rollback goes further
 * back, never forward again. null when there is none: the next lower stage is what is left.
 */
export const rollbackTarget = (entries: readonly JournalEntry[]): CommittedEntry | null => {
  const origin = currentOrigin(entries);
  return origin === null ? null : (committed(entries).findLast((entry) => entry.revision < origin) ?? null);
};

/** The change that is under way or that a crash of the master interrupted; null when the last one was ended in any way. */
export const unfinished = (entries: readonly JournalEntry[]): BeginEntry | null => {
  const begun = entries.findLast((entry) => entry.type === "begin");
  if (begun === undefined) return null;
  return entries.some((entry) => isEnd(entry) && entry.change === begun.change) ? null : begun;
};

/**
 * Where in the history a revision stands: a rollback stands where the revision that it restored stands. null for a
 * rollback to a lower stage that no revision had: nothing is before it.
 */
export const originOf = (entries: readonly JournalEntry[], revision: number): number | null => {
  const entry = find(entries, revision);
  if (entry === null || entry.kind !== "rollback") return revision;
  if (entry.rollbackOf === null) return null;
  // A damaged chain must not go round: what was restored is older than what restored it.
  return entry.rollbackOf < revision ? originOf(entries, entry.rollbackOf) : entry.rollbackOf;
};

const currentOrigin = (entries: readonly JournalEntry[]): number | null => {
  const next = pendingNext(entries);
  if (next !== null) return next.revision === null ? null : originOf(entries, next.revision);
  const now = inForce(entries);
  return now === null ? null : originOf(entries, now.revision);
};

const committed = (entries: readonly JournalEntry[]): readonly CommittedEntry[] =>
  entries.filter((entry) => entry.type === "committed");

/** What ends a change; a start that is committed has a change of its own. */
export const isEnd = (entry: JournalEntry) =>
  entry.type === "committed" || entry.type === "reverted" || entry.type === "interrupted";
