import { DashdError } from "../errors.ts";
import type { FilledPools } from "../protocol/filled-pools.ts";
import type { FilledPool, ToWorker } from "../protocol/worker-messages.ts";
import type { CountedBackends } from "../services/postgres/count-backends.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** Has all workers fill their pools at once, and the server counted meanwhile. */
export interface PoolFill {
  /** null: no worker has a pool. One at a time: E_BUSY. Bounded; the pools are given back whatever comes. */
  fill(): Promise<FilledPools | null>;
  filled(workerId: number, pool: FilledPool | null): void;
}

export interface PoolFillDependencies {
  /** Of the generation in force, those that serve. */
  readonly workers: () => readonly Pick<WorkerRecord, "id" | "slot">[];
  readonly send: (workerId: number, message: ToWorker) => void;
  readonly count: (backends: readonly number[]) => Promise<CountedBackends>;
  readonly answerWithinMs?: number;
}

export const createPoolFill = (dependencies: PoolFillDependencies): PoolFill => {
  const { workers, send, count, answerWithinMs = usuallyWithinMs } = dependencies;
  let heard: ((workerId: number, pool: FilledPool | null) => void) | null = null;

  const askAll = (asked: readonly number[]): Promise<ReadonlyMap<number, FilledPool | null>> =>
    new Promise((resolve) => {
      const answers = new Map<number, FilledPool | null>();
      const timer = setTimeout(() => resolve(answers), answerWithinMs);
      heard = (workerId, pool) => {
        if (asked.includes(workerId)) answers.set(workerId, pool);
        if (answers.size < asked.length) return;
        clearTimeout(timer);
        resolve(answers);
      };
      for (const id of asked) send(id, { type: "fill-pool", on: true });
    });

  const counted = async (
    backends: readonly number[],
  ): Promise<Pick<FilledPools, "counted" | "serverMax" | "fault">> => {
    try {
      const { known, serverMax } = await count(backends);
      return { counted: known, serverMax, fault: null };
    } catch (error) {
      return { counted: null, serverMax: null, fault: error instanceof Error ? error.message : String(error) };
    }
  };

  return {
    filled: (workerId, pool) => heard?.(workerId, pool),
    fill: async () => {
      if (heard !== null) {
        const facts = { what: "verify", by: "dashd", since: new Date().toISOString() };
        throw new DashdError("E_BUSY", facts, { hint: "dashd status" });
      }
      const asked = workers();
      if (asked.length === 0) return null;
      try {
        const answers = await askAll(asked.map(({ id }) => id));
        const all = [...answers.values()];
        if (all.length > 0 && all.every((pool) => pool === null)) return null;
        const backends = all.flatMap((pool) => pool?.backends ?? []);
        return {
          workers: asked.flatMap(({ id, slot }) => {
            const pool = answers.get(id);
            if (pool === null) return [];
            if (pool === undefined) return [{ slot, open: 0, isCapped: false, fault: "silent" }];
            return [{ slot, open: pool.backends.length, isCapped: pool.isCapped, fault: pool.fault }];
          }),
          ...(await counted(backends)),
        };
      } finally {
        heard = null;
        for (const { id } of asked) send(id, { type: "fill-pool", on: false });
      }
    },
  };
};

/** A worker gives up on its pool after less than three seconds; a busy host is late. */
const usuallyWithinMs = 3_500;
