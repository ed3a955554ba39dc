/** A tag, and which invalidation of it: heard of twice, it counts once. */
export type Invalidation = readonly [tag: string, id: string];

/** Tags of cached values that are to be loaded anew; from a worker to the master, and from it to all workers. */
export interface CacheInvalidation {
  readonly type: "invalidate";
  readonly tags: readonly Invalidation[];
  /** Redis has not heard of it: what it holds under these tags may be old. */
  readonly unheard: boolean;
}

/**
 * Gathers invalidations on their way: the first goes at once, those that come within the next moment go together. However
 * many an app makes, whoever hears them is woken a few hundred times a second at most.
 */
export const gatherInvalidations = (send: (message: CacheInvalidation) => void): ((one: CacheInvalidation) => void) => {
  const heard = gather((tags) => send({ type: "invalidate", tags, unheard: false }));
  const unheard = gather((tags) => send({ type: "invalidate", tags, unheard: true }));
  return (one) => (one.unheard ? unheard : heard)(one.tags);
};

const gather = (send: (tags: readonly Invalidation[]) => void): ((tags: readonly Invalidation[]) => void) => {
  const gathered = new Map<string, string>();
  let waits = false;
  const flush = (): void => {
    waits = gathered.size > 0;
    if (!waits) return;
    const tags = [...gathered];
    gathered.clear();
    send(tags);
    setTimeout(flush, momentMs).unref();
  };
  return (tags) => {
    for (const [tag, id] of tags) gathered.set(tag, id);
    if (!waits) flush();
  };
};

const momentMs = 10;
