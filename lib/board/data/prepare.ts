import type { Connection, Database } from "./database.ts";
import type { ContextLog } from "../../index.ts";
import { dayOf, wallClock } from "./clock.ts";
import { dataVersion, schema } from "./schema.ts";
import { seed } from "./seed.ts";

/**
 * What stands between a request and the data. `absent`: not there when this worker last looked, and another may be making
 * them: a query finds out. `preparing`: not looked yet, or they are of another version. `taken`: the schema is there and
 * not ours, and stays as it is.
 */
export type Readiness =
  | { readonly state: "ready" | "absent" | "preparing" | "taken" }
  | { readonly state: "sick"; readonly error: unknown };

export interface Preparation {
  readiness(): Readiness;
  /** A query found no tables: somebody has dropped them. */
  lost(): void;
}

export interface PreparationNeeds {
  readonly pool: Database;
  readonly now: () => Date;
  readonly log: ContextLog;
  /** Ends the timers. */
  readonly signal: AbortSignal;
  readonly isLeader: () => boolean;
  /** What was read before is of other data. */
  readonly made?: () => void;
  /** Between two looks at data that are not there yet; a minute between two looks at data that are. */
  readonly retryMs?: number;
}

/**
 * Looks whether the data are there and makes them if not: of sixteen workers that start at once, the one that gets the
 * advisory lock. Data of another version are made anew by any worker, data that come to their end by the leader.
 */
export const prepare = (needs: PreparationNeeds): Preparation => {
  const { signal, retryMs = 1000 } = needs;
  let readiness: Readiness = { state: "preparing" };
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let told = "";

  const step = async (): Promise<void> => {
    if (running || signal.aborted) return;
    running = true;
    clearTimeout(timer);
    try {
      readiness = { state: await lookAndMake(needs, readiness.state === "ready") };
    } catch (error) {
      // Data that were there stay in use: each query finds out for itself what is wrong.
      if (readiness.state !== "ready") readiness = { state: "sick", error };
      if (isFault(error) && !signal.aborted && told !== messageOf(error)) {
        told = messageOf(error);
        needs.log.error("the board could not prepare its data:", told);
      }
    }
    running = false;
    if (signal.aborted) return;
    timer = setTimeout(() => void step(), readiness.state === "ready" ? 60_000 : retryMs);
    timer.unref();
  };

  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  void step();
  return {
    readiness: () => readiness,
    lost: () => {
      readiness = { state: "absent" };
      void step();
    },
  };
};

const lookAndMake = async (
  needs: PreparationNeeds,
  areOldDataThere: boolean,
): Promise<Exclude<Readiness["state"], "sick">> => {
  const today = wallClock(needs.now()).day;
  const found = await look(needs.pool, today);
  if (found === "taken" || found === "good") return found === "good" ? "ready" : "taken";
  if (found === "ending" && !needs.isLeader()) return "ready";
  const isMade = await make(needs, today);
  if (isMade || areOldDataThere || found === "ending") return "ready";
  return found === "gone" ? "absent" : "preparing";
};

/** `ending`: so old that the days ahead run out. `other`: of another version. */
type Found = "good" | "ending" | "gone" | "other" | "taken";

const look = async (client: Pick<Connection, "query">, today: number): Promise<Found> => {
  const { rows } = await client.query<{ there: boolean; marked: boolean }>({
    text: `select to_regnamespace('${schema}') is not null as there, to_regclass('${schema}.marker') is not null as marked`,
    query_timeout: lookTimeoutMs,
  });
  if (rows[0]?.there !== true) return "gone";
  if (!rows[0].marked) return "taken";
  const marker = await client.query<{ version: number; anchor: string }>({
    text: `select version, anchor_day::text as anchor from ${schema}.marker`,
    query_timeout: lookTimeoutMs,
  });
  const { version, anchor } = marker.rows[0] ?? { version: 0, anchor: "1970-01-01" };
  if (version !== dataVersion) return "other";
  const age = today - dayOf(anchor);
  // A clock set back, or a time zone further west, is no reason to make them anew.
  return age >= -1 && age < 7 ? "good" : "ending";
};

/** False: another worker is at it. A failure leaves nothing behind, since all is one transaction. */
const make = async ({ pool, log, signal, made }: PreparationNeeds, today: number): Promise<boolean> => {
  const client = await pool.connect();
  // While it is checked out, nobody else listens: an error without a listener would end the worker.
  const broken = (error: Error): void => log.warn("the connection that makes the data broke:", error.message);
  client.on("error", broken);
  let failure: Error | undefined;
  try {
    await client.query({ text: "begin" });
    const lock = await client.query<{ got: boolean }>({
      text: `select pg_try_advisory_xact_lock(${lockKey}) as got`,
    });
    const isOurs = lock.rows[0]?.got === true;
    // Whoever had the lock just before may have made them.
    const isNeeded = isOurs && !["good", "taken"].includes(await look(client, today));
    if (isNeeded) {
      const startedMs = performance.now();
      await seed(client, today, signal);
      await client.query({ text: "commit" });
      made?.();
      log.info(`the board's data are made: ${Math.round(performance.now() - startedMs)} ms`);
    } else await client.query({ text: "rollback" });
    return isOurs;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off("error", broken);
    // A client with a failure is closed: the server then rolls back by itself.
    client.release(failure);
  }
};

/** Down and busy are told by status and by each answer; a line every second would drown the log. */
const isFault = (error: unknown): boolean => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" && /^(?:22|23|42|0A|XX)/.test(code);
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** "dashd" and "board", as the two numbers of an advisory lock. */
const lockKey = "1684108132, 1651469682";
const lookTimeoutMs = 4000;
