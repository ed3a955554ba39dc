import { readFileSync } from "node:fs";
import { replaceFileSoon } from "./atomic-file.ts";
import { isJournalEntry, type JournalEntry } from "./journal-entries.ts";
import { type JournalRead, parseLine } from "./journal-lines.ts";

/**
 * The newest line of a journal, once more beside it. It is written when the line itself is on the disk, so what the copy
 * holds was believed: a last line that is damaged or missing is lost by nobody, and an older one is not lost unseen.
 */
export interface JournalCopy {
  readonly seq: number;
  readonly entry: JournalEntry;
  readonly line: Buffer;
}

/** To be read before the journal, which is never behind its copy. null: none, or a damaged one. */
export const readCopy = (journal: string): JournalCopy | null => {
  try {
    const line = readFileSync(copyOf(journal));
    const parsed = line.at(-1) === 0x0a ? parseLine(line.subarray(0, -1)) : null;
    if (parsed === null || typeof parsed.seq !== "number" || !isJournalEntry(parsed.entry)) return null;
    return { seq: parsed.seq, entry: parsed.entry, line };
  } catch {
    return null;
  }
};

/** What cannot be written leaves an older copy, which tells less and nothing wrong. */
export const writeCopy = (journal: string, line: Buffer): Promise<void> =>
  replaceFileSoon(copyOf(journal), line.toString("utf8")).catch(() => {});

/** What counts of a journal: as it was read, with its last line from the copy, or damage that nobody may guess over. */
export const mendedBy = (copy: JournalCopy | null, read: JournalRead): MendedJournal => {
  const { entries, wholeBytes } = read;
  const line = entries.length + 1;
  if (copy?.seq === line && (read.ok || (read.found === "bad-checksum" && !read.wholeBehind))) {
    return { ok: true, entries: [...entries, copy.entry], wholeBytes, restored: copy };
  }
  if (!read.ok) return read;
  if (copy !== null && copy.seq > line) return { ok: false, line, found: "missing-lines" };
  return { ok: true, entries, wholeBytes, restored: null };
};

export type MendedJournal =
  | {
      readonly ok: true;
      readonly entries: readonly JournalEntry[];
      /** Of the journal itself; the restored line comes after them. */
      readonly wholeBytes: number;
      readonly restored: JournalCopy | null;
    }
  | { readonly ok: false; readonly line: number; readonly found: string };

const copyOf = (journal: string): string => `${journal.replace(/\.jsonl$/, "")}.last`;
