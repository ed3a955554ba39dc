/** The public API for app authors. */
export { admission } from "./middleware/admission.ts";
export type { AdmissionOptions } from "./middleware/admission.ts";
export { requestTimeout } from "./middleware/request-timeout.ts";
export type { RequestTimeoutOptions } from "./middleware/request-timeout.ts";
export { responseCache } from "./middleware/response-cache.ts";
export type { ResponseCacheOptions } from "./middleware/response-cache.ts";
export type { Middleware } from "./middleware/visit.ts";
export type { Cache, CacheEntry, CacheLayer, CacheLoad, CacheOptions, Frozen } from "./protocol/app-cache.ts";
export type { Context, ContextLog } from "./protocol/app-context.ts";
export type { Snapshot } from "./protocol/snapshot.ts";
