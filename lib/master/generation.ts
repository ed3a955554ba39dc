import { workerLimits } from "../profile/limits.ts";
import type { Profile } from "../profile/schema.ts";
import { pictureFd } from "../protocol/black-box.ts";
import type { Assignment, Mode, ServiceAddresses } from "../protocol/worker-messages.ts";
import type { AppIdentity } from "./app-identity.ts";
import type { DoorLimits } from "./door.ts";
import type { DesiredGeneration } from "./reconcile.ts";
import { upstreamOf } from "./upstream-app.ts";

/** A set of workers born with the same limits and the same app code. */
export interface Generation {
  readonly id: number;
  readonly profile: Profile;
  readonly app: AppIdentity;
}

/** What every worker of this instance is told, whatever its generation. */
export type InstanceFacts = Pick<
  Assignment,
  | "mode"
  | "breaksAtStart"
  | "masterPid"
  | "servicePort"
  | "adoptPort"
  | "healthPath"
  | "readyPath"
  | "trustProxy"
  | "sticky"
  | "tls"
  | "controlPath"
  | "userKey"
  | "accessLog"
  | "services"
  | "servicesDown"
> & {
  /** Of the whole instance, shared out over the workers of a generation; 0: off. */
  readonly responseCacheBytes: number;
};

export const assignmentFor = (
  { id, profile, app }: Generation,
  slot: number,
  leader: boolean,
  instance: InstanceFacts,
): Assignment => ({
  ...instance,
  // An upstream has its own connections: workers that only pass requests on open none.
  services: upstreamOf(app) === null ? instance.services : noServices,
  slot,
  generation: id,
  stage: profile.stage,
  workers: profile.workers,
  limits: workerLimits(profile, slot),
  app: {
    path: app.sealed?.entry ?? app.path,
    builtIn: app.builtIn,
    args: app.args,
    ...(app.sealed === undefined ? {} : { original: app.path }),
  },
  leader,
  // In development every save is to be seen at once.
  responseCacheBytes: instance.mode === "production" ? Math.floor(instance.responseCacheBytes / profile.workers) : 0,
  pictureFd,
});

const noServices: ServiceAddresses = {
  databaseUrl: null,
  redisUrl: null,
  redisSentinels: [],
  redisSentinelName: null,
};

export const desiredFor = (
  { id, profile }: Generation,
  want: "up" | "retire",
  mode: Mode,
  workers: number,
): DesiredGeneration => ({
  id,
  want,
  workers,
  revives: mode === "production",
  bootTimeoutMs: profile.bootTimeoutSec * 1_000,
  // A request may run to its time-out, then streams and idle sockets to theirs; the rest is the worker's own ending.
  drainTimeoutMs:
    mode === "production"
      ? (profile.requestTimeoutSec + profile.stopTimeoutSec) * 1_000 + endingMs
      : profile.stopTimeoutSec * 1_000 + devEndingMs,
});

export const doorLimitsOf = ({ profile }: Generation): DoorLimits => ({
  workers: profile.workers,
  connections: profile.connections,
  backlog: profile.backlog,
  waitTimeoutMs: profile.waitTimeoutSec * 1_000,
});

const endingMs = 5_000;
/** Nobody waits for the end of old code: new code was saved. */
const devEndingMs = 200;
