import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { Proof, ProofStep } from "../../lib/verify/proof.ts";
import { connected } from "../client/connection.ts";
import { afterwards } from "../support/afterwards.ts";
import { writeApp } from "../support/apps.ts";
import { type Instance, type Launched, startDashd } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { isAlive, signalIfAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 240_000;

test("a stage that is in force is proven, and the proof goes as far as what it is about", { timeout }, async (t) => {
  const { dir, profiles, app } = ground(t);
  const dashd = await startDashd(t, { app, stage: 1, profiles, dir });
  const scenario = join(dir, "scenario.json");
  writeFileSync(scenario, JSON.stringify({ thinkSec: 0.2, requests: [{ path: "/" }] }));
  const { code, proof, stderr } = await verify(dashd, "--seconds", "6", "--scenario", scenario);
  assert.equal(code, 0, told(proof, stderr));
  assert.equal(proof.outcome, "held");
  assert.deepEqual(
    proof.loads.map(({ users, verdict }) => [users, verdict.kept]),
    [[4, true]],
  );
  assert.ok(
    proof.indicators.some(({ name, value }) => name === "cpu" && value !== null),
    "indicators were looked at",
  );
  const proven = Object.fromEntries((await dashd.status()).limits.map((row) => [row.name, row.proven]));
  for (const [name, value] of Object.entries({
    ...{ workers: 2, connections: 20, backlog: 30, requestsPerWorker: 4, "queue.max": 100, waitTimeoutSec: 10 },
    ...{ idleTimeoutSec: 120, requestTimeoutSec: 120, stopTimeoutSec: 30, "hang.killAfterSec": 15 },
    ...{ bootTimeoutSec: null, recycle: null, "redis.policy": null, "postgres.connections": null },
  })) {
    assert.equal(proven[name], value, name);
  }
  const file = join(dashd.home, "proof.json");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), proof);
  assert.equal((await dashd.status()).load.held, 0, "nobody of verify is left");
  await until("its clients to be gone", async () => (await dashd.status()).load.connections === 0);

  assert.match(await page(dashd), /workers +2 +2 +2\n[^]*Proven just now: held/);
  assert.equal((await dashd.run("verify", "--check", file)).code, 0);

  // Another app since: the proof is of other code. A rollback to the code that was proven has it back.
  writeFileSync(app, plainApp("another"));
  const reloaded = await dashd.run("reload");
  assert.equal(reloaded.code, 0, reloaded.stderr);
  assert.equal((await dashd.status()).limits.find(({ name }) => name === "workers")?.proven, null);
  assert.match(await page(dashd), /Proven just now, another app since: dashd verify/);
  const gone = await dashd.run("verify", "--check", file);
  assert.equal(gone.code, 3);
  assert.match(gone.stdout, /^✗ The app's code is another/);
  writeFileSync(app, plainApp("one"));
  assert.equal((await dashd.run("rollback")).code, 0);
  assert.equal((await dashd.status()).limits.find(({ name }) => name === "workers")?.proven, 2);

  // A restart has it still, and it can be checked while nothing runs.
  await dashd.stop();
  assert.equal((await dashd.run("verify", "--check", file)).code, 0);
  writeFileSync(app, plainApp("a third"));
  assert.equal((await dashd.run("verify", "--check", file)).code, 3);
  writeFileSync(app, plainApp("one"));
  const again = await startDashd(t, { app, profiles, dir, home: dashd.home });
  assert.match(await page(again), /Proven just now: held|Proven \d+ minutes? ago: held/);
  writeFileSync(file, "{}");
  const damaged = await again.run("verify", "--check", file);
  assert.deepEqual([damaged.code, damaged.stderr.trim().split("\n").length], [64, 2]);
});

test("what was tampered with fails with its line, and the rest still holds", { timeout }, async (t) => {
  const { dir, profiles } = ground(t);
  const app = writeApp(dir, "tampers.cjs", tamperingApp(join(dir, "crash")));
  const dashd = await startDashd(t, { app, stage: 1, profiles, dir });
  writeLadder(profiles, { 1: { ...stage, workers: 3, idleTimeoutSec: 60 } });
  const effective = async (name: string) => (await dashd.status()).limits.find((row) => row.name === name)?.effective;
  await until("the app's own time-out to be read back", async () => (await effective("requestTimeoutSec")) === 5);
  // A worker whose slot cannot come up again.
  writeFileSync(join(dir, "crash"), "");
  const second = (await dashd.status()).workers.find(({ slot }) => slot === 2);
  signalIfAlive(second?.pid ?? 0, "SIGKILL");
  await until("its slot to back off", async () =>
    (await dashd.status()).workers.some(({ slot, state }) => slot === 2 && state === "backing-off"),
  );

  const { code, proof, stderr } = await verify(dashd, "--no-load");
  assert.equal(code, 3, told(proof, stderr));
  const failed = proof.steps.filter(({ result }) => result === "not-held").map(({ part, name }) => `${part} ${name}`);
  assert.deepEqual(failed.toSorted(), [
    ...["declared-effective idleTimeoutSec", "declared-effective queue.max", "declared-effective requestTimeoutSec"],
    ...["declared-effective workers", "declared-effective workers"],
    // The missing worker's share of the queue is missing with it.
    ...["limits queue.max", "limits requestTimeoutSec", "limits workers"],
  ]);
  assert.match(messageOf(proof, "declared-effective", "requestTimeoutSec"), /"expected":120,"found":5/);
  assert.match(
    messageOf(proof, "declared-effective", "idleTimeoutSec"),
    /verify.ladder-differs.*"expected":60,"found":120/,
  );
  assert.match(messageOf(proof, "limits", "workers"), /"slots":\["2"\]/);
  const { limits } = proof;
  const proven = Object.fromEntries(limits.map((row) => [row.name, row.proven]));
  assert.deepEqual(
    [proven["workers"], proven["requestTimeoutSec"], proven["connections"], proven["stopTimeoutSec"]],
    [null, null, 20, 30],
  );
});

test(
  "Ctrl-C in the middle leaves no process, no file and no proof, and the instance as it was",
  { timeout },
  async (t) => {
    const { dir, profiles, app } = ground(t);
    const tmp = scratchDir(t);
    const dashd = await startDashd(t, { app, stage: 1, profiles, dir, env: { TMPDIR: tmp } });
    const before = await dashd.status();
    const running = dashd.spawn("verify", "--no-load");
    await until("the probe to run", () => readdirSync(tmp).some((name) => name.startsWith("dashd-verify-")));
    const own = new Set([dashd.pid, ...before.workers.map(({ pid }) => pid), running.pid]);
    const strangers = () => dashd.pids().filter((pid) => !own.has(pid));
    await until("its worker to be there", () => strangers().length >= 2);
    const probe = strangers();
    running.child.kill("SIGINT");
    const { code, stderr } = await running.exited;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Interrupted/);
    await until("its processes to be gone", () => probe.every((pid) => !isAlive(pid)));
    assert.deepEqual(
      readdirSync(tmp).filter((name) => name.startsWith("dashd-verify-")),
      [],
    );
    const after = await dashd.status();
    assert.deepEqual(
      after.workers.map(({ pid, restarts }) => [pid, restarts]),
      before.workers.map(({ pid, restarts }) => [pid, restarts]),
    );
    assert.deepEqual([after.state, after.proof], ["held", null]);
  },
);

test("whoever kills verify leaves no probe behind, and the next start sweeps its folder", { timeout }, async (t) => {
  const { dir, profiles, app } = ground(t);
  const tmp = scratchDir(t);
  const dashd = await startDashd(t, { app, stage: 1, profiles, dir, env: { TMPDIR: tmp } });
  const own = new Set([dashd.pid, ...(await dashd.status()).workers.map(({ pid }) => pid)]);
  const running = dashd.spawn("verify", "--no-load");
  own.add(running.pid);
  const strangers = () => dashd.pids().filter((pid) => !own.has(pid));
  await until("the probe to run", () => strangers().length >= 2);
  running.child.kill("SIGKILL");
  await running.exited;
  await until("the probe to end by itself", () => strangers().length === 0);
  const folders = () => readdirSync(tmp).filter((name) => name.startsWith("dashd-verify-"));
  assert.equal(folders().length, 1, "nobody was left to remove it");
  await startDashd(t, { app, stage: 1, profiles, env: { TMPDIR: tmp } });
  assert.deepEqual(folders(), []);
});

test("a change meanwhile leaves everything open, and the proof is not kept", { timeout }, async (t) => {
  const { dir, profiles, app } = ground(t);
  const dashd = await startDashd(t, { app, stage: 1, profiles, dir });
  const running = dashd.spawn("verify", "--no-load", "--json");
  await until("it to be at the probe", () => running.stderr().includes("probe"));
  assert.equal((await dashd.run("reload")).code, 0);
  const { code, stdout, stderr } = await running.exited;
  assert.equal(code, 4, stderr);
  const proof = JSON.parse(stdout) as Proof;
  assert.equal(proof.outcome, "inconclusive");
  assert.ok(proof.steps.some(({ message }) => message.code === "verify.changed-meanwhile"));
  assert.ok(proof.limits.every(({ proven }) => proven === null));
  assert.equal((await dashd.status()).proof, null);
});

test("a service in use is not disturbed unasked, and other clients count", { timeout }, async (t) => {
  const { dir, profiles } = ground(t);
  const flag = join(dir, "answer");
  const dashd = await startDashd(t, { app: writeApp(dir, "app.cjs", waitingApp(flag)), stage: 1, profiles, dir });
  const users = await Promise.all([1, 2, 3].map(() => connected(dashd.port)));
  afterwards(t, () => users.forEach((user) => user.close()));
  // Who is idle for five seconds makes room for who is held, and verify has some held: these are being answered.
  const answers = users.map((user) => user.request("/wait"));
  await until("three to be answered", async () => (await dashd.status()).load.inFlight === 3);
  const refused = await dashd.run("verify", "--no-load");
  assert.deepEqual([refused.code, refused.stdout], [64, ""]);
  assert.match(refused.stderr, /--yes/);
  assert.match(refused.stderr, /3 connections/);
  const { code, proof, stderr } = await verify(dashd, "--no-load", "--yes");
  assert.equal(code, 0, told(proof, stderr));
  assert.match(messageOf(proof, "limits", "connections"), /"answered":17,"waiting":5,"held":5,"others":3/);
  writeFileSync(flag, "");
  for (const answer of await Promise.all(answers))
    assert.ok(answer.kind === "answer" && answer.body === "late", "those who were there stayed");
});

/** Two workers and few connections; the promise is one that any host keeps. */
const stage = {
  ...{ workers: 2, connections: 20, backlog: 30, users: { min: 1, max: 10 } },
  promise: [{ users: 4, okRate: 0.5, responseP95Ms: 60_000, waitP95Ms: null }],
};

const ground = (t: TestContext): { dir: string; profiles: string; app: string } => {
  const dir = scratchDir(t);
  return {
    dir,
    profiles: writeLadder(join(dir, "ladder"), { 1: stage }),
    app: writeApp(dir, "app.cjs", plainApp("one")),
  };
};

const plainApp = (word: string): string =>
  `require("node:http").createServer((q, r) => r.end(${JSON.stringify(word)})).listen(3000);\n`;

/** Answers what is asked for under /wait only when the file is there. */
const waitingApp = (flag: string): string => `
const { existsSync } = require("node:fs");
require("node:http").createServer((q, r) => {
  if (q.url !== "/wait") return r.end("one");
  const look = setInterval(() => existsSync(${JSON.stringify(flag)}) && (clearInterval(look), r.end("late")), 50);
}).listen(3000);
`;

const tamperingApp = (crashes: string): string => `
if (process.env.NODE_APP_INSTANCE === "1" && require("node:fs").existsSync(${JSON.stringify(crashes)})) process.exit(1);
const server = require("node:http").createServer((q, r) => r.end("ok"));
server.listen(3000);
setTimeout(() => Object.defineProperty(server, "requestTimeout", { get: () => 5000, set: () => {} }), 500);
`;

const verify = async (
  dashd: Pick<Launched, "spawn">,
  ...words: readonly string[]
): Promise<{ code: number | null; proof: Proof; stderr: string }> => {
  // As long as the test itself: on a busy host what did not work at once is measured again.
  const { code, stdout, stderr } = await dashd.spawn("verify", "--json", ...words).exited;
  assert.match(stdout, /"kind": "dashd-proof"/, stderr);
  return { code, proof: JSON.parse(stdout) as Proof, stderr };
};

const page = async (dashd: Instance): Promise<string> => (await dashd.run("status")).stdout;

const messageOf = ({ steps }: Proof, part: ProofStep["part"], name: string): string =>
  steps
    .filter((step) => step.part === part && step.name === name)
    .map(({ message }) => JSON.stringify(message))
    .join("\n");

const told = ({ steps }: Proof, stderr: string): string =>
  `${steps.flatMap((step) => (step.result === "held" || step.result === "not-measured" ? [] : [JSON.stringify(step)])).join("\n")}\n${stderr}`;
