import type { CacheLayer } from "../../protocol/app-cache.ts";
import type { Counts } from "./counts.ts";
import type { Invalidations } from "./invalidations.ts";
import { readJsonValue } from "./json-value.ts";
import { judgeEntry, type Use } from "./judge-entry.ts";
import type { Kept, Memory } from "./memory.ts";
import type { Shared, Stored } from "./shared.ts";
import type { Snapshots } from "./snapshots.ts";
import type { TagMarks } from "./tag-marks.ts";
import type { Wish } from "./wish.ts";

export interface Layers {
  readonly counts: Counts;
  readonly marks: TagMarks;
  readonly memory: Memory;
  /** Layers that are not configured are null. */
  readonly shared: Shared | null;
  readonly snapshots: Snapshots | null;
  readonly invalidations: Pick<Invalidations, "catchUp">;
  readonly now: () => number;
}

/** What a layer had. */
export interface Candidate {
  readonly kept: Kept;
  readonly use: Use;
  readonly layer: CacheLayer;
}

export interface Look {
  /** The last attempt to load it anew has failed. */
  readonly sourceFails: boolean;
  /** It is loaded anew in the background: what is stale will not do. */
  readonly isRefresh: boolean;
}

/** `reachable`: Redis answered, if only that it has nothing. */
export const fromShared = async (
  { shared, counts, marks, invalidations, now }: Layers,
  wish: Wish,
  { sourceFails, isRefresh }: Look,
): Promise<{ readonly reachable: boolean; readonly candidate: Candidate | null }> => {
  if (shared === null) return { reachable: false, candidate: null };
  const mark = marks.mark();
  try {
    await invalidations.catchUp(wish.tags);
    const stored = await shared.read(wish.key, wish.tags);
    const kept = stored === null ? null : keptOf(stored, wish, mark, now());
    const use = stored === null || kept === null ? "none" : judgeEntry({ ...stored, sourceFails }, wish);
    counts.layer("redis", wordFor(use, isRefresh));
    return { reachable: true, candidate: kept === null ? null : { kept, use, layer: "redis" } };
  } catch {
    counts.layer("redis", "errors");
    return { reachable: false, candidate: null };
  }
};

export const fromSnapshots = async (
  { snapshots, counts, marks, now }: Layers,
  wish: Wish,
  { sourceFails, isRefresh }: Look,
): Promise<Candidate | null> => {
  if (snapshots === null) return null;
  const mark = marks.mark();
  try {
    const row = await snapshots.read(wish.key);
    const isValid = row?.invalid === false && !marks.wereInvalidated(wish.tags);
    const kept = row === null ? null : keptOf({ ...row, isValid }, wish, mark, now());
    const use = row === null || kept === null ? "none" : judgeEntry({ ageMs: row.ageMs, isValid, sourceFails }, wish);
    counts.layer("postgres", wordFor(use, isRefresh));
    return kept === null ? null : { kept, use, layer: "postgres" };
  } catch {
    counts.layer("postgres", "errors");
    return null;
  }
};

/** null for what is no JSON. */
export const keptOf = (
  { body, ageMs, isValid }: Stored,
  { tags }: Pick<Wish, "tags">,
  mark: number,
  nowMs: number,
): Kept | null => {
  const read = readJsonValue(body);
  if (read === null) return null;
  const { value, bytes } = read;
  return { value, bytes, loadedAtMs: nowMs - ageMs, tags, mark: isValid ? mark : -1, failures: 0, retryAtMs: 0 };
};

/** What is not given has missed: a spare one, unless the source fails afterwards, and in the background a stale one too. */
const wordFor = (use: Use, isRefresh: boolean): "hits" | "stale" | "misses" =>
  use === "fresh" ? "hits" : use === "stale" && !isRefresh ? "stale" : "misses";
