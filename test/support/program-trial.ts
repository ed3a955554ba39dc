import { spawn } from "node:child_process";
import { join } from "node:path";
import type { TestContext } from "node:test";
import assert from "node:assert/strict";
import { assertNoneFailed, gatherCrowd } from "../client/crowd.ts";
import { isListening } from "../client/reachable.ts";
import { afterwards } from "./afterwards.ts";
import { readyWorkers, startDashd, testEnv, type Instance } from "./instance.ts";
import { killAtRandom } from "./kills.ts";
import { smallLadder } from "./ladder.ts";
import { assertLikeStock, type Ask } from "./like-stock.ts";
import { allGone, signalIfAlive } from "./processes.ts";
import { quietPort } from "./quiet-port.ts";
import { scratchDir } from "./scratch.ts";
import { assertNothingLost } from "./swaps.ts";
import { until } from "./until.ts";

/**
 * Runs a stranger's program as its own documentation says, once by plain node and once under dashd: the same answers, byte
 * by byte; a reload under users with no request lost; a worker killed under users, where only what it had at hand is lost.
 */
export const tryProgram = async (t: TestContext, program: Program): Promise<void> => {
  const dashd = await startProgram(t, program);
  await compareWithStock(t, dashd, program);
  const { secure = false } = program;
  const { thinkMs = 40, ...habits } = program.load;
  const users = { keepAlive: 24, oneShot: 0, secure, thinkMs, habits };
  const crowd = gatherCrowd({ port: dashd.port, ...users, ...habits });
  afterwards(t, async () => void (await crowd.leave()));
  await until("some hundred requests", () => crowd.requests.length >= 300);
  assertNoneFailed(await crowd.leave(), 300);
  await severalAnswered(dashd);
  await assertNothingLost(t, dashd, { ...users, changes: [["reload"]], atLeast: 100 });
  await severalAnswered(dashd);
  await killAtRandom(t, dashd, { ...users, kills: 1, everyMs: 500 });
};

export interface Program {
  /** Its file. */
  readonly app: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It speaks https. */
  readonly secure?: boolean;
  /** How plain node is told its port, where the program does not read `PORT`. */
  readonly portArgs?: (port: number) => readonly string[];
  /** Where it runs, with the files it reads there; else an empty folder. */
  readonly dir?: string;
  readonly asks: readonly Ask[];
  /** What users ask again and again: a path that answers a name card, or one that always has the same body. */
  readonly load: { readonly path: string; readonly body?: string; readonly thinkMs?: number };
}

/** They ask nobody on the network for a newer version of themselves. */
const quiet = { NO_UPDATE_CHECK: "1", NO_UPDATE_NOTIFIER: "1", NEXT_TELEMETRY_DISABLED: "1" };

/** Under dashd, at a stage of three workers. */
export const startProgram = async (
  t: TestContext,
  program: Omit<Program, "asks" | "load">,
  profile: Readonly<Record<string, unknown>> = {},
): Promise<Instance> => {
  const scratch = scratchDir(t);
  const { app, args = [], env = {}, dir = scratch } = program;
  const profiles = smallLadder(join(scratch, "ladder"), profile);
  const own = { dir, home: join(scratch, "home"), env: { ...quiet, ...env } };
  return startDashd(t, { ...own, app, profiles, stage: 2, appArgs: args });
};

/** Runs it by plain node too, for as long as it takes to ask both the same. */
export const compareWithStock = async (t: TestContext, dashd: Instance, program: Program): Promise<void> => {
  const stock = await startStock(t, { ...program, dir: dashd.dir });
  const { asks, secure = false } = program;
  await assertLikeStock({ stockPort: stock.port, port: dashd.port, asks, secure });
  await stock.end();
};

/** By plain node, on a port of its own. */
const startStock = async (t: TestContext, program: StockProgram): Promise<Stock> => {
  const port = await quietPort();
  const { app, args = [], portArgs = () => [], env = {}, dir } = program;
  const child = spawn(process.execPath, [app, ...args, ...portArgs(port)], {
    cwd: dir,
    env: testEnv(dir, { NODE_ENV: "production", PORT: String(port), ...quiet, ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const { pid } = child;
  assert.ok(pid !== undefined, `cannot run ${app}`);
  const end = async (): Promise<void> => {
    signalIfAlive(pid, "SIGKILL");
    await allGone([pid], 10_000);
  };
  afterwards(t, end);
  await until(`${app} by plain node`, async () => {
    if (child.exitCode !== null) throw new Error(said);
    return isListening(port);
  });
  return { port, end };
};

interface StockProgram extends Omit<Program, "asks" | "load" | "dir"> {
  readonly dir: string;
}

interface Stock {
  readonly port: number;
  end(): Promise<void>;
}

const severalAnswered = (dashd: Instance): Promise<true> =>
  until("several workers told of requests they served", async () => {
    const snapshot = await dashd.status();
    return readyWorkers(snapshot).filter(({ served }) => served > 0).length > 1;
  });
