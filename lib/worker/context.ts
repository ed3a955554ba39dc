import type { Context } from "../protocol/app-context.ts";
import type { Assignment } from "../protocol/worker-messages.ts";
import { createInstanceStatus } from "./instance-status.ts";
import type { Services } from "./services.ts";

/** What a hosted factory is given, and the two things that change in it. */
export const createContext = (assignment: Assignment, services: Services, now: () => number): LiveContext => {
  const draining = new AbortController();
  let leader = assignment.leader;
  return {
    context: {
      get redis() {
        return services.redis();
      },
      get postgres() {
        return services.postgres();
      },
      cache: services.cache,
      // stdout and stderr are the worker's line to the log; the master tags them with the slot.
      log: { debug: console.debug, info: console.info, warn: console.warn, error: console.error },
      signal: draining.signal,
      stage: assignment.stage,
      slot: assignment.slot,
      get leader() {
        return leader;
      },
      status: createInstanceStatus(assignment.controlPath, now),
    },
    setLeader: (isLeader) => {
      leader = isLeader;
    },
    drain: () => draining.abort(),
  };
};

export interface LiveContext {
  readonly context: Context;
  setLeader(isLeader: boolean): void;
  drain(): void;
}
