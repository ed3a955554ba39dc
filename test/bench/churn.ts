import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { countByKind, gatherCrowd, type Crowd } from "../client/crowd.ts";
import { afterwards, type Cleanup } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { type Instance, startDashd } from "../support/instance.ts";
import { killUnder } from "../support/kills.ts";
import { writeLadder } from "../support/ladder.ts";
import { figuresOf } from "../support/master-figures.ts";
import { cpuMsOf } from "../support/processes.ts";
import { oneOf, seededRandom } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import {
  adminCost,
  type ChurnFigures,
  churnTable,
  type CostLeg,
  isFlat,
  type MemorySample,
  mostPercent,
  slopeOf,
} from "./churn-figures.ts";
import { heapUsedBytes, openViewer } from "./viewer.ts";

/**
 * `npm run bench:churn`: what the admin side costs, and whether the master's memory stays flat, with 16 workers under 100
 * users: first in peace, without a panel and with one, then an hour (`--minutes`) of reloads, kills and changes of stage.
 */
const main = async (t: Cleanup): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      minutes: { type: "string", default: "60" },
      seconds: { type: "string", default: "30" },
      rounds: { type: "string", default: "3" },
      workers: { type: "string", default: "16" },
      users: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
    },
  });
  const plan: Plan = {
    minutes: Number(values.minutes),
    seconds: Number(values.seconds),
    rounds: Number(values.rounds),
    workers: Number(values.workers),
    users: Number(values.users),
    seed: Number(values.seed),
  };
  const figures = await measure(t, plan);
  process.stdout.write(
    values.json ? `${JSON.stringify({ schemaVersion: 1, ...figures })}\n` : `${churnTable(figures)}\n`,
  );
  const isMet = isFlat(figures.slope) && adminCost(figures.legs).watched < mostPercent;
  process.exitCode = isMet ? 0 : 1;
};

interface Plan {
  readonly minutes: number;
  /** Of one look at the CPU. */
  readonly seconds: number;
  readonly rounds: number;
  readonly workers: number;
  readonly users: number;
  readonly seed: number;
}

const measure = async (t: Cleanup, plan: Plan): Promise<ChurnFigures> => {
  const bare = await withUsers(t, plan, ["--no-panel"], async ({ dashd }) => costs(dashd, plan, "without the panel"));
  return withUsers(t, plan, [], async ({ dashd, crowd }) => {
    const [unseen, seen] = await inTurns(dashd, plan);
    const fromMs = performance.now();
    const before = figuresOf(dashd.pid);
    const from = crowd.requests.length;
    const { samples, deeds } = await churn(dashd, crowd, plan);
    const lastedSec = (performance.now() - fromMs) / 1_000;
    const requests = crowd.requests.slice(from);
    const { ok: _, ...failed } = countByKind(requests);
    const after = figuresOf(dashd.pid);
    return {
      ...{ minutes: plan.minutes, workers: plan.workers, users: plan.users, deeds, failed },
      requestsPerSec: requests.length / lastedSec,
      legs: [bare, unseen, seen],
      slope: slopeOf(samples),
      residentMb: [0, Math.floor(samples.length / 2), -1].map((at) => megabytes(samples.at(at)?.rssBytes)),
      descriptors: [before?.descriptors ?? 0, after?.descriptors ?? 0],
      requests: requests.length,
    };
  });
};

interface Ground {
  readonly dashd: Instance;
  readonly crowd: Crowd;
}

/** An Express program whose pages take 20 ms, at a stage with so many workers; every user asks about twice a second. */
const withUsers = async <T>(t: Cleanup, plan: Plan, args: readonly string[], use: (ground: Ground) => Promise<T>) => {
  const dir = scratchDir(t);
  const { workers } = plan;
  const profiles = writeLadder(`${dir}/ladder`, { 1: { workers: workers - 2, connections: 200 }, 2: { workers } });
  const dashd = await startDashd(t, { dir, app: fixtureApp("program.cjs"), profiles, stage: 2, args });
  const crowd = gatherCrowd({
    port: dashd.port,
    keepAlive: plan.users,
    oneShot: 0,
    thinkMs: 480,
    random: seededRandom(plan.seed),
  });
  afterwards(t, async () => void (await crowd.leave()));
  await moreRequests(crowd, 20 * plan.users);
  const found = await use({ dashd, crowd });
  await crowd.leave();
  await dashd.stop();
  return found;
};

const costs = async (dashd: Instance, plan: Plan, what: CostLeg["what"]): Promise<CostLeg> => {
  const percents: number[] = [];
  for (let round = 0; round < plan.rounds; round++) percents.push(await cpuPercentOf(dashd, plan.seconds));
  tell(`${what}: ${percents.map((percent) => percent.toFixed(2)).join(" ")} % of a core`);
  return { what, percents };
};

/** Nobody and one in turns, so that whatever else the host does meets both. */
const inTurns = async (dashd: Instance, plan: Plan): Promise<readonly [CostLeg, CostLeg]> => {
  const [unseen, seen]: [number[], number[]] = [[], []];
  for (let round = 0; round < plan.rounds; round++) {
    unseen.push(await cpuPercentOf(dashd, plan.seconds));
    const viewer = await openViewer(dashd);
    seen.push(await cpuPercentOf(dashd, plan.seconds));
    viewer.close();
    tell(`round ${round + 1}: nobody looks ${unseen.at(-1)?.toFixed(2)} %, one looks ${seen.at(-1)?.toFixed(2)} %`);
  }
  return [
    { what: "nobody looks", percents: unseen },
    { what: "one looks", percents: seen },
  ];
};

const cpuPercentOf = async ({ pid }: Instance, seconds: number): Promise<number> => {
  const [fromMs, beforeMs] = [performance.now(), cpuMsOf(pid) ?? Number.NaN];
  await pause(seconds * 1_000);
  return (100 * ((cpuMsOf(pid) ?? Number.NaN) - beforeMs)) / (performance.now() - fromMs);
};

interface Churned {
  readonly samples: readonly MemorySample[];
  readonly deeds: Readonly<Record<string, number>>;
}

const churn = async (dashd: Instance, crowd: Crowd, { minutes, seed, users }: Plan): Promise<Churned> => {
  const random = seededRandom(seed);
  const samples: MemorySample[] = [];
  const deeds: Record<string, number> = {};
  const startedAtMs = performance.now();
  const sample = async (): Promise<void> => {
    const [found, heapBytes] = [figuresOf(dashd.pid), await heapUsedBytes(dashd)];
    if (found !== null) samples.push({ atMs: performance.now() - startedAtMs, rssBytes: found.rssBytes, heapBytes });
  };
  const sampling = setInterval(() => void sample().catch(() => undefined), 1_000);
  const viewer = await openViewer(dashd);
  try {
    while (performance.now() - startedAtMs < minutes * 60_000) {
      const deed = oneOf(random, ["kill", "kill", "reload", "stage", "viewer"] as const);
      if (deed === "kill") await killUnder(dashd, { kills: 1, everyMs: 0, random });
      else if (deed === "viewer") (await openViewer(dashd)).close();
      else await change(dashd, deed);
      deeds[deed] = (deeds[deed] ?? 0) + 1;
      await until("the stage to hold", async () => (await dashd.status()).state === "held", { deadlineMs: 120_000 });
      await moreRequests(crowd, 5 * users);
    }
  } finally {
    clearInterval(sampling);
    viewer.close();
  }
  tell(`${samples.length} looks at the master's memory`);
  return { samples, deeds };
};

const change = async (dashd: Instance, deed: "reload" | "stage"): Promise<void> => {
  const { stage } = await dashd.status();
  const { code, stderr } = await dashd.run(...(deed === "reload" ? ["reload"] : ["stage", String(3 - stage)]));
  if (code !== 0) throw new Error(`${deed}: ${stderr}`);
};

const megabytes = (bytes: number | undefined): number => (bytes ?? Number.NaN) / 1_048_576;
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const cleanUps: (() => void | Promise<void>)[] = [];
try {
  await main({ after: (cleanUp) => void cleanUps.push(cleanUp) });
} finally {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
}
