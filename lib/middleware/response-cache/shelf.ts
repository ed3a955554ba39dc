import type { IncomingHttpHeaders } from "node:http";
import { LRUCache } from "lru-cache";
import type { StoredAnswer } from "./stored-answer.ts";
import { selectingValue } from "./stored-answer.ts";

/** Kept answers, bounded in bytes; what was asked for least lately goes first. Loaded with the first answer that asks. */
export interface Shelf {
  /** The newest that fits the request, fresh or not. */
  find(key: string, headers: IncomingHttpHeaders): StoredAnswer | null;
  has(key: string): boolean;
  /** False: it was invalidated after `startedAtMs`, or is too large. */
  put(key: string, path: string, answer: StoredAnswer, startedAtMs: number): boolean;
  /** RFC 9111, 4.4. Answers to requests that began earlier are not kept either. */
  forget(key: string, atMs: number): void;
  forgottenSince(key: string, atMs: number): boolean;
  /** What tells variants of a path apart that asked before; null: it never did, as far as we remember. */
  lane(key: string, path: string, headers: IncomingHttpHeaders): string | null;
  learn(path: string, vary: readonly string[]): void;
  /** It does not ask any more. */
  unlearn(path: string): void;
  bytes(): number;
}

/** `forgottenAtMs`: until when requests were seen that may have changed something. */
export const createShelf = ({ maxBytes, forgottenAtMs }: ShelfOptions): Shelf => {
  const resources = new LRUCache<string, Resource>({ maxSize: maxBytes, maxEntrySize: maxBytes });
  const asked = new LRUCache<string, readonly string[]>({ max: pathsRemembered });
  let floorMs = forgottenAtMs;
  const forgotten = new LRUCache<string, number>({
    max: pathsRemembered,
    dispose: (atMs, _key, reason) => {
      if (reason === "evict") floorMs = Math.max(floorMs, atMs);
    },
  });
  const forgottenSince = (key: string, atMs: number): boolean => atMs <= Math.max(floorMs, forgotten.get(key) ?? 0);

  return {
    find: (key, headers) => {
      const variants = resources.get(key)?.variants;
      if (variants === undefined) return null;
      for (const one of variants) if (one.matches(headers)) return one;
      return null;
    },
    has: (key) => resources.has(key),
    put: (key, path, answer, startedAtMs) => {
      asked.set(path, answer.vary);
      if (forgottenSince(key, startedAtMs)) return false;
      const others = (resources.peek(key)?.variants ?? []).filter((one) => isBeside(one, answer));
      const variants = [answer, ...others].slice(0, variantsKept);
      const size = variants.reduce((sum, { bytes }) => sum + bytes, 2 * key.length);
      if (size > maxBytes) return false;
      resources.set(key, { variants }, { size });
      return true;
    },
    forget: (key, atMs) => {
      resources.delete(key);
      forgotten.set(key, atMs);
    },
    forgottenSince,
    lane: (key, path, headers) => {
      const vary = asked.get(path);
      if (vary === undefined) return null;
      return vary.length === 0 ? key : `${key}\n${vary.map((name) => selectingValue(headers, name)).join("\n")}`;
    },
    learn: (path, vary) => {
      asked.set(path, vary);
    },
    unlearn: (path) => {
      asked.delete(path);
    },
    bytes: () => resources.calculatedSize,
  };
};

interface ShelfOptions {
  readonly maxBytes: number;
  readonly forgottenAtMs: number;
}

interface Resource {
  /** Newest first. */
  readonly variants: readonly StoredAnswer[];
}

/** Those that were told apart by other headers are of another time. */
const isBeside = (one: StoredAnswer, fresh: StoredAnswer): boolean =>
  one.vary.join() === fresh.vary.join() && one.selecting.join("\n") !== fresh.selecting.join("\n");

const variantsKept = 8;
const pathsRemembered = 1_000;
