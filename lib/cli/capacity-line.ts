import type { Message } from "../errors.ts";
import type { HeldLoad } from "../protocol/capacity.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/** Which stage this host and app can hold, in one sentence; null in development, where none is held. */
export const capacityLine = (
  { capacity, mode, stage, services, limits }: Snapshot,
  nowMs: number = Date.now(),
): Message | null => {
  if (mode !== "production") return null;
  // Of a master before this version.
  if (capacity === null || capacity === undefined) {
    return { code: "capacity.unknown", facts: { upstream: services.upstream !== null, users: usersToTry(limits) } };
  }
  const { estimate, held, notHeld } = capacity;
  const agoSec = (load: HeldLoad | null): number | null =>
    load === null ? null : Math.max(0, Math.round((nowMs - Date.parse(load.at)) / 1_000));
  if (estimate === null && held === null && notHeld !== null) {
    const users = Math.max(1, Math.floor(notHeld.users / 2));
    return {
      code: "capacity.not-held",
      facts: { notHeld: notHeld.users, notHeldStage: notHeld.stage, notHeldAgoSec: agoSec(notHeld), users },
    };
  }
  return {
    code: "capacity.holds",
    facts: {
      stage: capacity.stage,
      lowest: capacity.stages[0]?.stage ?? stage,
      users: capacity.users,
      limit: capacity.limit === null ? null : `short.${capacity.limit}`,
      estimated: estimate !== null,
      otherCode: estimate?.ofOtherCode ?? false,
      cpuMs: estimate?.cpuMsPerRequest ?? null,
      serviceMs: estimate?.serviceMsPerRequest ?? null,
      p95Ms: estimate?.responseP95Ms ?? null,
      queryMs: estimate?.queryMsPerRequest ?? null,
      workerBytes: estimate?.workerBytes ?? null,
      perUser: estimate === null ? null : Math.round(estimate.requestsPerUserSec * 100) / 100,
      usersFrom: estimate === null ? null : `users-from.${estimate.usersFrom}`,
      ...{ held: held?.users ?? null, heldStage: held?.stage ?? null, heldAgoSec: agoSec(held) },
      ...{ notHeld: notHeld?.users ?? null, notHeldStage: notHeld?.stage ?? null, notHeldAgoSec: agoSec(notHeld) },
    },
  };
};

/** As many as the stage's connections are for at the least: a browser opens up to six. */
const usersToTry = (limits: Snapshot["limits"]): number => {
  const declared = limits.find(({ name }) => name === "connections")?.declared;
  return typeof declared === "number" ? Math.max(1, Math.round(declared / 2)) : 50;
};
