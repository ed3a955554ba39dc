import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { connected } from "../client/connection.ts";
import { fetchPid } from "../client/fetch-page.ts";
import { whoAnswered } from "../client/name-card.ts";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { readyWorkers, startDashd } from "../support/instance.ts";
import { allGone, isAlive } from "../support/processes.ts";
import { until } from "../support/until.ts";
import { command, pidsOf, startVersioned, versionOf } from "../support/versioned.ts";

const timeout = 90_000;

test(
  "stage 2 comes back when the new stage is in force: new pids, a new generation, a new revision",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    const before = await dashd.status();
    const oldPids = await pidsOf(dashd);
    await command(dashd, "stage", "2");
    const after = await dashd.status();
    assert.equal(after.stage, 2);
    assert.equal(after.state, "held");
    assert.equal(after.revision, before.revision + 1);
    assert.ok(after.generation > before.generation);
    assert.equal(readyWorkers(after).length, 3);
    assert.deepEqual(after.drift, []);
    assert.ok(!readyWorkers(after).some(({ pid }) => oldPids.includes(pid)));
    assert.equal(after.master.pid, before.master.pid);
    await allGone(oldPids, 10_000);
  },
);

test("stage N where N is in force already changes nothing and exits 0", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  const before = await dashd.status();
  await command(dashd, "stage", "1");
  const after = await dashd.status();
  assert.equal(after.revision, before.revision);
  assert.equal(after.generation, before.generation);
});

test("an unknown stage is refused: 64, and nothing changes", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  const { code, stderr } = await dashd.run("stage", "7");
  assert.equal(code, 64);
  assert.match(stderr, /E_STAGE_UNKNOWN/);
  assert.equal((await dashd.status()).revision, 1);
});

test("reload brings the app's new code; until then the old code answers", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  dashd.write(programOfVersion("two"));
  assert.equal(await versionOf(dashd.port), "one");
  const oldPids = await pidsOf(dashd);
  const before = await dashd.status();
  await command(dashd, "reload");
  assert.equal(await versionOf(dashd.port), "two");
  const after = await dashd.status();
  assert.equal(after.stage, 1);
  assert.notEqual(after.app.fingerprint, before.app.fingerprint);
  assert.deepEqual(after.drift, []);
  assert.ok(!(await pidsOf(dashd)).some((pid) => oldPids.includes(pid)));
});

test("code on disk that differs from the code that runs is drift, until a reload", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  assert.deepEqual((await dashd.status()).drift, []);
  dashd.write(programOfVersion("two"));
  await until("the drift of the app", async () => (await dashd.status()).drift.includes("app"));
  await command(dashd, "reload");
  assert.deepEqual((await dashd.status()).drift, []);
});

test("SIGHUP reloads", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  dashd.write(programOfVersion("two"));
  dashd.kill("SIGHUP");
  await until("the new version", async () => (await versionOf(dashd.port)) === "two");
  await until("the reload to end", async () => (await dashd.status()).state === "held");
});

for (const [what, bootTimeoutSec, source, told] of [
  ["throws", 30, `throw new Error("no shop today");\n`, /no shop today[\s\S]*shop\.cjs:1/],
  ["never gets ready", 6, `setInterval(() => {}, 1000);\n`, /E_CHANGE_FAILED/],
  ["has a syntax error", 30, `const = 1;\n`, /shop\.cjs:1/],
] as const) {
  test(`a reload with code that ${what} exits 3 and leaves the old generation untouched`, { timeout }, async (t) => {
    const dashd = await startVersioned(t, { bootTimeoutSec });
    const before = await dashd.status();
    const pids = await pidsOf(dashd);
    dashd.write(source);
    const { code, stdout, stderr } = await dashd.run("reload");
    assert.equal(code, 3, stderr);
    assert.match(stdout + stderr, told);
    assert.equal(await versionOf(dashd.port), "one");
    const after = await dashd.status();
    assert.equal(after.state, "held");
    assert.equal(after.generation, before.generation);
    assert.deepEqual(await pidsOf(dashd), pids);
    assert.ok(pids.every(isAlive));
    assert.deepEqual(
      after.workers.map(({ restarts }) => restarts),
      [0, 0],
    );
    await until("the failed generation to be gone", () => dashd.pids().length === 3);

    dashd.write(programOfVersion("three"));
    await command(dashd, "reload");
    assert.equal(await versionOf(dashd.port), "three");
  });
}

test(
  "requests in progress at a change finish on the old generation, later ones on the same connections are answered by the new",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    const release = join(dashd.dir, "release");
    const clients = await Promise.all(Array.from({ length: 5 }, () => connected(dashd.port)));
    const held = clients.map((client) => client.request(`/hold?until=${release}`));
    await until("five requests in progress", async () => (await dashd.status()).load.inFlight === 5);
    const oldPids = await pidsOf(dashd);
    await command(dashd, "stage", "2");
    const newPids = await pidsOf(dashd);
    for (let n = 0; n < 6; n++) assert.ok(newPids.includes(await fetchPid(dashd.port)));

    writeApp(dashd.dir, "release", "");
    for (const outcome of await Promise.all(held)) {
      assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
      assert.ok(oldPids.includes(whoAnswered(outcome)?.pid ?? 0));
    }
    // A client that asks again at once may still be answered where it was.
    await allGone(oldPids, 15_000);
    for (const client of clients) {
      const outcome = await client.request("/");
      assert.ok(outcome.kind === "answer" && newPids.includes(whoAnswered(outcome)?.pid ?? 0), JSON.stringify(outcome));
      client.close();
    }
  },
);

test(
  "a change interrupted by a SIGKILL of the master resumes from the last committed revision",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    dashd.write(`setTimeout(() => { ${programOfVersion("slow")} }, 2000);`);
    const change = dashd.spawn("stage", "2");
    await until("the change to begin", async () => (await dashd.status()).state === "changing");
    const pids = dashd.pids();
    dashd.kill("SIGKILL");
    await allGone(
      pids.filter((pid) => pid !== change.pid),
      2_000,
    );
    assert.notEqual((await change.exited).code, 0, "the command does not claim success");

    const next = await startDashd(t, { ...dashd.setting, home: dashd.home });
    assert.equal((await next.status()).stage, 1);
  },
);
