import type { CacheEntry, CacheLoad } from "../../protocol/app-cache.ts";
import { CacheError } from "./cache-error.ts";
import { jsonValue } from "./json-value.ts";
import { judgeEntry, retryAfterMs } from "./judge-entry.ts";
import { type Candidate, fromShared, fromSnapshots, keptOf, type Layers } from "./layers.ts";
import { runLoad } from "./run-load.ts";
import type { Stored } from "./shared.ts";
import { takeTurn, type Turn } from "./turn.ts";
import type { Wish } from "./wish.ts";

/**
 * A value that this worker has not at hand: from Redis, from PostgreSQL, or loaded; and where it cannot be loaded, the last
 * one that any layer has. `refresh` null: it is loaded anew in the background, and what is stale will not do.
 */
export type Obtain = (
  wish: Wish,
  load: CacheLoad<unknown>,
  refresh: (() => void) | null,
) => Promise<CacheEntry<unknown>>;

export const createObtain = (layers: Layers): Obtain => {
  const { memory, counts, marks, shared, snapshots, now } = layers;

  const give = (wish: Wish, { kept, use, layer }: Candidate): CacheEntry<unknown> => {
    memory.set(wish.key, kept);
    return { value: kept.value, ageMs: Math.round(now() - kept.loadedAtMs), stale: use !== "fresh", layer };
  };

  const turnFor = async (wish: Wish, reachable: boolean): Promise<Turn> => {
    if (shared === null || !reachable) return { kind: "alone" };
    const isGood = (stored: Stored): boolean => judgeEntry({ ...stored, sourceFails: false }, wish) === "fresh";
    return takeTurn(wish, { shared, marks, now, isGood, failed });
  };

  const loadAnew = async (wish: Wish, load: CacheLoad<unknown>, turn: Turn): Promise<CacheEntry<unknown>> => {
    const { key, tags } = wish;
    const mark = marks.mark();
    try {
      const { value, bytes, body } = jsonValue(key, await runLoad(wish, load));
      counts.loaded(true);
      memory.set(key, { value, bytes, loadedAtMs: now(), tags, mark, failures: 0, retryAtMs: 0 });
      void spread(wish, body, mark, turn);
      return { value, ageMs: 0, stale: false, layer: "source" };
    } catch (error) {
      counts.loaded(false);
      if (turn.kind === "ours") void turn.end("failed");
      throw error;
    }
  };

  /** Behind the caller's back: into the snapshots, and to the other workers. */
  const spread = async ({ key, keepMs, tags }: Wish, body: Buffer, mark: number, turn: Turn): Promise<void> => {
    snapshots?.keep({ key, tags, body, keepMs }, () => marks.isValid(tags, mark));
    if (shared === null || turn.kind !== "ours") return;
    const fits = keepMs > 0 && body.length <= largestSharedBytes;
    const write = async (): Promise<void> => shared.write(key, body, keepMs, turn.versions);
    const isThere = fits && (await write().then(() => true, failed));
    await turn.end(isThere ? "done" : "failed");
  };
  const failed = (): false => {
    counts.layer("redis", "errors");
    return false;
  };

  const lastResort = async (wish: Wish, spares: readonly Candidate[], error: unknown): Promise<CacheEntry<unknown>> => {
    const isUsable = ({ kept }: Candidate): boolean =>
      judgeEntry({ ageMs: now() - kept.loadedAtMs, isValid: false, sourceFails: true }, wish) !== "none";
    const atHand = spares.filter(isUsable).toSorted((one, other) => other.kept.loadedAtMs - one.kept.loadedAtMs)[0];
    const found = atHand ?? (await fromSnapshots(layers, wish, { sourceFails: true, isRefresh: false }));
    if (found === null || !isUsable(found)) throw error;
    const failures = (memory.get(wish.key)?.failures ?? 0) + 1;
    const kept = { ...found.kept, failures, retryAtMs: now() + retryAfterMs(failures) };
    return give(wish, { ...found, kept, use: "stale" });
  };

  return async (wish, load, refresh) => {
    const near = memory.get(wish.key);
    const spares: Candidate[] = near === null ? [] : [{ kept: near, use: "spare", layer: "memory" }];
    const sourceFails = (near?.failures ?? 0) > 0;
    const willDo = (candidate: Candidate | null): candidate is Candidate =>
      candidate?.use === "fresh" || (candidate?.use === "stale" && refresh !== null);
    const take = (candidate: Candidate): CacheEntry<unknown> => {
      if (candidate.use === "stale") refresh?.();
      return give(wish, candidate);
    };

    const { reachable, candidate } = await fromShared(layers, wish, { sourceFails, isRefresh: refresh === null });
    if (willDo(candidate)) return take(candidate);
    if (candidate !== null) spares.push(candidate);

    // Redis has lost it, or there is none: what the last load brought will do for a start.
    const snapshot =
      spares.length === 0 && refresh !== null
        ? await fromSnapshots(layers, wish, { sourceFails: false, isRefresh: false })
        : null;
    if (willDo(snapshot)) return take(snapshot);
    if (snapshot !== null) spares.push(snapshot);

    const turn = await turnFor(wish, reachable);
    const theirs = turn.kind === "stored" ? keptOf(turn.stored, wish, turn.mark, now()) : null;
    if (theirs !== null) return take({ kept: theirs, use: "fresh", layer: "redis" });
    try {
      return await loadAnew(wish, load, turn);
    } catch (error) {
      // The app's own mistake: no older value makes it good.
      if (error instanceof CacheError && error.code === "E_CACHE_VALUE") throw error;
      return lastResort(wish, spares, error);
    }
  };
};

const largestSharedBytes = 4 * 1024 * 1024;
