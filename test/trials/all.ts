import { t01 } from "./t01-reload.ts";
import type { Trial } from "./trial.ts";

/** In the order of their numbers. */
export const allTrials: readonly Trial[] = [t01];
