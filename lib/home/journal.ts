import { readFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DashdError } from "../errors.ts";
import { syncFolder } from "./atomic-file.ts";
import { foundWhat } from "./home-error.ts";
import { type JournalCopy, type MendedJournal, mendedBy, readCopy, writeCopy } from "./journal-copy.ts";
import type { JournalEntry } from "./journal-entries.ts";
import { journalLine, parseJournal } from "./journal-lines.ts";
import { createJournalMemory } from "./journal-memory.ts";
import { systemCodeOf } from "../system-error.ts";

/** What was in force, when and why: append only, each entry on the disk before it counts. The caller holds the lock. */
export interface Journal {
  /** All entries, the newest last; the evidence of old ones is in the file only. */
  entries(): readonly JournalEntry[];
  /** Resolves when the entry is on the disk. Throws E_JOURNAL, and then the journal is as it was before. */
  append(entry: JournalEntry): Promise<void>;
  /** A half-written last line that was found at opening, and where it was kept; null when there was none. */
  readonly torn: { readonly bytes: number; readonly keptIn: string } | null;
  /** The number of a last line that was damaged or missing at opening and came back from its copy; null: none was. */
  readonly restored: number | null;
  close(): Promise<void>;
}

/** For readers while nobody or somebody else writes: changes nothing, leaves a torn last line out. Throws E_JOURNAL. */
export const readJournal = (path: string): readonly JournalEntry[] => read(path).whole.entries;

/** Opens for writing; a damaged last line is kept aside, and cut off or restored from its copy. Throws E_JOURNAL. */
export const openJournal = async (path: string, { appendDeadlineMs = 10_000 } = {}): Promise<Journal> => {
  const { content, copy, whole } = read(path);
  const { wholeBytes, restored } = whole;
  const file = await open(path, "a+", 0o600).catch((error: unknown) => {
    throw journalError(path, error);
  });
  try {
    const torn = await keepAside(path, content.subarray(wholeBytes));
    if (torn !== null) await file.truncate(wholeBytes);
    if (restored !== null) await file.appendFile(restored.line);
    await file.sync();
    syncFolder(dirname(path));
    if (wholeBytes > 0 && (copy?.seq ?? 0) < whole.entries.length) await writeCopy(path, lastLine(content, wholeBytes));
    const bytes = wholeBytes + (restored?.line.length ?? 0);
    return createJournal({ path, file, torn, restored, entries: whole.entries, bytes, appendDeadlineMs });
  } catch (error) {
    await file.close();
    throw journalError(path, error);
  }
};

interface JournalState {
  readonly path: string;
  readonly file: FileHandle;
  readonly torn: Journal["torn"];
  readonly restored: JournalCopy | null;
  readonly entries: readonly JournalEntry[];
  readonly bytes: number;
  readonly appendDeadlineMs: number;
}

const createJournal = ({ path, file, torn, restored, bytes, appendDeadlineMs, ...state }: JournalState): Journal => {
  const memory = createJournalMemory(state.entries);
  let lines = state.entries.length;
  let wholeBytes = bytes;
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time. What failed, or came too late to be believed, is cut off again before the next is written. */
  const write = async (entry: JournalEntry, isLate: () => boolean): Promise<Buffer | null> => {
    const line = Buffer.from(journalLine(lines + 1, entry));
    const { size, nlink } = await file.stat();
    if (nlink === 0) throw new DashdError("E_JOURNAL", { path, line: null, found: "removed" });
    if (size !== wholeBytes) await file.truncate(wholeBytes);
    try {
      await file.appendFile(line);
      await file.sync();
    } catch (error) {
      await file.truncate(wholeBytes).catch(() => {});
      throw error;
    }
    if (isLate()) {
      await file.truncate(wholeBytes);
      return null;
    }
    wholeBytes += line.length;
    lines += 1;
    memory.push(entry);
    return line;
  };

  const append = async (entry: JournalEntry): Promise<void> => {
    let late = false;
    const written = last.then(() => write(entry, () => late));
    last = written.then((line) => (line === null ? undefined : writeCopy(path, line))).catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true;
        reject(new DashdError("E_JOURNAL", { path, line: null, found: "too-slow", deadlineMs: appendDeadlineMs }));
      }, appendDeadlineMs);
    });
    try {
      await Promise.race([written, deadline]);
    } catch (error) {
      throw journalError(path, error);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    entries: memory.all,
    append,
    torn,
    restored: restored?.seq ?? null,
    close: async () => {
      await last;
      await file.close();
    },
  };
};

/** Keeps what is torn beside the journal, on the disk, before anything is cut. */
const keepAside = async (path: string, tail: Buffer): Promise<Journal["torn"]> => {
  if (tail.length === 0) return null;
  const keptIn = `${path.replace(/\.jsonl$/, "")}.torn`;
  const kept = await open(keptIn, "a", 0o600);
  try {
    await kept.appendFile(Buffer.concat([tail, Buffer.from(tail.at(-1) === 0x0a ? "" : "\n")]));
    await kept.sync();
  } finally {
    await kept.close();
  }
  return { bytes: tail.length, keptIn };
};

const contentOf = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return Buffer.alloc(0);
    throw journalError(path, error);
  }
};

const lastLine = (content: Buffer, wholeBytes: number): Buffer =>
  content.subarray(content.lastIndexOf(0x0a, wholeBytes - 2) + 1, wholeBytes);

const read = (path: string): JournalOnDisk => {
  const copy = readCopy(path);
  const content = contentOf(path);
  const whole = mendedBy(copy, parseJournal(content));
  if (whole.ok) return { content, copy, whole };
  const beside = join(dirname(path), "damaged");
  const hint = `mkdir -p ${beside} && mv ${path.replace(/jsonl$/, "*")} ${beside}`;
  throw new DashdError("E_JOURNAL", { path, line: whole.line, found: whole.found }, { hint });
};

interface JournalOnDisk {
  readonly content: Buffer;
  readonly copy: JournalCopy | null;
  readonly whole: Extract<MendedJournal, { readonly ok: true }>;
}

const journalError = (path: string, error: unknown): DashdError =>
  error instanceof DashdError
    ? error
    : new DashdError("E_JOURNAL", { path, line: null, found: foundWhat(error) }, { cause: error });
