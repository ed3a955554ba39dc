import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { connected } from "../client/connection.ts";
import { whoAnswered } from "../client/name-card.ts";
import { fetchPage, fetchPid } from "../client/fetch-page.ts";
import { fixtureApp, programOfVersion, writeApp } from "../support/apps.ts";
import { launchDashd, readyWorkers, startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { allGone, isAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

/** A program whose version is written in its file, in an instance of its own at stage 1. */
const startVersioned = async (t: TestContext): Promise<Instance & { write: (source: string) => void }> => {
  const dir = scratchDir(t);
  const write = (source: string): void => void writeApp(dir, "shop.cjs", source);
  write(programOfVersion("one"));
  const profiles = smallLadder(join(dir, "ladder"), { bootTimeoutSec: 5 });
  return { ...(await startDashd(t, { dir, app: join(dir, "shop.cjs"), profiles, stage: 1 })), write };
};

const versionOf = async (port: number): Promise<string | undefined> => whoAnswered(await fetchPage(port, "/"))?.version;

const pidsOf = async (dashd: Instance): Promise<readonly number[]> =>
  readyWorkers(await dashd.status()).map(({ pid }) => pid);

const run = async (dashd: Instance, ...command: readonly string[]): Promise<void> => {
  const { code, stderr } = await dashd.run(...command);
  assert.equal(code, 0, `${command.join(" ")}: ${stderr}`);
};

test("stage 2 comes back when the new stage is in force: new pids, a new generation, a new revision", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  const before = await dashd.status();
  const oldPids = await pidsOf(dashd);
  await run(dashd, "stage", "2");
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
});

test("stage N where N is in force already changes nothing and exits 0", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  const before = await dashd.status();
  await run(dashd, "stage", "1");
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
  await run(dashd, "reload");
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
  await run(dashd, "reload");
  assert.deepEqual((await dashd.status()).drift, []);
});

test("SIGHUP reloads", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  dashd.write(programOfVersion("two"));
  dashd.kill("SIGHUP");
  await until("the new version", async () => (await versionOf(dashd.port)) === "two");
  await until("the reload to end", async () => (await dashd.status()).state === "held");
});

for (const [what, source, told] of [
  ["throws", `throw new Error("no shop today");\n`, /no shop today[\s\S]*shop\.cjs:1/],
  ["never gets ready", `setInterval(() => {}, 1000);\n`, /E_CHANGE_FAILED/],
  ["has a syntax error", `const = 1;\n`, /shop\.cjs:1/],
] as const) {
  test(`a reload with code that ${what} exits 3 and leaves the old generation untouched`, { timeout }, async (t) => {
    const dashd = await startVersioned(t);
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
    assert.deepEqual(after.workers.map(({ restarts }) => restarts), [0, 0]);
    await until("the failed generation to be gone", () => dashd.pids().length === 3);

    dashd.write(programOfVersion("three"));
    await run(dashd, "reload");
    assert.equal(await versionOf(dashd.port), "three");
  });
}

test("requests in progress at a change finish on the old generation, later ones on the same connections are answered by the new", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  const release = join(dashd.dir, "release");
  const clients = await Promise.all(Array.from({ length: 5 }, () => connected(dashd.port)));
  const held = clients.map((client) => client.request(`/hold?until=${release}`));
  await until("five requests in progress", async () => (await dashd.status()).load.inFlight === 5);
  const oldPids = await pidsOf(dashd);
  await run(dashd, "stage", "2");
  const newPids = await pidsOf(dashd);
  for (let n = 0; n < 6; n++) assert.ok(newPids.includes(await fetchPid(dashd.port)));

  writeApp(dashd.dir, "release", "");
  for (const outcome of await Promise.all(held)) {
    assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
    assert.ok(oldPids.includes(whoAnswered(outcome)?.pid ?? 0));
  }
  for (const client of clients.filter((one) => one.usable())) {
    const outcome = await client.request("/");
    assert.ok(outcome.kind === "answer" && newPids.includes(whoAnswered(outcome)?.pid ?? 0), JSON.stringify(outcome));
    client.close();
  }
  await allGone(oldPids, 15_000);
});

test("rollback goes to the revision before the one in force, a second one further back, never forward", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  await run(dashd, "stage", "2");
  await run(dashd, "reload");
  await run(dashd, "stage", "1");

  await run(dashd, "rollback");
  let now = await dashd.status();
  assert.equal(now.stage, 2, "back from revision 4 to 3");
  assert.equal(now.revision, 5, "a rollback is a new revision");
  await run(dashd, "rollback");
  assert.equal((await dashd.status()).stage, 2, "revision 2, not forward to 4");
  await run(dashd, "rollback");
  now = await dashd.status();
  assert.equal(now.stage, 1, "revision 1");
  assert.equal(now.workers.length, 2);
});

test("rollback --to names the revision; one that never was is refused", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  await run(dashd, "stage", "2");
  await run(dashd, "reload");
  await run(dashd, "rollback", "--to", "1");
  assert.equal((await dashd.status()).stage, 1);
  const { code, stderr } = await dashd.run("rollback", "--to", "99");
  assert.equal(code, 1);
  assert.match(stderr, /E_REVISION_UNKNOWN/);
});

test("rollback with no earlier revision goes to the next lower stage; at the lowest there is nothing to roll back", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = fixtureApp("exports-app.mjs");
  const dashd = await startDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 2 });
  await run(dashd, "rollback");
  assert.equal((await dashd.status()).stage, 1);
  const { code, stderr } = await dashd.run("rollback");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /E_NOTHING_TO_ROLL_BACK/);
  assert.equal((await dashd.status()).state, "held");
});

test("the profile of a rollback comes from the journal: an edited file cannot change what back means", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  await run(dashd, "stage", "2");
  smallLadder(join(dashd.dir, "ladder"), { workers: 5 });
  await run(dashd, "rollback");
  assert.equal(readyWorkers(await dashd.status()).length, 2);
});

test("a start without --stage takes the last committed stage, a rollback while stopped included", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  const setting = { dir: dashd.dir, home: dashd.home, app: join(dashd.dir, "shop.cjs"), profiles: join(dashd.dir, "ladder") };
  await run(dashd, "stage", "2");
  await dashd.stop();

  const again = await startDashd(t, { ...setting, env: { DASHD_STAGE: "1" } });
  assert.equal((await again.status()).stage, 2, "DASHD_STAGE counts only while the journal is empty");
  await again.stop();

  await run(again, "rollback");
  const third = await startDashd(t, setting);
  assert.equal((await third.status()).stage, 1);
});

test("DASHD_STAGE is the stage of a first start, and stage 1 without it", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const setting = { dir, app: fixtureApp("exports-app.mjs"), profiles: smallLadder(join(dir, "ladder")) };
  const named = await startDashd(t, { ...setting, home: join(dir, "a"), env: { DASHD_STAGE: "2" } });
  assert.equal((await named.status()).stage, 2);
  const unnamed = await startDashd(t, { ...setting, home: join(dir, "b") });
  assert.equal((await unnamed.status()).stage, 1);
});

test("history tells every revision with its stage and works when nothing runs", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  await run(dashd, "stage", "2");
  dashd.write("throw new Error('no');");
  await dashd.run("reload");
  await dashd.stop();

  const history = await dashd.run("history", "--json");
  assert.equal(history.code, 0, history.stderr);
  const document = JSON.parse(history.stdout);
  assert.equal(document.schemaVersion, 1);
  const readable = await dashd.run("history");
  assert.equal(readable.code, 0);
  assert.match(readable.stdout, /1[\s\S]*2/);
  const one = await dashd.run("history", "2", "--json");
  assert.equal(one.code, 0, one.stderr);
  const unknown = await dashd.run("history", "99");
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /E_REVISION_UNKNOWN/);
});

test("a change interrupted by a SIGKILL of the master resumes from the last committed revision", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  dashd.write(`setTimeout(() => { ${programOfVersion("slow")} }, 2000);`);
  const setting = { dir: dashd.dir, home: dashd.home, app: join(dashd.dir, "shop.cjs"), profiles: join(dashd.dir, "ladder") };
  const command = dashd.spawn("stage", "2");
  await until("the change to begin", async () => (await dashd.status()).state === "changing");
  const pids = dashd.pids();
  dashd.kill("SIGKILL");
  await allGone(pids.filter((pid) => pid !== command.pid), 2_000);
  assert.notEqual((await command.exited).code, 0, "the command does not claim success");

  const next = launchDashd(t, setting);
  const serving = await next.serving();
  assert.equal((await serving.status()).stage, 1);
});
