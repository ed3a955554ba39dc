import type { WorkerFault } from "../protocol/drill.ts";
import type { Services } from "./services.ts";

/** Faults on purpose, on the master's word; each ends by itself, whatever becomes of the master. */
export const createDrill = (services: Pick<Services, "refuseRedis" | "slowPostgres">): Drill => {
  const timers = new Map<WorkerFault, NodeJS.Timeout>();
  const setService = { "redis-down": services.refuseRedis, "postgres-slow": services.slowPostgres } as const;
  return (fault, forMs) => {
    if (fault === "hang") return hangForDrill(forMs);
    clearTimeout(timers.get(fault));
    const set = setService[fault];
    set(forMs > 0);
    if (forMs > 0) timers.set(fault, setTimeout(() => set(false), forMs).unref());
  };
};

export type Drill = (fault: WorkerFault, forMs: number) => void;

/** One turn of the loop that uses all the CPU it gets. */
const hangForDrill = (forMs: number): void => {
  const endsAtMs = performance.now() + forMs;
  while (performance.now() < endsAtMs);
};
