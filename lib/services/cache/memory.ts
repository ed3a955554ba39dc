import { LRUCache } from "lru-cache";

/** A value in this worker's memory. */
export interface Kept {
  readonly value: unknown;
  /** What it takes here, about. */
  readonly bytes: number;
  /** On this process' monotonic clock; before its start where the value is older. */
  readonly loadedAtMs: number;
  readonly tags: readonly string[];
  /** As of which mark it is known to be valid; -1: it is not. */
  readonly mark: number;
  /** Attempts in a row that could not load it anew. */
  readonly failures: number;
  /** The next one may begin. */
  readonly retryAtMs: number;
}

/** Bounded in bytes; what was not asked for the longest goes first. */
export interface Memory {
  get(key: string): Kept | null;
  set(key: string, kept: Kept): void;
  bytes(): number;
  entries(): number;
}

export const createMemory = (maxBytes: number): Memory => {
  const all = new LRUCache<string, Kept>({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes / 4),
    sizeCalculation: ({ bytes }, key) => bytes + entryBytes + 2 * key.length,
  });
  return {
    get: (key) => all.get(key) ?? null,
    // One that is too large also takes the older one out.
    set: (key, kept) => void all.set(key, kept),
    bytes: () => all.calculatedSize,
    entries: () => all.size,
  };
};

/** What an entry takes besides its value. */
const entryBytes = 320;
