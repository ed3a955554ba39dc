import type { Profile } from "./schema.ts";

/** What the banner of `start` says of a stage (`words/banner.ts`). `platform` as `process.platform` says it. */
export const bannerFacts = ({ stage, workers, connections, idleTimeoutSec, users }: Profile, platform: string) => ({
  ...{ stage, platform, workers, connections },
  timeoutSec: idleTimeoutSec,
  usersMin: users.min,
  usersMax: users.max,
});
