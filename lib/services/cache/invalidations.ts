import type { CacheInvalidation, Invalidation } from "../../protocol/invalidation.ts";
import { type BusWord, newId, type Shared } from "./shared.ts";
import type { TagMarks } from "./tag-marks.ts";

export interface InvalidationsNeeds {
  readonly marks: TagMarks;
  readonly shared: Pick<Shared, "invalidate" | "expect" | "met"> | null;
  /** To the other workers of this instance, through the master: they hear of it while Redis is away, too. */
  readonly tell: (message: CacheInvalidation) => void;
  /** Snapshots of these tags are not to be trusted. */
  readonly heard: (tags: readonly string[]) => void;
}

/** Who is told of an invalidation, and what Redis has not heard of yet. */
export interface Invalidations {
  invalidate(tags: readonly string[]): Promise<void>;
  /** From another worker of this instance. */
  hear(message: Pick<CacheInvalidation, "tags" | "unheard">): void;
  /** Redis knows of these. */
  hearFromBus(words: readonly BusWord[]): void;
  /** Tells Redis what it has not heard of these tags, before anybody believes what it has under them; rejects if it cannot. */
  catchUp(tags: readonly string[]): Promise<void>;
}

export const createInvalidations = ({ marks, shared, tell, heard }: InvalidationsNeeds): Invalidations => {
  const unheard = new Map<string, string>();
  let retry: NodeJS.Timeout | undefined;

  const learn = (tags: readonly Invalidation[]): void => {
    const news = marks.invalidate(tags);
    if (news.length > 0) heard(news.map(([tag]) => tag));
  };
  const forget = (tag: string, id: string | null): void => {
    if (unheard.get(tag) === id) unheard.delete(tag);
  };
  const remember = (tags: readonly Invalidation[]): void => {
    for (const [tag, id] of tags) unheard.set(tag, id);
  };
  /** Under a new version: whether it got the first one, nobody can know. */
  const makeUp = async (missed: readonly Invalidation[]): Promise<void> => {
    if (shared === null || missed.length === 0) return;
    const words = missed.map(([tag, id]) => [tag, newId(), id] as const);
    await shared.invalidate(words);
    learn(words.map(([tag, id]) => [tag, id]));
    for (const [tag, id] of missed) forget(tag, id);
  };
  /** Until Redis has heard: it may have kept everything through what ailed it. */
  const tryAgain = (afterMs: number): void => {
    retry ??= setTimeout(() => {
      retry = undefined;
      makeUp([...unheard]).catch(() => tryAgain(afterMs));
    }, afterMs).unref();
  };

  return {
    invalidate: async (names) => {
      const tags = names.map((tag) => [tag, newId()] as const);
      learn(tags);
      shared?.expect(tags);
      tell({ type: "invalidate", tags, unheard: false });
      try {
        await shared?.invalidate(tags.map(([tag, id]) => [tag, id, null]));
        shared?.met(tags);
      } catch {
        remember(tags);
        tell({ type: "invalidate", tags, unheard: true });
        tryAgain(ownRetryMs);
      }
    },
    hear: ({ tags, unheard: isUnheard }) => {
      learn(tags);
      if (shared === null) return;
      if (!isUnheard) {
        shared.expect(tags);
        return;
      }
      remember(tags);
      // Whoever invalidated them tries sooner, and may be gone by then.
      tryAgain(theirRetryMs);
    },
    hearFromBus: (words) => {
      learn(words.map(([tag, id]) => [tag, id]));
      shared?.met(words.flatMap(([tag, id, first]) => [[tag, id], ...(first === null ? [] : [[tag, first] as const])]));
      for (const [tag, id, madeUpFor] of words) {
        forget(tag, id);
        forget(tag, madeUpFor);
      }
    },
    catchUp: async (names) => {
      if (unheard.size === 0) return;
      await makeUp([...unheard].filter(([tag]) => names.includes(tag)));
    },
  };
};

const ownRetryMs = 1_000;
const theirRetryMs = 5_000;
