import type { Invalidation } from "../../protocol/invalidation.ts";

/**
 * Which tags have been invalidated, as far as this worker has heard, and when: in numbers that only go up, since clocks of
 * several hosts do not compare. A value is known to be good as of the mark at which its load began.
 */
export interface TagMarks {
  mark(): number;
  /** Gives those that are news. */
  invalidate(invalidations: readonly Invalidation[]): readonly Invalidation[];
  /** Invalidations may have been missed: whatever has a tag counts as invalidated. */
  doubtAll(): void;
  isValid(tags: readonly string[], mark: number): boolean;
  /** One of them was invalidated in this worker's time, or may have been. */
  wereInvalidated(tags: readonly string[]): boolean;
}

export const createTagMarks = (most = 10_000): TagMarks => {
  const known = new Map<string, { readonly mark: number; readonly id: string }>();
  let mark = 0;
  let floor = 0;
  return {
    mark: () => mark,
    invalidate: (invalidations) => {
      const news = invalidations.filter(([tag, id]) => known.get(tag)?.id !== id);
      if (news.length === 0) return news;
      mark += 1;
      for (const [tag, id] of news) {
        known.delete(tag);
        known.set(tag, { mark, id });
      }
      while (known.size > most) {
        const [oldest] = known.entries();
        if (oldest === undefined) break;
        known.delete(oldest[0]);
        // What is forgotten counts for all.
        floor = Math.max(floor, oldest[1].mark);
      }
      return news;
    },
    doubtAll: () => {
      mark += 1;
      floor = mark;
    },
    isValid: (tags, since) =>
      tags.length === 0 || (since >= floor && tags.every((tag) => (known.get(tag)?.mark ?? 0) <= since)),
    wereInvalidated: (tags) => tags.length > 0 && (floor > 0 || tags.some((tag) => known.has(tag))),
  };
};
