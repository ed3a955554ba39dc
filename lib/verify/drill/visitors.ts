import { setMaxListeners } from "node:events";
import { Pool } from "undici";
import { drawThinkMs } from "../../load/pace.ts";
import { pause } from "../../load/pause.ts";
import { ownAgents } from "../../protocol/own-agents.ts";
import type { Asked } from "./observations.ts";

/** The drill's own users: each asks for its paths in turn, one request after the other, and never again for what failed. */
export interface Visitors {
  /** All that is over by now, in the order of their ends. */
  asked(): readonly Asked[];
  /** Those that nobody has answered yet. */
  waiting(): number;
  /** No request begins from now on; settles when all have ended, each within its deadline. */
  stop(): Promise<void>;
  /** At once. */
  destroy(): Promise<void>;
}

export interface VisitorsOptions {
  readonly url: string;
  readonly paths: readonly string[];
  /** Each on a connection that it keeps; {@link freshUsers} more take a new one for every request. */
  readonly users: number;
  readonly random: () => number;
  /** Without an answer by then a request has failed. */
  readonly deadlineMs: number;
  readonly now: () => number;
}

export const startVisitors = ({ url, paths, users, random, deadlineMs, now }: VisitorsOptions): Visitors => {
  const over: Asked[] = [];
  const pools: Pool[] = [];
  const stopping = new AbortController();
  // One listener for each user that pauses.
  setMaxListeners(0, stopping.signal);
  let open = 0;

  const ask = async (pool: Pool, path: string, fresh: boolean): Promise<void> => {
    const startedAtMs = now();
    open++;
    const { status, failure } = await exchange(pool, path, fresh);
    open--;
    over.push({ path, startedAtMs, endedAtMs: now(), status, failure, fresh });
  };
  const live = async (user: number, fresh: boolean): Promise<void> => {
    const pool = new Pool(new URL(url).origin, {
      connections: 1,
      pipelining: 1,
      headersTimeout: deadlineMs,
      bodyTimeout: deadlineMs,
      keepAliveTimeout: keptMs,
      keepAliveMaxTimeout: keptMs,
      // An instance of one's own, at its own address: whose name the certificate carries is not asked.
      connect: { timeout: deadlineMs, rejectUnauthorized: false },
    });
    pools.push(pool);
    for (let turn = user; !stopping.signal.aborted; turn++) {
      await ask(pool, paths[turn % paths.length] ?? "/", fresh);
      await pause(drawThinkMs(think, random), stopping.signal);
    }
  };
  const lives = Array.from({ length: users + freshUsers }, (_, user) => live(user, user >= users));

  return {
    asked: () => over,
    waiting: () => open,
    stop: async () => {
      stopping.abort();
      await Promise.all(lives);
      await Promise.all(pools.map((pool) => pool.destroy()));
    },
    destroy: async () => {
      stopping.abort();
      await Promise.all(pools.map((pool) => pool.destroy()));
      await Promise.all(lives);
    },
  };
};

const exchange = async (pool: Pool, path: string, fresh: boolean): Promise<Pick<Asked, "status" | "failure">> => {
  try {
    const answer = await pool.request({ method: "GET", path, headers, reset: fresh });
    await answer.body.dump();
    return { status: answer.statusCode, failure: null };
  } catch (error) {
    return { status: null, failure: codeOf(error) };
  }
};

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "failed";

const freshUsers = 2;
const think = { medianMs: 100, spread: 0.5 };
const keptMs = 600_000;
const headers = { accept: "text/html,application/json;q=0.9,*/*;q=0.8", "user-agent": ownAgents.drill };
