import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fixtureApp } from "../support/apps.ts";
import { MARK } from "../support/processes.ts";
import { launchDashd, testEnv, type StartOptions } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { runDashd, type Finished } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";

const timeout = 60_000;
const app = fixtureApp("exports-app.mjs");

/** A start that must end by itself, with nothing but an error. */
const failedStart = async (t: TestContext, options: StartOptions): Promise<Finished> => {
  const finished = await launchDashd(t, options).ended();
  assert.notEqual(finished.code, 0);
  assert.equal(finished.signal, null);
  assert.doesNotMatch(finished.stderr, /^\s+at /m, "no stack trace");
  assert.doesNotMatch(finished.stdout, /🚀/u, "no banner");
  return finished;
};

test("an unknown stage is refused with the stages there are, and nothing is made", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const { code, stderr } = await failedStart(t, { dir, app, stage: 9 });
  assert.equal(code, 64);
  assert.match(stderr, /E_STAGE_UNKNOWN/);
  assert.match(stderr, /9/);
  assert.match(stderr, /1, 2 or 3/);
});

test("a stage that is no number is refused as usage", { timeout }, async (t) => {
  const { code, stderr } = await failedStart(t, { app, args: ["--stage", "two"] });
  assert.equal(code, 64);
  assert.match(stderr, /two/);
});

test(
  "every fault of a malformed ladder is told at once, each with file, path, found and allowed",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"), { workers: "many", connections: -5, colour: "red" });
    const { code, stderr } = await failedStart(t, { dir, app, stage: 1, profiles });
    assert.equal(code, 64);
    assert.match(stderr, /E_PROFILE/);
    for (const file of ["stage-1.json", "stage-2.json"]) assert.match(stderr, new RegExp(file));
    for (const fault of [/workers/, /many/, /connections/, /-5/, /colour/]) assert.match(stderr, fault);
  },
);

test("a profile that is not JSON is told with its file", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"));
  writeFileSync(join(profiles, "stage-2.json"), `{ "stage": 2,`);
  const { code, stderr } = await failedStart(t, { dir, app, stage: 1, profiles });
  assert.equal(code, 64);
  assert.match(stderr, /E_PROFILE/);
  assert.match(stderr, /stage-2\.json/);
});

test("a port in use ends the start before any fork and names who has it", { timeout }, async (t) => {
  const owner = createServer();
  await new Promise<void>((resolve) => owner.listen(0, "127.0.0.1", resolve));
  t.after(() => void owner.close());
  const { port } = owner.address() as AddressInfo;
  const { code, stderr } = await failedStart(t, { app, stage: 1, args: ["--port", String(port)] });
  assert.equal(code, 1);
  assert.match(stderr, /E_PORT_IN_USE/);
  assert.match(stderr, new RegExp(String(port)));
  assert.match(stderr, new RegExp(`\\b${process.pid}\\b`), "the owner's pid");
});

test("an admin port in use ends the start the same way", { timeout }, async (t) => {
  const owner = createServer();
  await new Promise<void>((resolve) => owner.listen(0, "127.0.0.1", resolve));
  t.after(() => void owner.close());
  const { port } = owner.address() as AddressInfo;
  const { code, stderr } = await failedStart(t, { app, stage: 1, args: ["--admin-port", String(port)] });
  assert.equal(code, 1);
  assert.match(stderr, /E_PORT_IN_USE/);
  assert.match(stderr, new RegExp(String(port)));
});

for (const [why, homeIn] of [
  ["lies under a file", (dir: string) => join(dir, "file", "home")],
  ["is a file", (dir: string) => join(dir, "file")],
  ["is in a folder where nobody can write", () => "/proc/1/dashd-home"],
] as const) {
  test(`a home that ${why} is told with its path`, { timeout }, async (t) => {
    const dir = scratchDir(t);
    writeFileSync(join(dir, "file"), "");
    const home = homeIn(dir);
    const { code, stderr } = await failedStart(t, { dir, app, stage: 1, home });
    assert.equal(code, 1);
    assert.match(stderr, /E_HOME/);
    assert.ok(stderr.includes(home), stderr);
  });
}

test("an app that is not there is told with its path, and nothing is forked", { timeout }, async (t) => {
  const { code, stderr } = await failedStart(t, { app: "./no-such-app.js", stage: 1 });
  assert.equal(code, 64);
  assert.match(stderr, /E_APP_NOT_FOUND/);
  assert.match(stderr, /no-such-app\.js/);
});

test("a folder without anything to start is told", { timeout }, async (t) => {
  const dir = scratchDir(t);
  mkdirSync(join(dir, "empty"));
  const { code, stderr } = await failedStart(t, { dir, app: join(dir, "empty"), stage: 1 });
  assert.equal(code, 64);
  assert.match(stderr, /E_APP_NOT_FOUND/);
});

test("a bad setting is told with its name and where it came from", { timeout }, async (t) => {
  const { code, stderr } = await failedStart(t, { app, stage: 1, env: { DASHD_LOG_KEEP: "several" } });
  assert.equal(code, 64);
  assert.match(stderr, /DASHD_LOG_KEEP/);
  assert.match(stderr, /several/);
});

test("a start inside a worker of another cluster is refused with the way out", { timeout }, async (t) => {
  const { code, stderr } = await failedStart(t, { app, stage: 1, env: { NODE_UNIQUE_ID: "7" } });
  assert.equal(code, 1);
  assert.match(stderr, /E_INSIDE_CLUSTER[\s\S]*env -u NODE_UNIQUE_ID/);
});

for (const args of [["strat"], ["start", "--sage", "2"], ["stage"], ["stage", "2", "3"], ["status", "--nope"]]) {
  test(`"dashd ${args.join(" ")}" is a usage error: 64, and no home is made`, { timeout }, async (t) => {
    const dir = scratchDir(t);
    const { code, stderr } = await runDashd(args, { cwd: dir, env: testEnv(dir, { [MARK]: "usage" }) });
    assert.equal(code, 64, stderr);
    assert.notEqual(stderr, "");
    assert.equal(existsSync(join(dir, ".dashd")), false);
  });
}

for (const args of [["status"], ["stop"], ["stage", "2"], ["reload"]]) {
  test(`"dashd ${args.join(" ")}" where nothing runs says so: 8`, { timeout }, async (t) => {
    const dir = scratchDir(t);
    const { code, stderr } = await runDashd(args, { cwd: dir, env: testEnv(dir) });
    assert.equal(code, 8, stderr);
    assert.match(stderr, /E_NOT_RUNNING/);
  });
}

test("an error in JSON is one document with its code and schemaVersion", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const { code, stdout } = await runDashd(["status", "--json"], { cwd: dir, env: testEnv(dir) });
  assert.equal(code, 8);
  const document = JSON.parse(stdout);
  assert.equal(document.schemaVersion, 1);
  assert.match(JSON.stringify(document), /E_NOT_RUNNING/);
});
