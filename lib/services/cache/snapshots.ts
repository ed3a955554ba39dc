import { serverFault } from "../postgres/faults.ts";
import { createSnapshotTable, type Snapshot, type SnapshotPool, type SnapshotRow } from "./snapshot-table.ts";

/**
 * The last good values, in PostgreSQL. Written in the background, at most one statement at a time, and only while the app
 * leaves a connection free: what cannot be written is dropped, for the next load brings another.
 */
export interface Snapshots {
  /** null: there is none, or no connection is free for it. Rejects where the server fails or is too slow. */
  read(key: string): Promise<SnapshotRow | null>;
  /** `stillGood`: looked at once more when it is written. */
  keep(snapshot: Omit<Snapshot, "ageMs">, stillGood: () => boolean): void;
  invalidate(tags: readonly string[]): void;
  close(): Promise<void>;
}

export interface SnapshotsNeeds {
  readonly pool: SnapshotPool;
  readonly app: string;
  /** Prunes. */
  readonly isLeader: () => boolean;
  readonly now: () => number;
  readonly failed: () => void;
  /** A line for the log, once for each reason: it cannot be made, or is not ours. */
  readonly tell: (text: string) => void;
}

export const createSnapshots = ({ pool, app, isLeader, now, failed, tell }: SnapshotsNeeds): Snapshots => {
  const table = createSnapshotTable(pool, app);
  const waiting = new Map<string, Waiting>();
  const writtenAtMs = new Map<string, number>();
  let invalidated = new Set<string>();
  let waitingBytes = 0;
  let state: "unknown" | "there" | "refused" = "unknown";
  let refusedUntilMs = 0;
  let isBusy = false;
  let isClosed = false;
  let pruneAtMs = now() + firstPruneMs;
  let timer: NodeJS.Timeout | undefined;
  const told = new Set<string>();

  const drop = (key: string): void => {
    waitingBytes -= waiting.get(key)?.snapshot.body.length ?? 0;
    waiting.delete(key);
  };

  /** One statement of ours at a time; `wait` settles with it, or with its deadline while it goes on. */
  const run = async <T>(statement: () => Promise<T>): Promise<T> => {
    isBusy = true;
    const done = statement();
    const free = (): void => {
      isBusy = false;
    };
    done.then(free, free);
    return withinDeadline(done);
  };
  const fail = (error: unknown): void => {
    failed();
    const code = codeOf(error);
    if (code === undefinedTable || code === undefinedSchema) state = "unknown";
    // Down, busy and slow pass, and status says so.
    if (serverFault(error) !== null || !isRefusal(code)) return;
    state = "refused";
    refusedUntilMs = now() + refusedMs;
    if (told.has(code)) return;
    told.add(code);
    tell(`the cache keeps no snapshots in PostgreSQL: ${error instanceof Error ? error.message : code}`);
  };

  const isOn = (): boolean => state !== "refused" || now() >= refusedUntilMs;
  const mayAsk = (): boolean => !isBusy && isOn() && hasRoom(pool);

  const write = async (): Promise<void> => {
    if (state !== "there") {
      if (!(await run(table.make))) return;
      state = "there";
    }
    if (invalidated.size > 0) {
      const tags = [...invalidated];
      invalidated = new Set();
      await run(() => table.invalidate(tags)).catch((error: unknown) => {
        for (const tag of tags) if (invalidated.size < mostTags) invalidated.add(tag);
        throw error;
      });
    }
    const batch = [...waiting].slice(0, mostAtOnce);
    for (const [key] of batch) drop(key);
    const good = batch.filter(([, { stillGood }]) => stillGood());
    if (good.length > 0) {
      await run(() => table.write(good.map(([, { snapshot, atMs }]) => ({ ...snapshot, ageMs: now() - atMs }))));
      for (const [key] of good) noteWritten(key);
    }
    if (now() < pruneAtMs || !isLeader()) return;
    pruneAtMs = now() + pruneEveryMs;
    await run(table.prune);
  };
  const noteWritten = (key: string): void => {
    writtenAtMs.delete(key);
    writtenAtMs.set(key, now());
    const [oldest] = writtenAtMs.keys();
    if (writtenAtMs.size > mostRemembered && oldest !== undefined) writtenAtMs.delete(oldest);
  };
  const flush = async (): Promise<void> => {
    if (!mayAsk()) return;
    await write().catch(fail);
  };
  const soon = (): void => {
    if (isClosed || timer !== undefined || (waiting.size === 0 && invalidated.size === 0)) return;
    timer = setTimeout(() => {
      timer = undefined;
      void flush().then(soon);
    }, flushMs).unref();
  };

  return {
    read: async (key) => {
      if (state === "refused" || !mayAsk()) return null;
      try {
        return await run(() => table.read(key));
      } catch (error) {
        const code = codeOf(error);
        // Nobody has written one yet.
        if (code === undefinedTable || code === undefinedSchema) return null;
        throw error;
      }
    },
    keep: (snapshot, stillGood) => {
      const { key, body } = snapshot;
      if (body.length > largestBytes || !isOn()) return;
      if (now() - (writtenAtMs.get(key) ?? -Infinity) < rewriteMs) return;
      drop(key);
      if (waitingBytes + body.length > mostWaitingBytes) return;
      waiting.set(key, { snapshot, atMs: now(), stillGood });
      waitingBytes += body.length;
      soon();
    },
    invalidate: (tags) => {
      // Beyond it, those of tags that are never used again are served as a last resort only.
      for (const tag of tags) if (invalidated.size < mostTags) invalidated.add(tag);
      // A snapshot that was written before may be replaced at once.
      writtenAtMs.clear();
      soon();
    },
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await flush();
    },
  };
};

interface Waiting {
  readonly snapshot: Omit<Snapshot, "ageMs">;
  readonly atMs: number;
  readonly stillGood: () => boolean;
}

/** A connection for us, and one more for the app, or nobody there who could want it. */
const hasRoom = ({ totalCount, idleCount, waitingCount, options }: SnapshotPool): boolean => {
  const busy = totalCount - idleCount;
  return waitingCount === 0 && (busy === 0 || busy + 1 < options.max);
};

const withinDeadline = async <T>(answer: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // What arrived while the loop was busy is read first.
    timer = setTimeout(() => setImmediate(() => reject(new Error("PostgreSQL did not answer in time"))), deadlineMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
};

const codeOf = (error: unknown): string => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
};

/** SQLSTATE classes of a server that is well and will say the same again: not allowed, read-only, another table by that name. */
const isRefusal = (code: string): boolean => /^(?:42|25|0A|22|23)/.test(code) && !passing.has(code);

const undefinedTable = "42P01";
const undefinedSchema = "3F000";
const passing = new Set([undefinedTable]);

const flushMs = 1_000;
const deadlineMs = 1_000;
/** A value that is loaded every second need not be written every second. */
const rewriteMs = 10_000;
const refusedMs = 60_000;
const firstPruneMs = 30_000;
const pruneEveryMs = 10 * 60_000;
const largestBytes = 1024 * 1024;
const mostWaitingBytes = 4 * 1024 * 1024;
const mostAtOnce = 100;
const mostTags = 1_000;
const mostRemembered = 10_000;
