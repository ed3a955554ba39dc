import { setMaxListeners } from "node:events";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { Pool } from "undici";
import { browse } from "./browser-user.ts";
import { seededRandom } from "./pace.ts";
import type { FromGenerator, GeneratorPlan } from "./plan.ts";
import { createRecorder } from "./recorder.ts";

/** A process that makes one share of a load; it ends by itself, and with the process that forked it. */
const main = (): void => {
  process.once("message", (plan: GeneratorPlan) => void generate(plan));
  process.once("disconnect", orphaned);
  tell({ type: "ready" });
};

const generate = async (plan: GeneratorPlan): Promise<void> => {
  const startedAtMs = performance.now();
  const recorder = createRecorder();
  const stopping = new AbortController();
  // One listener for each user that pauses.
  setMaxListeners(0, stopping.signal);
  const pools: Pool[] = [];
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const idleBefore = performance.eventLoopUtilization();

  const live = async (user: number): Promise<void> => {
    await pause((plan.rampMs * user) / plan.allUsers);
    const pool = new Pool(new URL(plan.url).origin, {
      connections: connectionsOfBrowser,
      pipelining: 1,
      keepAliveTimeout: browserKeepsMs,
      keepAliveMaxTimeout: browserKeepsMs,
      headersTimeout: plan.requestTimeoutMs,
      bodyTimeout: plan.requestTimeoutMs,
      connect: { timeout: plan.requestTimeoutMs, rejectUnauthorized: !plan.insecure },
    });
    pools.push(pool);
    const random = seededRandom(plan.seed * 1_000_003 + user);
    const now = (): number => performance.now();
    await browse({
      dispatcher: pool,
      visits: plan.scenario.visits,
      random,
      recorder,
      user,
      stopped: stopping.signal,
      now,
    });
  };

  let second = 0;
  const beat = setInterval(() => tell({ type: "second", ...recorder.take(second++, pools.length) }), 1_000);
  const users = Promise.all(plan.users.map(live));
  await pause(plan.runMs - (performance.now() - startedAtMs));
  stopping.abort();
  const { utilization } = performance.eventLoopUtilization(idleBefore);
  // What is asked for is answered, or fails by its time-out.
  await users;
  clearInterval(beat);
  tell({ type: "second", ...recorder.take(second, pools.length) });
  await Promise.all(pools.map((pool) => pool.destroy()));
  tell({ type: "end", utilization, loopLagP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 10) });
  process.off("disconnect", orphaned);
  process.disconnect();
};

const orphaned = (): void => process.exit(1);

const tell = (message: FromGenerator): void => void process.send?.(message);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const connectionsOfBrowser = 6;
/** Longer than any pause of a user: who closes an idle connection is the server. */
const browserKeepsMs = 600_000;

main();
