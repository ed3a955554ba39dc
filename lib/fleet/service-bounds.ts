import { descriptorsNeeded } from "../preflight/host-sums.ts";
import type { Ladder } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";

/** What a service manager may bound, wide enough for every stage of the ladder: the stage changes, the unit does not. */
export interface ServiceBounds {
  /** Of a start; of `systemctl reload` too, which waits for a whole change. */
  readonly startSec: number;
  readonly stopSec: number;
  readonly descriptors: number;
}

export const serviceBounds = (ladder: Ladder): ServiceBounds => {
  const most = (of: (profile: Profile) => number): number => Math.max(...[...ladder.values()].map(of));
  return {
    // A window is extended once; then the old generation drains.
    startSec:
      most((profile) => profile.bootTimeoutSec + 2 * profile.watchWindowSec + profile.stopTimeoutSec) + marginSec,
    stopSec: most(({ stopTimeoutSec }) => stopTimeoutSec) + marginSec,
    descriptors: Math.max(fewestDescriptors, 2 ** Math.ceil(Math.log2(2 * most(descriptorsNeeded)))),
  };
};

/** Kills, the last writes, an embedded PostgreSQL. */
const marginSec = 30;
/** The app's own files and connections are in no sum. */
const fewestDescriptors = 65_536;
