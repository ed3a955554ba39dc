import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isShortage, readOr } from "../system-error.ts";
import { codeFilesOf } from "./app-identity.ts";

/** Says which files of the app's code are no longer what its worker was started with. */
export interface CodeWatch {
  /** What is on disk now is what runs. */
  begin(): void;
  /**
   * The files that were changed, added or removed; empty while nothing was, and while a burst of saves still goes on.
   * To be called a few times a second.
   */
  look(): readonly string[];
  /** What the last look saw counts as what runs; what was saved since is still to be found. */
  accept(): void;
}

/**
 * By looking, not by inotify: it sees what editors write by renaming, on mounts of containers and networks too, and uses
 * up no watches. Contents count: a file that is written again as it was is no change.
 */
export const createCodeWatch = (entry: string): CodeWatch => {
  let base: ReadonlyMap<string, Seen> = new Map();
  let last: ReadonlyMap<string, Seen> = base;

  const see = (): ReadonlyMap<string, Seen> =>
    new Map(
      codeFilesOf(entry).flatMap((file): readonly (readonly [string, Seen])[] => {
        const stamp = stampOf(file);
        if (stamp === null) return [];
        const before = last.get(file);
        return [[file, before?.stamp === stamp ? before : { stamp, content: contentOf(file) }]];
      }),
    );

  /** null: there is no descriptor left to look with. */
  const seeOrNull = (): ReadonlyMap<string, Seen> | null => {
    try {
      return see();
    } catch (error) {
      if (!isShortage(error)) throw error;
      return null;
    }
  };

  return {
    begin: () => {
      base = seeOrNull() ?? base;
      last = base;
    },
    look: () => {
      const now = seeOrNull();
      if (now === null) return [];
      const changed = differing(base, now);
      const isQuiet = changed.length > 0 && differing(last, now).length === 0;
      last = now;
      return isQuiet ? changed : [];
    },
    accept: () => {
      base = last;
    },
  };
};

interface Seen {
  readonly stamp: string;
  readonly content: string;
}

const differing = (before: ReadonlyMap<string, Seen>, now: ReadonlyMap<string, Seen>): readonly string[] =>
  [...new Set([...before.keys(), ...now.keys()])].filter(
    (file) => before.get(file)?.content !== now.get(file)?.content,
  );

const stampOf = (file: string): string | null => {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  } catch {
    return null;
  }
};

const contentOf = (file: string): string =>
  readOr("unreadable", () => createHash("sha1").update(readFileSync(file)).digest("hex"));
