import { declaredLimits } from "./limits.ts";
import type { DeclaredLimit } from "./limits.ts";
import type { Profile } from "./schema.ts";

/**
 * What `dashd dev` runs with: one worker, and every limit so far away that nobody meets it. It is no stage of any ladder:
 * its number is 0, and no journal ever holds it. `base` only fills in whom and what a stage is for.
 */
export const developmentProfile = (base: Profile): Profile => ({
  ...base,
  stage: 0,
  why: "Development: one worker, nothing enforced.",
  users: { min: 1, max: 1 },
  instances: 1,
  workers: 1,
  requestsPerWorker: farAway,
  connections: farAway,
  backlog: farAway,
  waitTimeoutSec: farAwaySec,
  queue: { max: farAway },
  idleTimeoutSec: farAwaySec,
  requestTimeoutSec: farAwaySec,
  stopTimeoutSec: endSec,
  bootTimeoutSec: farAwaySec,
  watchWindowSec: 0,
  hang: { killAfterSec: farAwaySec },
  recycle: "off",
  postgres: { ...base.postgres, connections: poolOfOneWorker },
});

/** The limits of the profile as status shows them in development: null where nothing is enforced. */
export const developmentLimits = (profile: Profile): readonly DeclaredLimit[] =>
  declaredLimits(profile).map(({ name, value }) => ({ name, value: held.has(name) ? value : null }));

const held: ReadonlySet<string> = new Set(["workers", "postgres.connections"]);

/** Eleven days: what stands in a debugger is never late, and two of them added still fit a timer (TRAPS 33). */
const farAwaySec = 1_000_000;
const farAway = 1_000_000;
/** From the wish to end, or to run new code, to the end of open streams and sockets. */
const endSec = 0.8;
/** pg-pool's own default. */
const poolOfOneWorker = 10;
