import { createHash } from "node:crypto";
import { isJournalEntry, type JournalEntry } from "./journal-entries.ts";

/** One line: {"sum":"<16 hex digits over the rest>","seq":1,"entry":{…}}, with its line end. */
export const journalLine = (seq: number, entry: JournalEntry): string => {
  const rest = `"seq":${seq},"entry":${JSON.stringify(entry)}}`;
  return `${sumOpens}${sumOf(Buffer.from(rest))}${sumCloses}${rest}\n`;
};

export type JournalRead =
  | {
      readonly ok: true;
      readonly entries: readonly JournalEntry[];
      /** Up to here every line is whole; what follows is torn. */
      readonly wholeBytes: number;
    }
  | {
      readonly ok: false;
      readonly line: number;
      readonly found: JournalFault;
      /** Those before the fault, and how many bytes they take. */
      readonly entries: readonly JournalEntry[];
      readonly wholeBytes: number;
      /** A whole line stands behind the fault. */
      readonly wholeBehind: boolean;
    };

type JournalFault = "bad-checksum" | "out-of-order" | "unknown-kind";

/**
 * Only the last line can be torn, as each was forced to the disk before the next: one without line end, or one that does
 * not add up. A whole line out of order, and any fault further up, is damage that nobody may guess over.
 */
export const parseJournal = (content: Buffer): JournalRead => {
  const entries: JournalEntry[] = [];
  let start = 0;
  const fault = (found: JournalFault): JournalRead => {
    const wholeBehind = holdsWholeLine(content.subarray(start));
    return { ok: false, line: entries.length + 1, found, entries, wholeBytes: start, wholeBehind };
  };
  while (start < content.length) {
    const end = content.indexOf(lineEnd, start);
    const isLast = end < 0 || end + 1 === content.length;
    const parsed = parseLine(content.subarray(start, end < 0 ? content.length : end));
    if (isLast && (parsed === null || end < 0)) {
      if (!holdsWholeLine(content.subarray(start))) break;
      return fault("bad-checksum");
    }
    if (parsed === null) return fault("bad-checksum");
    if (parsed.seq !== entries.length + 1) return fault("out-of-order");
    if (!isJournalEntry(parsed.entry)) return fault("unknown-kind");
    entries.push(parsed.entry);
    start = end + 1;
  }
  return { ok: true, entries, wholeBytes: start };
};

/** Whether another line stands behind the beginning, whole: then the line end before it was damaged, not torn. */
const holdsWholeLine = (tail: Buffer): boolean => {
  for (let at = tail.indexOf(sumOpens, 1); at >= 0; at = tail.indexOf(sumOpens, at + 1)) {
    const end = tail.indexOf(lineEnd, at);
    if (parseLine(tail.subarray(at, end < 0 ? tail.length : end)) !== null) return true;
  }
  return false;
};

/** Of one line without its end. null: it does not add up. The checksum is taken over the bytes as they stand. */
export const parseLine = (line: Buffer): { readonly seq: unknown; readonly entry: unknown } | null => {
  const sumEnds = sumOpens.length + sumLength;
  const rest = line.subarray(sumEnds + sumCloses.length);
  if (line.toString("latin1", 0, sumEnds + sumCloses.length) !== `${sumOpens}${sumOf(rest)}${sumCloses}`) return null;
  try {
    const parsed: unknown = JSON.parse(`{${rest.toString("utf8")}`);
    if (typeof parsed !== "object" || parsed === null || !("seq" in parsed) || !("entry" in parsed)) return null;
    return { seq: parsed.seq, entry: parsed.entry };
  } catch {
    return null;
  }
};

const sumOf = (rest: Buffer): string => createHash("sha256").update(rest).digest("hex").slice(0, sumLength);

const sumLength = 16;
const sumOpens = '{"sum":"';
const sumCloses = '",';
const lineEnd = 0x0a;
