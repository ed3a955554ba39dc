import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { gatherCrowd } from "../client/crowd.ts";
import { fixtureApp } from "../support/apps.ts";
import { afterwards } from "../support/afterwards.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

const start = (t: TestContext, overrides: Readonly<Record<string, unknown>> = {}): Promise<Instance> => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"), overrides);
  return startDashd(t, { dir, profiles, app: fixtureApp("exports-app.mjs"), stage: 2 });
};

/** CONTRACT section 5: every key, and the type of its value. `?`: or null, without traffic or where it cannot be read. */
const shape = {
  schemaVersion: "number",
  state: "string",
  summary: "string",
  stage: "number",
  revision: "number",
  generation: "number",
  since: "string",
  mode: "string",
  url: "string",
  adminUrl: "string",
  app: { path: "string", fingerprint: "string" },
  master: { pid: "number", version: "string", node: "string", rssBytes: "number", uptimeSec: "number" },
  load: {
    connections: "number",
    held: "number",
    inFlight: "number",
    busyWorkers: "number",
    queued: "number",
    requestsPerSec: "number?",
    p50Ms: "number?",
    p95Ms: "number?",
    p99Ms: "number?",
    waitP95Ms: "number?",
    errorRate: "number?",
    users: "number?",
    served: "number",
    refused: "number",
    timedOut: "number",
    shed: "number",
  },
  host: { cpu: "number?", memory: "number?", diskIo: "number?" },
  services: { redis: { state: "string" }, postgres: { state: "string" } },
} as const;

const rowShapes = {
  limits: { name: "string", declared: "any", effective: "any", proven: "any", provenAt: "string?", drift: "boolean" },
  workers: {
    slot: "number",
    pid: "number",
    generation: "number",
    state: "string",
    connections: "number",
    inFlight: "number",
    queued: "number",
    served: "number",
    restarts: "number",
    rssBytes: "number",
    loopDelayP99Ms: "number?",
    utilization: "number?",
    uptimeSec: "number",
    changedCode: "boolean",
  },
  indicators: { name: "string", value: "any", warn: "any", critical: "any", level: "string", advice: "string?" },
} as const;

type Shape = { readonly [key: string]: string | Shape };

const assertShape = (found: unknown, expected: Shape, path: string): void => {
  assert.ok(typeof found === "object" && found !== null, path);
  const entries = new Map(Object.entries(found));
  for (const [key, type] of Object.entries(expected)) {
    assert.ok(entries.has(key), `${path}.${key} is missing`);
    const value: unknown = entries.get(key);
    if (typeof type === "object") assertShape(value, type, `${path}.${key}`);
    else if (type === "any" || (type.endsWith("?") && value === null)) continue;
    else assert.equal(typeof value, type.replace("?", ""), `${path}.${key} is ${JSON.stringify(value)}`);
  }
};

/** The names of section 2 that a running instance of this version holds. */
const limitNames = [
  "workers",
  "requestsPerWorker",
  "connections",
  "backlog",
  "waitTimeoutSec",
  "queue.max",
  "idleTimeoutSec",
  "requestTimeoutSec",
  "stopTimeoutSec",
];

test("status of a held instance", { timeout }, async (t) => {
  const dashd = await start(t);
  await t.test("status --json has the contract's shape", async () => {
    await until("a beat of every worker", async () =>
      (await dashd.status()).workers.every(({ rssBytes }) => rssBytes !== null),
    );
    const { code, stdout, stderr } = await dashd.run("status", "--json");
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout);
    assertShape(document, shape, "status");
    for (const [list, row] of Object.entries(rowShapes)) {
      assert.ok(document[list].length > 0, list);
      for (const [n, found] of document[list].entries()) assertShape(found, row, `${list}[${n}]`);
    }
    assert.equal(document.schemaVersion, 1);
    assert.equal(document.state, "held");
    assert.equal(document.mode, "production");
    assert.match(document.summary, /^OK stage 2 \(rev 1\) · 3\/3 workers · 0\/200 connections · 0 held · queue 0 · /);
    assert.match(document.since, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    assert.equal(document.master.node, process.version);
    assert.deepEqual(document.drift, []);
    assert.ok(Array.isArray(document.warnings));
    const names = new Set(document.limits.map(({ name }: { name: string }) => name));
    for (const name of limitNames) assert.ok(names.has(name), `a row for ${name}`);
    assert.deepEqual(
      document.workers.map(({ slot }: { slot: number }) => slot),
      [1, 2, 3],
    );
  });

  await t.test("status --json keeps its numbers and names in Chinese too; only its sentences change", async () => {
    const [en, zh] = await Promise.all([dashd.run("status", "--json"), dashd.run("status", "--json", "--lang", "zh")]);
    const [english, chinese] = [JSON.parse(en.stdout), JSON.parse(zh.stdout)];
    assert.deepEqual(Object.keys(chinese), Object.keys(english));
    assert.equal(chinese.state, "held");
    assert.match((await dashd.run("status", "--lang", "zh")).stdout, /[\u4e00-\u9fff]/);
  });

  await t.test(
    "status says its first line in one sentence, then the limits, the workers and the indicators",
    async () => {
      const { stdout, code } = await dashd.run("status");
      assert.equal(code, 0);
      const [first = ""] = stdout.split("\n");
      assert.match(
        first,
        /^OK stage 2 \(rev 1\) · 3\/3 workers · \d+\/200 connections · 0 held · queue \d+ · .*no drift$/,
      );
      assert.match(stdout, /DECLARED\s.*EFFECTIVE\s.*PROVEN/);
      for (const name of limitNames) assert.ok(stdout.includes(name), name);
      const { workers } = await dashd.status();
      for (const { pid } of workers) assert.ok(stdout.includes(String(pid)), "a worker's pid");
      assert.doesNotMatch(stdout, /\u001b\[/, "no colours where there is no terminal");
    },
  );

  await t.test("status --watch --json gives one document a line until it is interrupted, then exits 130", async () => {
    const watch = dashd.spawn("status", "--watch", "--json");
    const lines = (): readonly string[] => watch.stdout().split("\n").slice(0, -1);
    await until("three lines", () => lines().length >= 3);
    watch.child.kill("SIGINT");
    const { code } = await watch.exited;
    assert.equal(code, 130);
    for (const line of lines()) assert.equal(JSON.parse(line).state, "held");
  });

  await t.test("status --exit-code is 0 while the stage is held", async () => {
    assert.equal((await dashd.run("status", "--exit-code")).code, 0);
  });
});

test("every limit reads effective = declared, and none drifts", { timeout }, async (t) => {
  const dashd = await start(t, { connections: 37, queue: { max: 11 }, requestTimeoutSec: 77, idleTimeoutSec: 66 });
  const { limits } = await dashd.status();
  const effective = new Map(limits.map((row) => [row.name, row.effective]));
  assert.equal(effective.get("connections"), 37);
  assert.equal(effective.get("queue.max"), 11, "the shares of 11 over 3 add up to 11");
  assert.equal(effective.get("requestTimeoutSec"), 77);
  assert.equal(effective.get("idleTimeoutSec"), 66);
  assert.equal(effective.get("workers"), 3);
  for (const row of limits) {
    assert.equal(row.drift, false, row.name);
    if (row.effective !== null) assert.deepEqual(row.effective, row.declared, row.name);
  }
});

test("load figures follow the traffic: served, rates, percentiles and no errors", { timeout }, async (t) => {
  const dashd = await start(t);
  assert.equal((await dashd.status()).load.p95Ms, null, "no traffic yet");
  const crowd = gatherCrowd({ port: dashd.port, keepAlive: 8, oneShot: 2, thinkMs: 20 });
  afterwards(t, async () => void (await crowd.leave()));
  const { load } = await until("figures", async () => {
    const now = await dashd.status();
    return now.load.served > 100 && now.load.p95Ms !== null ? now : null;
  });
  // Those of the one-shot users that ended a moment ago may still be counted.
  assert.ok(load.connections >= 8 && load.connections <= 14, `${load.connections} connections`);
  assert.ok((load.p50Ms ?? 0) >= 15, `p50 ${load.p50Ms}`);
  assert.ok((load.requestsPerSec ?? 0) > 0);
  assert.equal(load.errorRate, 0);
  const requests = await crowd.leave();
  await until("every answer to be counted, and every connection to be gone", async () => {
    const now = (await dashd.status()).load;
    return now.served === requests.length && now.connections === 0 && now.inFlight === 0;
  });
});
