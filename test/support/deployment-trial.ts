import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { countByKind, failedOf, gatherCrowd, type Crowd, type SentRequest } from "../client/crowd.ts";
import { parseLogLine } from "../../lib/home/log-line.ts";
import type { LogLine } from "../../lib/protocol/log-line.ts";
import { afterwards } from "./afterwards.ts";
import { writeApp } from "./apps.ts";
import { deployment, usualPath } from "./deployments.ts";
import { startDashd, type Instance } from "./instance.ts";
import { writeLadder } from "./ladder.ts";
import { startPostgres, type PostgresServer } from "./postgres.ts";
import { startRedis, type RedisServer } from "./redis.ts";
import { scratchDir } from "./scratch.ts";
import { until } from "./until.ts";
import { pidsOf } from "./versioned.ts";

/** One instance with PostgreSQL and Redis under a hundred keep-alive users, to which code is deployed again and again. */
export const openShop = async (t: TestContext): Promise<Shop> => {
  const dir = scratchDir(t);
  const taken = join(dir, "taken");
  const write = (version: string, fault = ""): void =>
    void writeApp(dir, "shop.mjs", deployment(version, taken, fault));
  write("one");
  const [postgres, redis] = await Promise.all([
    startPostgres(t),
    startRedis(t, { args: ["--maxmemory", "1024mb", "--maxmemory-policy", "allkeys-lru"] }),
  ]);
  const profiles = writeLadder(join(dir, "ladder"), ladder);
  const app = join(dir, "shop.mjs");
  const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const dashd = await startDashd(t, { dir, app, profiles, stage: 1, env });
  let sent = 0;
  const path = (): string => (++sent % 3 === 0 ? "/data" : usualPath);
  const crowd = gatherCrowd({ port: dashd.port, keepAlive: 100, oneShot: 0, thinkMs: 400, path });
  afterwards(t, async () => void (await crowd.leave()));
  await until("users at work", () => crowd.requests.length > 500);
  return { dashd, crowd, postgres, redis, write, taken, app, profiles };
};

const redis = { maxMemoryMb: 1024, policy: "allkeys-lru", persistence: "off", replicated: false };
const common = {
  ...{ redis, bootTimeoutSec: 10, requestTimeoutSec: 2, hang: { killAfterSec: 1 } },
  // Whoever is held while all new workers hang is served by the old ones, however long a busy host takes to tell.
  waitTimeoutSec: 60,
};
const ladder = {
  1: {
    ...{ ...common, workers: 4 },
    ...{ postgres: { connections: 8, serverMax: 100 } },
  },
  2: {
    ...{ ...common, workers: 5, watchWindowSec: 6 },
    ...{ postgres: { connections: 10, serverMax: 100 } },
  },
  3: { redis, workers: 4, instances: 1, postgres: { connections: 120, serverMax: 200 } },
};

export interface Shop {
  readonly dashd: Instance;
  readonly crowd: Crowd;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** Puts other code in place of the program's. */
  write(version: string, fault?: string): void;
  readonly taken: string;
  readonly app: string;
  readonly profiles: string;
}

/** Deploys what is written, under the users that are there, and looks until everybody is with those that serve on. */
export const deploy = async (shop: Shop, words: readonly string[], meanwhile: Meanwhile = {}): Promise<Deployment> => {
  const { dashd, crowd } = shop;
  const before = await pidsOf(dashd);
  const from = crowd.requests.length;
  const logged = logOf(dashd).length;
  const running = dashd.spawn(...words);
  if (meanwhile.watching !== undefined) {
    await until("the window", () => /Watching it for/.test(running.stderr()) || running.child.exitCode !== null);
    await meanwhile.watching();
  }
  const { code, stdout, stderr } = await running.exited;
  const { generation } = await dashd.status();
  await until("the others to go", async () =>
    (await dashd.status()).workers.every((worker) => worker.generation === generation),
  );
  const settledAtMs = performance.now();
  const isLater = ({ sentAtMs }: SentRequest): boolean => sentAtMs > settledAtMs;
  await until("users with those that serve on", () => crowd.requests.slice(from).filter(isLater).length > 300);
  const requests = crowd.requests.slice(from);
  const log = logOf(dashd).slice(logged);
  return {
    ...{ code, stdout, stderr, before, requests, log },
    after: await pidsOf(dashd),
    later: requests.filter(isLater),
  };
};

export interface Meanwhile {
  /** Once the command says that it watches. */
  readonly watching?: () => void | Promise<void>;
}

export interface Deployment {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Pids that served before. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** All that ended from the command's begin on. */
  readonly requests: readonly SentRequest[];
  /** Sent when nobody but those that serve on was left. */
  readonly later: readonly SentRequest[];
  /** What dashd said meanwhile. */
  readonly log: readonly LogLine[];
}

/** Steps of a change, by their codes. */
export const stepsOf = ({ log }: Deployment): readonly string[] =>
  log.flatMap(({ code }) => (code?.startsWith("step.") === true && code !== "step.drained" ? [code] : []));

/**
 * Asserts that every request that failed was a worker's of `version`: its answer says so, or that worker was the last to
 * take the connection in hand before it failed. A request that nobody had taken was lost by dashd.
 */
export const assertFailedWith = (version: string, { requests }: Deployment, taken: string): void => {
  const owners = takersOf(taken);
  const strays = failedOf(requests).filter((request) => {
    if (new RegExp(`"version":"${version}"`).test(request.detail)) return false;
    const endedAt = performance.timeOrigin + request.endedAtMs;
    const last = owners.findLast(({ port, at }) => port === request.localPort && at <= endedAt + clocksApartMs);
    return last?.version !== version;
  });
  const samples = strays.slice(0, 5).map(({ failure, detail, localPort }) => `${failure} (${detail}; ${localPort})`);
  assert.equal(
    strays.length,
    0,
    `not with version ${version}: ${JSON.stringify(countByKind(strays))}: ${samples.join("; ")}`,
  );
};

/** From the moment that the door pointed back until the last answer of `version`; null where there was none after it. */
export const lastAnswerAfterMs = (version: string, { requests, log }: Deployment): number | null => {
  const back = log.findLast(({ code }) => code === "step.switched");
  const answered = requests.filter(
    ({ by, detail }) => by?.version === version || detail.includes(`"version":"${version}"`),
  );
  const last = answered.at(-1);
  if (back === undefined || last === undefined) return null;
  return Math.round(
    performance.timeOrigin + Math.max(...answered.map(({ endedAtMs }) => endedAtMs)) - Date.parse(back.timestamp),
  );
};

interface Taker {
  readonly version: string;
  readonly port: number;
  /** `Date.now()` of the worker. */
  readonly at: number;
}

const takersOf = (taken: string): readonly Taker[] =>
  readFileSync(taken, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [version = "", , port, at] = line.split(" ");
      return { version, port: Number(port), at: Number(at) };
    });

/** A quiet instance has none yet. */
const logOf = ({ paths }: Instance): readonly LogLine[] => {
  const file = join(paths.dir, "logs", "dashd.log");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text) => parseLogLine(text) ?? []);
};

/** Between the whole milliseconds of one clock and the fractions of the other. */
const clocksApartMs = 5;
