import { getSystemErrorName } from "node:util";
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
  let count = 0;
  let found = "";
  return {
    failed: (errno) => {
      count += 1;
      found = getSystemErrorName(errno);
    },
    tick: () => {
      if (count > 0) log.error({ code: "log.accept-failed", facts: { count, found } });
      count = 0;
    },
  };
};
