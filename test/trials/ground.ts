import { join } from "node:path";
import { gatherCrowd, type Crowd, type SentRequest } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd, type Instance, type StartOptions } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { quantile } from "../support/median.ts";
import { between } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { moreRequests } from "../support/swaps.ts";
import type { TrialContext } from "./trial.ts";

/** What a trial stands on unless it says otherwise: 8 workers (quick: 3) of a plain Express program. */
export const startInstance = async (
  context: TrialContext,
  limits: Readonly<Record<string, unknown>> = {},
  options: StartOptions = {},
): Promise<Instance> => {
  const dir = options.dir ?? scratchDir(context);
  const profile = { workers: workersOf(context), ...limits };
  const profiles = writeLadder(join(dir, "ladder"), { 1: { ...profile, workers: workersOf(context) - 1 }, 2: profile });
  const dashd = await startDashd(context, { dir, app: fixtureApp("program.cjs"), profiles, stage: 2, ...options });
  context.sheet.watchMaster(dashd.pid);
  return dashd;
};

export const workersOf = ({ quick }: TrialContext): number => (quick ? 3 : 8);

/** 100 keep-alive users without retries (quick: 30), a handler of 10 to 30 ms; comes back when all are at work. */
export const usersAtWork = async (context: TrialContext, port: number, count = usersOf(context)): Promise<Crowd> => {
  const { random } = context;
  const path = (): string => `/slow?ms=${Math.round(between(random, 10, 30))}`;
  const crowd = gatherCrowd({ port, keepAlive: count, oneShot: 0, thinkMs: 100, path, random });
  afterwards(context, async () => void (await crowd.leave()));
  await moreRequests(crowd, 2 * count);
  return crowd;
};

export const usersOf = ({ quick }: TrialContext): number => (quick ? 30 : 100);

/** p99 of the users' requests that ended meanwhile, in ms. */
export const p99Of = async (crowd: Crowd, meanwhile: () => Promise<unknown>): Promise<number> => {
  const fromMs = performance.now();
  await meanwhile();
  return p99(crowd.requests.filter(({ endedAtMs }) => endedAtMs >= fromMs));
};

export const p99 = (requests: readonly SentRequest[]): number =>
  quantile(
    requests.map(({ sentAtMs, endedAtMs }) => endedAtMs - sentAtMs),
    0.99,
  );
