import type { Profile } from "../profile/schema.ts";
import type { CapacityBounds } from "../protocol/capacity.ts";
import type { Measured } from "./work.ts";

export interface HostSize {
  readonly cores: number;
  /** What the workers have now and what could still be given to them; null: unknown. */
  readonly workersMayTakeBytes: number | null;
  readonly workerBytes: number | null;
}

export type Bounded = Pick<
  Profile,
  "stage" | "users" | "instances" | "workers" | "requestsPerWorker" | "postgres" | "promise" | "indicators"
>;

export interface BoundsInput {
  readonly measured: Measured;
  /** The lowest p95 of a minute that was seen: load can only make it worse. */
  readonly responseP95Ms: number | null;
  readonly requestsPerUserSec: number;
  readonly host: HostSize;
}

/** How many users a stage would hold on this host, by each thing that may be short first. All its instances together. Pure. */
export const boundsOf = (
  { instances, indicators, promise, ...profile }: Bounded,
  { measured, responseP95Ms, requestsPerUserSec, host }: BoundsInput,
): CapacityBounds => {
  const workers = profile.workers * instances;
  const users = (requestsPerSec: number): number => Math.floor(Math.max(0, requestsPerSec) / requestsPerUserSec);
  /** Requests a second that so many places of one kind hold. */
  const flow = (places: number, msEach: number): number => (places * 1_000) / Math.max(msEach, tiny);

  const budget = host.cores * indicators.cpu.warn;
  const left = Math.max(budget - measured.othersCores, budget / 2);
  // One worker is one thread of the app: so many cores at most.
  const usable = Math.min(left, workers * indicators.cpu.warn) - workers * measured.idleCores;
  const slots = (count: number): number =>
    users(flow(count * profile.requestsPerWorker * slotsShare, measured.serviceMsPerRequest));
  const { workersMayTakeBytes, workerBytes } = host;
  const fit =
    workersMayTakeBytes === null || workerBytes === null ? null : Math.floor(workersMayTakeBytes / workerBytes);
  const pool = profile.postgres.connections * instances * indicators.postgresPool.warn;
  const promised = promise.find((one) => one.users >= profile.users.max) ?? promise.at(-1);
  const isTooSlow = promised !== undefined && responseP95Ms !== null && responseP95Ms > promised.responseP95Ms;
  return {
    cpu: users(flow(usable, measured.cpuMsPerRequest)),
    slots: slots(workers),
    pool: measured.queryMsPerRequest === null || pool === 0 ? null : users(flow(pool, measured.queryMsPerRequest)),
    memory: fit === null || fit >= workers ? null : Math.min(slots(fit), slots(workers) - 1),
    response: isTooSlow ? 0 : null,
  };
};

/** With more of the slots taken than that on the average, requests that come together wait (as the pool's own warning). */
const slotsShare = 0.8;
const tiny = 0.001;
