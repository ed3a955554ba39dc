import { type AppFailure, monotonicMs } from "../protocol/worker-messages.ts";
import { type BootVerdict, judgeBoot } from "./boot-verdict.ts";
import type { Generation } from "./generation.ts";
import type { Raised } from "./raised.ts";
import type { Seen } from "./seen.ts";
import { createWatchers } from "./watchers.ts";
import { advance, type WorkerEvent, type WorkerRecord } from "./worker-record.ts";

/** The workers that are there and the generations that are wanted: what everybody asks, and waits for. Decides nothing. */
export interface Roster {
  readonly records: ReadonlyMap<number, WorkerRecord>;
  readonly raised: ReadonlyMap<number, Raised>;
  born(record: WorkerRecord): void;
  /** Null where it is not there any more. */
  note(workerId: number, event: WorkerEvent): WorkerRecord | null;
  gone(workerId: number): void;
  raise(raised: Raised): void;
  /** Nobody wants it any more. */
  drop(generation: number): void;
  /** What its generation is seen by. */
  seenOf(workerId: number): Seen | undefined;
  generationOf(record: WorkerRecord): Generation | undefined;
  /** How many workers of it are wanted. */
  wantedOf(generation: number): number;
  /** A generation that was retired goes with its last worker. */
  forgetIfGone(generation: number): void;
  /** Settles when the generation is up or will not come. */
  whenUp(generation: number): Promise<BootVerdict>;
  /** Settles when no process is left that is not wanted, of this generation or (null) of any; or after `withinMs`. */
  whenGone(generation: number | null, withinMs: number): Promise<boolean>;
  /** The instance stops: nothing comes up any more. */
  stopping(): void;
  /** Everybody who waits looks again. */
  changed(): void;
}

/** `revives`: whether a worker that ended is replaced. */
export const createRoster = (revives: () => boolean): Roster => {
  const records = new Map<number, WorkerRecord>();
  const raised = new Map<number, Raised>();
  const watchers = createWatchers();
  let stopping = false;

  const wantedOf = (generation: number): number => {
    const found = raised.get(generation);
    return found === undefined || found.isRetiring() ? 0 : found.desired().workers;
  };

  /** `true` or null: what {@link createWatchers} waits for. */
  const noneLeft = (generation: number | null): true | null => {
    const concerns = (of: number): boolean => generation === null || of === generation;
    const processes = [...records.values()].some(({ generation: of, slot }) => concerns(of) && slot > wantedOf(of));
    const births = [...raised.values()].some((found) => concerns(found.generation.id) && found.isForking());
    return processes || births ? null : true;
  };

  const verdictOf = (id: number): BootVerdict => {
    const found = raised.get(id);
    if (found === undefined || stopping) return { verdict: "failed", failure: stopped };
    const ready = [...records.values()].filter((record) => record.generation === id && record.state === "ready").length;
    return judgeBoot({ workers: wantedOf(id), ready, failures: found.failures(), revives: revives() });
  };

  return {
    records,
    raised,
    born: (record) => void records.set(record.id, record),
    note: (workerId, event) => {
      const record = records.get(workerId);
      if (record === undefined) return null;
      const next = advance(record, event, monotonicMs());
      records.set(workerId, next);
      return next;
    },
    gone: (workerId) => void records.delete(workerId),
    raise: (found) => void raised.set(found.generation.id, found),
    drop: (generation) => void raised.delete(generation),
    seenOf: (workerId) => raised.get(records.get(workerId)?.generation ?? 0)?.seen,
    generationOf: ({ generation }) => raised.get(generation)?.generation,
    wantedOf,
    forgetIfGone: (generation) => {
      if (raised.get(generation)?.isRetiring() === true && noneLeft(generation) !== null) raised.delete(generation);
    },
    whenUp: async (generation) => {
      const decided = (): BootVerdict | null => {
        const verdict = verdictOf(generation);
        return verdict.verdict === "wait" ? null : verdict;
      };
      return (await watchers.when(decided)) ?? verdictOf(generation);
    },
    whenGone: async (generation, withinMs) => (await watchers.when(() => noneLeft(generation), withinMs)) ?? false,
    stopping: () => {
      stopping = true;
    },
    changed: watchers.notify,
  };
};

const stopped: AppFailure = { reason: "ended", message: "because.stopped", place: null, stack: null };
