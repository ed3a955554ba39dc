import type { Profile } from "../profile/schema.ts";

/** What the probe's stage says, in the profile's units: short enough to be waited for, far enough apart to be told apart. */
export const probed = {
  requestsPerWorker: 4,
  queueMax: 2,
  connections: 9,
  backlog: 2,
  waitTimeoutSec: 1,
  requestTimeoutSec: 2,
  idleTimeoutSec: 2,
  stopTimeoutSec: 1,
  hangKillAfterSec: 1,
} as const;

/** The live stage with one worker and shortened limits; everything else is as it runs. Pure. */
export const probeProfile = (live: Profile): Profile => {
  const { $schema: _schema, extends: _extends, ...rest } = live;
  return {
    ...rest,
    why: "A probe of dashd verify.",
    workers: 1,
    requestsPerWorker: probed.requestsPerWorker,
    connections: probed.connections,
    backlog: probed.backlog,
    queue: { max: probed.queueMax },
    waitTimeoutSec: probed.waitTimeoutSec,
    requestTimeoutSec: probed.requestTimeoutSec,
    idleTimeoutSec: probed.idleTimeoutSec,
    stopTimeoutSec: probed.stopTimeoutSec,
    bootTimeoutSec: 30,
    watchWindowSec: 0,
    hang: { killAfterSec: probed.hangKillAfterSec },
    recycle: "off",
    postgres: { ...live.postgres, connections: 0 },
    indicators: { ...live.indicators, busyWorkers: { warnFree: 1, criticalFree: 0 } },
  };
};
