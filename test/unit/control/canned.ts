import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createControlServer, type ControlServer } from "../../../lib/control/server.ts";
import { DashdError, type Message } from "../../../lib/errors.ts";
import { homePaths, type HomePaths } from "../../../lib/home/paths.ts";
import type { ControlHandlers, Progress } from "../../../lib/protocol/control.ts";
import type { Snapshot } from "../../../lib/protocol/snapshot.ts";

export const token = "a-token-for-the-tests";
export const readToken = "a-token-that-only-looks";

/** An instance's control server with canned answers, in a home of its own, closed when the test ends. */
export const startCanned = async (
  t: TestContext,
  handlers: Partial<ControlHandlers> = {},
  { dir = temporaryDir(t), port = 0, explicit = true, host = "127.0.0.1" } = {},
): Promise<Canned> => {
  const paths = homePaths(join(dir, ".dashd"));
  mkdirSync(paths.dir, { recursive: true, mode: 0o700 });
  const warned: Message[] = [];
  const told: Message[] = [];
  const server = await createControlServer({
    handlers: { ...cannedHandlers(), ...handlers },
    paths,
    admin: { host, port, explicit, tokens: { operator: token, reader: readToken } },
    log: { warn: (message) => void warned.push(message), info: (message) => void told.push(message) },
  });
  t.after(() => server.close());
  return { dir, paths, server, warned, told };
};

export interface Canned {
  readonly dir: string;
  readonly paths: HomePaths;
  readonly server: ControlServer;
  readonly warned: readonly Message[];
  readonly told: readonly Message[];
}

export const temporaryDir = (t: TestContext): string => {
  const dir = mkdtempSync(join(tmpdir(), "dashd-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

export const outcome = (overrides: Partial<Extract<Progress, { type: "outcome" }>> = {}): Progress => ({
  type: "outcome",
  exitCode: 0,
  message: { code: "outcome.unchanged", facts: { stage: 2 } },
  hint: null,
  stage: 2,
  revision: 16,
  generation: 4,
  ...overrides,
});

export const step = (code = "step.forking"): Progress => ({
  type: "step",
  at: "2026-11-23T18:00:00.000Z",
  code,
  facts: { workers: 16, generation: 4 },
});

/** One after the other, as an event loop gives them. */
export async function* steps(...progress: readonly Progress[]): AsyncGenerator<Progress, void> {
  for (const one of progress) {
    await Promise.resolve();
    yield one;
  }
}

const cannedHandlers = (): ControlHandlers => ({
  status: () => snapshot(),
  settings: () => [{ name: "port", value: "8050", source: "default" }],
  setLogLevel: () => undefined,
  change: () => Promise.resolve(steps(step(), outcome())),
  stop: () => Promise.resolve(steps(step())),
  keepProof: () => undefined,
  fillPools: () => Promise.resolve(null),
  held: () => ({ counted: true }),
  stopDrill: () => undefined,
  runDrill: () => Promise.resolve(steps(step("drill.asking"), outcome())),
  drill: {
    begin: () => Promise.reject(new DashdError("E_DRILL_UNFIT", { drill: "kill", because: "no-worker", slot: 1 })),
    restore: () => undefined,
    end: () => Promise.resolve(),
  },
});

export const snapshot = (overrides: Partial<Snapshot> = {}): Snapshot => ({
  schemaVersion: 1,
  state: "held",
  stage: 2,
  revision: 15,
  generation: 3,
  since: "2026-11-23T18:00:00.000Z",
  mode: "production",
  url: "http://127.0.0.1:8050",
  adminUrl: "http://127.0.0.1:8051",
  app: { path: "/srv/board/server.js", fingerprint: "sha256:00", sealed: null },
  master: { pid: process.pid, version: "0.1.0", node: "v20.20.2", rssBytes: 52_000_000, uptimeSec: 3700 },
  limits: [
    limit("workers", 16),
    limit("connections", 200),
    { ...limit("requestTimeoutSec", 180), effective: 120, drift: false },
    { ...limit("redis.policy", null), declared: "allkeys-lru", effective: null },
  ],
  drift: [],
  proof: null,
  workers: [
    worker(1),
    { ...worker(2), state: "late", loopDelayP99Ms: null, utilization: null },
    { ...worker(3), state: "booting", rssBytes: null },
  ],
  load: {
    connections: 73,
    held: 0,
    inFlight: 5,
    busyWorkers: 5,
    queued: 0,
    requestsPerSec: 41.5,
    p50Ms: 12,
    p95Ms: 120,
    p99Ms: 300,
    waitP95Ms: 0,
    errorRate: 0.001,
    users: 41,
    served: 1000,
    refused: 0,
    timedOut: 0,
    shed: 0,
  },
  host: { cpu: 0.3, memory: 0.4, diskIo: null },
  services: {
    redis: {
      ...{ state: "off", reason: null, latencyMs: null, hitRate: null },
      ...{ memory: null, evictions: null, role: null, lagSec: null },
    },
    postgres: { state: "off", reason: null, latencyMs: null, queryP95Ms: null, pool: null },
    upstream: null,
  },
  cache: null,
  responseCache: { state: "on", hits: 0, stale: 0, misses: 0, stored: 0, hitRate: null, bytes: 0 },
  indicators: [
    { name: "cpu", value: 0.3, warn: 0.7, critical: 0.8, level: "ok", advice: null },
    {
      name: "users",
      value: 250,
      warn: 200,
      critical: null,
      level: "warn",
      advice: {
        code: "advice.users",
        facts: { value: 250, stage: 2, max: 200, nextStage: 3, nextMax: 500, level: "warn" },
      },
    },
  ],
  capacity: null,
  warnings: [{ code: "admin.port-taken", facts: { port: 8051, instead: 40_000 } }],
  ...overrides,
});

const limit = (name: string, value: number | null) => ({
  name,
  declared: value,
  effective: value,
  proven: null,
  provenAt: null,
  drift: false,
});

const worker = (slot: number) => ({
  slot,
  pid: 1000 + slot,
  generation: 3,
  state: "ready" as const,
  connections: 12,
  inFlight: 1,
  queued: 0,
  served: 333,
  restarts: 0,
  rssBytes: 76_000_000,
  loopDelayP99Ms: 1.2,
  utilization: 0.1,
  uptimeSec: 90,
  changedCode: false,
});
