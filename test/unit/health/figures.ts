import type { Circumstances, Figures } from "../../../lib/health/figures.ts";
import { builtInProfilesDir, loadLadder } from "../../../lib/profile/load.ts";
import type { Profile } from "../../../lib/profile/schema.ts";

/** The three shipped stages, lowest first. */
export const ladder: readonly Profile[] = [...(await loadLadder(builtInProfilesDir())).values()].toSorted(
  (a, b) => a.stage - b.stage,
);

export const quiet: Figures = {
  cpu: 0.1,
  memory: 0.2,
  diskIo: 0.1,
  responseP95Ms: 120,
  errorRate: 0,
  redis: { state: "up", hitRate: 0.95, memory: 0.1 },
  postgresPoolBusy: 0.2,
  busyWorkers: 0,
  held: 0,
  queued: 0,
  heldForSec: 0,
  refusedLastMinute: 0,
  users: 1,
};

export const unknown: Figures = {
  ...quiet,
  ...{ cpu: null, memory: null, diskIo: null, responseP95Ms: null, errorRate: null },
  ...{ redis: { state: "off", hitRate: null, memory: null }, postgresPoolBusy: null, users: null },
};

const gb = 1_073_741_824;

/** Eight workers of 100 MB, a tenth of a core each, on a host of 2 cores and 8 GB. */
export const usual: Circumstances = {
  host: { cores: 2, memoryBytes: 8 * gb, isRotational: false },
  workers: Array.from({ length: 8 }, (_, index) => ({
    slot: index + 1,
    cores: 0.1,
    rssBytes: 104_857_600,
    loopDelayP99Ms: 2,
    writesBytesPerSec: 1_024,
  })),
  masterWritesBytesPerSec: 512,
  connections: 40,
  inFlight: 6,
  waitP95Ms: 3,
  queryP95Ms: 20,
  lastMinute: { answers: 600, errors: 12, timedOut: 3, shed: 2, refused: 1 },
  postgres: { busy: 4, waiting: 0, maxConnections: 100, reserved: 3 },
  redis: { usedBytes: 500 * 1_048_576, maxMemoryMb: 1_024, evictions: 0, latencyMs: 0.4 },
};

/** Nothing that a system or a server may keep from us is told. */
export const untold: Circumstances = {
  ...usual,
  host: { cores: null, memoryBytes: null, isRotational: null },
  workers: usual.workers.map(({ slot }) => ({
    ...{ slot, cores: null, rssBytes: null, loopDelayP99Ms: null, writesBytesPerSec: null },
  })),
  ...{ masterWritesBytesPerSec: null, waitP95Ms: null, queryP95Ms: null },
  lastMinute: { answers: 0, errors: 0, timedOut: 0, shed: 0, refused: 0 },
  ...{ postgres: null, redis: null },
};
