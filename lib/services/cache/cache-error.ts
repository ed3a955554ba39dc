/** What a call of the cache is rejected with on its own account; what `load` rejects with reaches the caller as it is. */
export class CacheError extends Error {
  override readonly name = "CacheError";
  readonly code: CacheErrorCode;

  constructor(code: CacheErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Value: JSON can make nothing of what was loaded. Timeout: the load was not done in time. */
export type CacheErrorCode = "E_CACHE_OPTIONS" | "E_CACHE_VALUE" | "E_CACHE_TIMEOUT";
