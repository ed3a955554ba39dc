import type { Log } from "../log.ts";

/**
 * Clients that the listening socket could not take, mostly for want of descriptors: said once a second at most, since it
 * happens thousands of times then (TRAPS 28).
 */
export interface AcceptFailures {
  failed(errno: number): void;
  /** To be called once a second. */
  tick(): void;
}

export const createAcceptFailures = (log: Pick<Log, "error">): AcceptFailures => {
  let last = { count: 0, errno: 0 };
  return {
    failed: (errno) => {
      last = { count: last.count + 1, errno };
    },
    tick: () => {
      if (last.count > 0) log.error({ code: "log.accept-failed", facts: last });
      last = { count: 0, errno: 0 };
    },
  };
};
