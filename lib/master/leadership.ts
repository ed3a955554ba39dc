import type { WorkerRecord } from "./worker-record.ts";

/**
 * Exactly one worker is leader: the ready one of those that serve with the lowest slot, kept as long as it lives. The
 * next one is told only when the last has heard that it is over, or has ended: two timers must not run beside each other.
 */
export interface Leadership {
  /** To be called whenever a worker came, went or changed its state, or another generation serves. */
  elect(records: ReadonlyMap<number, WorkerRecord>, serving: ReadonlySet<number>): void;
  /** The worker has heard that it is over; another may be elected. */
  resigned(workerId: number): void;
  leader(): number | null;
}

export const createLeadership = (tell: (workerId: number, leader: boolean) => void): Leadership => {
  let leader: number | null = null;
  let resigning: number | null = null;
  return {
    elect: (records, serving) => {
      const able = [...records.values()].filter(
        ({ state, generation }) => state === "ready" && serving.has(generation),
      );
      if (able.some(({ id }) => id === leader)) return;
      if (leader !== null && records.has(leader)) {
        if (resigning !== leader) tell(leader, false);
        resigning = leader;
        return;
      }
      leader = able.toSorted((a, b) => a.slot - b.slot)[0]?.id ?? null;
      if (leader !== null) tell(leader, true);
    },
    resigned: (workerId) => {
      if (workerId !== resigning || workerId !== leader) return;
      leader = null;
      resigning = null;
    },
    leader: () => leader,
  };
};
