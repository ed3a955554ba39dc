import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { startDashd, testEnv } from "../support/instance.ts";
import { smallLadder, writeLadder } from "../support/ladder.ts";
import { runDashd } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

test("users ask for the page and what belongs to it, and the stage's promise is judged", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const dashd = await startDashd(t, {
    app: fixtureApp("program.cjs"),
    stage: 1,
    profiles: smallLadder(join(dir, "l")),
  });
  const { code, stdout, stderr } = await dashd.run(
    ...["load", "--users", "10", "--seconds", "5", "--think", "0.3", "--json", "--html", join(dir, "load.html")],
  );
  const { summary, verdict, scenario } = JSON.parse(stdout);
  assert.equal(scenario.from, "page");
  assert.equal(verdict.promisedUsers, 50);
  assert.equal(code, verdict.kept ? 0 : summary.strain.limited ? 4 : 3, stderr);
  assert.equal(summary.okRate, 1);
  assert.ok(summary.requests > 20 && summary.wait.p95Ms !== null, "the instance tells how long they waited");
  assert.ok(summary.series.some(({ users }: { users: number }) => users === 10));
  const { users } = (await dashd.status()).load;
  assert.equal(users, 10, "each is a user of its own, and who read the page before is none");
  assert.match(readFileSync(join(dir, "load.html"), "utf8"), /<h1>Load of 10 users<\/h1>/);
});

test(
  "a stall of a second shows in p99 as users would have felt it, where a closed loop hides it",
  { timeout },
  async (t) => {
    // One second of silence, from the fiftieth request on: it falls on one of hundreds.
    let asked = 0;
    let silentUntilMs = 0;
    const url = await serve(t, (_, response) => {
      asked++;
      if (asked === 50) silentUntilMs = performance.now() + 1_000;
      setTimeout(() => response.end("fine"), Math.max(0, silentUntilMs - performance.now()));
    });
    const { stdout } = await load(t, url, "--users", "1", "--seconds", "9", "--ramp", "0", "--think", "0.005");
    const { summary } = JSON.parse(stdout);
    assert.ok(summary.total.p99Ms > 500, `corrected: ${summary.total.p99Ms}`);
    assert.ok(summary.plainP99Ms < summary.total.p99Ms / 2, `as a closed loop tells it: ${summary.plainP99Ms}`);
  },
);

test(
  "errors are told by kind and path, cookies come back, and what is expected is what counts",
  { timeout },
  async (t) => {
    const seen = new Set<string>();
    const url = await serve(t, (request, response) => {
      seen.add(request.headers.cookie ?? "none");
      if (request.url === "/busy") return void response.writeHead(503).end();
      if (request.url === "/cut") return void response.destroy();
      response.setHeader("set-cookie", ["who=anna; Path=/; HttpOnly", "old=1; Max-Age=0"]);
      response.end("hello");
    });
    const file = join(scratchDir(t), "scenario.json");
    const requests = [
      { path: "/", with: ["/busy", "/cut"], expect: { contains: "hello" } },
      { path: "/", expect: { contains: "bye" } },
    ];
    writeFileSync(file, JSON.stringify({ thinkSec: 0.1, requests }));
    const { code, stdout } = await load(t, url, "--users", "3", "--seconds", "3", "--ramp", "0", "--scenario", file);
    const { summary, verdict } = JSON.parse(stdout);
    assert.equal(verdict, null);
    assert.equal(code, 0);
    const kinds = new Map(summary.errors.map(({ kind, path }: { kind: string; path: string }) => [path, kind]));
    assert.deepEqual([kinds.get("/busy"), kinds.get("/cut"), kinds.get("/")], ["503", "reset", "wrong-body"]);
    assert.deepEqual([...seen].sort(), ["none", "who=anna"]);
  },
);

test(
  "whoever ends it gets what was measured, and no verdict: nothing is told to the instance",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const app = fixtureApp("program.cjs");
    const dashd = await startDashd(t, { app, stage: 1, profiles: smallLadder(join(dir, "l")) });
    const running = dashd.spawn("load", "--users", "4", "--seconds", "60", "--ramp", "0", "--think", "0.01", "--json");
    await until("users to be answered", () => / s · 4 users · [1-9]\d* requests/.test(running.stderr()));
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.exited;
    const { verdict, tuning, interrupted, summary } = JSON.parse(stdout);
    assert.deepEqual([code, verdict, tuning, interrupted], [130, null, [], true], stderr);
    assert.ok(summary.requests > 0);
    assert.doesNotMatch(stderr, /The instance keeps this/);
  },
);

test("a load in which nobody asked after the ramp is no broken promise", { timeout }, async (t) => {
  const url = await serve(t, (_, response) => void response.end("fine"));
  const words = ["--users", "1", "--seconds", "3", "--ramp", "2", "--think", "60", "--stage", "1"];
  const { code, stdout } = await run(t, "--url", url, ...words);
  assert.equal(code, 4, stdout);
  assert.match(stdout, /Nobody asked for anything after the ramp/);
  assert.doesNotMatch(stdout, /not kept/);
});

test("more users go to the next stage of the instance's own ladder", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const promise = [{ users: 50, okRate: 1, responseP95Ms: 1, waitP95Ms: null }];
  const profiles = writeLadder(join(dir, "l"), { 1: { workers: 2, promise }, 3: { workers: 2 } });
  const app = writeApp(
    dir,
    "late.cjs",
    `require("node:http").createServer((q, r) => setTimeout(() => r.end(), 50)).listen(1);`,
  );
  const dashd = await startDashd(t, { app, stage: 1, profiles });
  const { code, stdout } = await dashd.run("load", "--users", "2", "--seconds", "3", "--think", "0.1");
  assert.equal(code, 3, stdout);
  assert.match(stdout, /4\. The stage: .*dashd plan --stage 3/);
});

test("what cannot be loaded or judged is refused with a sentence", { timeout }, async (t) => {
  const refused = async (...words: readonly string[]) => {
    const { code, stderr } = await run(t, ...words);
    return [code, stderr.trim().split("\n").length <= 3];
  };
  assert.deepEqual(await refused("--users", "10"), [8, true]);
  assert.deepEqual(await refused("--users", "none"), [64, true]);
  assert.deepEqual(await refused("--users", "5001", "--url", "http://127.0.0.1:1"), [64, true]);
  assert.deepEqual(await refused("--users", "1", "--seconds", "5", "--ramp", "5", "--url", "http://127.0.0.1:1"), [
    64,
    true,
  ]);
  assert.deepEqual(await refused("--users", "1", "--url", "ftp://127.0.0.1"), [64, true]);
  // 0 would wait for ever.
  assert.deepEqual(await refused("--users", "1", "--timeout", "0", "--url", "http://127.0.0.1:1"), [64, true]);
  assert.deepEqual(await refused("--users", "1", "--url", "http://127.0.0.1:1"), [1, true]);
});

const run = (t: TestContext, ...words: readonly string[]) => {
  const cwd = scratchDir(t);
  return runDashd(["load", ...words], { cwd, env: testEnv(cwd) });
};

const load = (t: TestContext, url: string, ...words: readonly string[]) => run(t, "--url", url, "--json", ...words);

const serve = async (t: TestContext, listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  afterwards(t, () => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};
