/**
 * What an app keeps of its sources: in this worker's memory, in Redis for all workers and instances, and as a last good
 * value in PostgreSQL. A layer that is not configured is left out; nothing in the app changes.
 *
 * Values are what JSON makes of them (a Date comes back as text, NaN as null, undefined in an object not at all), the same
 * from every layer and at the first call too. They are shared by all who ask, and frozen.
 */
export interface Cache {
  /**
   * The value under `key`, from the nearest layer that has it fresh; else `load` is called once for all who ask meanwhile,
   * in all workers that share a Redis. Rejects with what `load` rejects with where there is no older value either.
   * A key, like a tag, is a text of 1 to 1,024 characters.
   */
  get<T>(key: string, options: CacheOptions, load: CacheLoad<T>): Promise<Frozen<T>>;
  /** The same, with how old it is. */
  getEntry<T>(key: string, options: CacheOptions, load: CacheLoad<T>): Promise<CacheEntry<T>>;
  /**
   * Values with this tag are loaded anew before they are given again, in every worker and instance; a load that is under
   * way does not count as new. Settles when Redis has heard of it, after a second at the latest; never rejects, and what
   * Redis could not hear it is told later.
   */
  invalidate(tags: string | readonly string[]): Promise<void>;
}

/** Times in seconds. */
export interface CacheOptions {
  /** How long a value is fresh. */
  readonly ttl: number;
  /** How long after that it is still given at once, marked stale, while one load in the background replaces it; 0. */
  readonly stale?: number;
  /** How long after `ttl` it may still be given, marked stale, where `load` fails; a day, and no less than `stale`. */
  readonly staleIfError?: number;
  /** For `invalidate`. */
  readonly tags?: readonly string[];
  /** After it a load has failed with E_CACHE_TIMEOUT; 30. */
  readonly timeout?: number;
}

/** `signal` fires when the load has taken longer than its `timeout`. */
export type CacheLoad<T> = (context: { readonly signal: AbortSignal }) => T | Promise<T>;

export interface CacheEntry<T> {
  readonly value: Frozen<T>;
  /** Since it was loaded, wherever that was. */
  readonly ageMs: number;
  /** Older than its `ttl`, or invalidated and not to be had anew. */
  readonly stale: boolean;
  /** Where it came from; `source`: `load` was called for it just now. */
  readonly layer: CacheLayer | "source";
}

export type CacheLayer = "memory" | "redis" | "postgres";

/** What becomes of a value in the cache: nobody may change it, for all are given the same one. */
export type Frozen<T> = T extends Date
  ? string
  : T extends readonly (infer Element)[]
    ? readonly Frozen<Element>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;
