import { isDeepStrictEqual } from "node:util";
import type { CommittedEntry, JournalEntry } from "./journal-entries.ts";

/**
 * What a running instance keeps of its journal, so that a thousand changes cost it little: every entry; of revisions that
 * ran the same, one profile and one app; evidence of the newest {@link evidenceKept} only. The file keeps it all.
 */
export interface JournalMemory {
  /** The newest last. */
  all(): readonly JournalEntry[];
  push(entry: JournalEntry): void;
}

export const createJournalMemory = (read: readonly JournalEntry[]): JournalMemory => {
  const entries: JournalEntry[] = [];
  /** Where in `entries` the revisions are that still have their evidence. */
  const evident: number[] = [];
  let newest: CommittedEntry | null = null;

  const push = (entry: JournalEntry): void => {
    const kept: JournalEntry = entry.type === "committed" ? sharing(entry, newest) : entry;
    entries.push(kept);
    if (kept.type !== "committed") return;
    newest = kept;
    evident.push(entries.length - 1);
    const old = evident.length > evidenceKept ? evident.shift() : undefined;
    const without = old === undefined ? undefined : entries[old];
    if (old !== undefined && without?.type === "committed") entries[old] = { ...without, evidence: null };
  };

  for (const entry of read) push(entry);
  return { all: () => [...entries], push };
};

const sharing = (entry: CommittedEntry, before: CommittedEntry | null): CommittedEntry => ({
  ...entry,
  profile: before !== null && isDeepStrictEqual(entry.profile, before.profile) ? before.profile : entry.profile,
  app: before !== null && isDeepStrictEqual(entry.app, before.app) ? before.app : entry.app,
});

/** As many as the panel shows. */
export const evidenceKept = 100;
