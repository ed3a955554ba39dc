import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fetchPid } from "../client/fetch-page.ts";
import { fixtureApp } from "../support/apps.ts";
import { allGone, isAlive } from "../support/processes.ts";
import { launchDashd, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { runDashd } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";
import { within } from "../support/until.ts";

const timeout = 90_000;
const app = fixtureApp("exports-app.mjs");

const small = (t: TestContext): { dir: string; profiles: string; app: string } => {
  const dir = scratchDir(t);
  return { dir, profiles: smallLadder(join(dir, "ladder")), app };
};

test("the home is for its owner alone, ignored by git, with a token only its owner reads", { timeout }, async (t) => {
  const dashd = await startDashd(t, { ...small(t), stage: 1 });
  assert.equal(statSync(dashd.home).mode & 0o777 & ~0o111, 0o600);
  assert.equal(statSync(dashd.paths.token).mode & 0o777, 0o600);
  assert.equal(statSync(dashd.paths.controlSocket).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(dashd.home, ".gitignore"), "utf8").trim(), "*");
});

test("after a SIGKILL its lock and socket are stale: the next start is clean", { timeout }, async (t) => {
  const setting = small(t);
  const killed = await startDashd(t, { ...setting, stage: 1 });
  const pids = killed.pids();
  killed.kill("SIGKILL");
  await allGone(pids, 5_000);
  assert.ok(existsSync(killed.paths.controlSocket), "the socket was left behind");

  const next = await startDashd(t, { ...setting, home: killed.home });
  assert.equal((await next.status()).state, "held");
});

test(
  "a recycled pid in the records of a dead master is not taken for it, and never signalled",
  { timeout },
  async (t) => {
    const setting = small(t);
    const killed = await startDashd(t, { ...setting, stage: 1 });
    const pids = killed.pids();
    killed.kill("SIGKILL");
    await allGone(pids, 5_000);

    const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    t.after(() => void stranger.kill("SIGKILL"));
    assert.ok(stranger.pid !== undefined);
    for (const record of recordsIn(killed.home)) {
      const text = readFileSync(record, "utf8");
      writeFileSync(
        record,
        pids.reduce((now, pid) => now.replaceAll(new RegExp(`\\b${pid}\\b`, "g"), `${stranger.pid}`), text),
      );
    }

    const next = await startDashd(t, { ...setting, home: killed.home });
    assert.equal((await next.status()).state, "held");
    assert.ok(isAlive(stranger.pid), "the stranger with the recycled pid lives on");
  },
);

test(
  "a socket file that somebody else answers on, and a file that is no socket, are not removed",
  { timeout },
  async (t) => {
    const setting = small(t);
    const home = join(setting.dir, "home");
    const first = await startDashd(t, { ...setting, home, stage: 1 });
    const { controlSocket } = first.paths;
    await first.stop();

    writeFileSync(controlSocket, "a note of mine");
    const refused = await launchDashd(t, { ...setting, home }).ended();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /E_HOME/);
    assert.equal(readFileSync(controlSocket, "utf8"), "a note of mine");
  },
);

test("a second start in the same home with the same stage and app says so and exits 0", { timeout }, async (t) => {
  const setting = small(t);
  const first = await startDashd(t, { ...setting, stage: 1 });
  const before = await first.status();
  const second = await launchDashd(t, { ...setting, home: first.home, stage: 1 }).ended();
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout + second.stderr, /already/i);
  const after = await first.status();
  assert.equal(after.master.pid, before.master.pid);
  assert.equal(after.revision, before.revision);
});

test("a second start with another stage is a change to that stage", { timeout }, async (t) => {
  const setting = small(t);
  const first = await startDashd(t, { ...setting, stage: 1 });
  const second = await launchDashd(t, { ...setting, home: first.home, stage: 2 }).ended();
  assert.equal(second.code, 0, second.stderr);
  const after = await first.status();
  assert.equal(after.stage, 2);
  assert.equal(after.master.pid, first.pid);
  assert.equal(after.workers.length, 3);
});

test("a second start with another app is refused with a hint, and the first is undisturbed", { timeout }, async (t) => {
  const setting = small(t);
  const first = await startDashd(t, { ...setting, stage: 1 });
  const pid = await fetchPid(first.port);
  const second = await launchDashd(t, {
    ...setting,
    app: fixtureApp("program.cjs"),
    home: first.home,
    stage: 1,
  }).ended();
  assert.equal(second.code, 1);
  assert.match(second.stderr, /E_OTHER_APP_RUNNING/);
  assert.match(second.stderr, /dashd stop/);
  assert.ok(isAlive(pid));
  assert.equal((await first.status()).state, "held");
});

test("of several starts at once in one home, one serves and the others say that it runs", { timeout }, async (t) => {
  const setting = small(t);
  const home = join(setting.dir, "home");
  const starts = Array.from({ length: 4 }, () => launchDashd(t, { ...setting, home, stage: 1 }));
  const ended = await Promise.all(
    starts.map((start) => Promise.race([start.serving().then(() => null), start.ended()])),
  );
  const status = await starts[0]?.status();
  const masters = starts.filter(({ pid }) => isAlive(pid));
  assert.equal(masters.length, 1);
  assert.equal(status?.master.pid, masters[0]?.pid);
  for (const finished of ended) if (finished !== null) assert.ok([0, 1].includes(finished.code ?? -1), finished.stderr);
});

test("a home deeper than a socket path may be works, for the instance and for its commands", { timeout }, async (t) => {
  const setting = small(t);
  const deep = join(setting.dir, ...Array.from({ length: 4 }, (_, n) => `${n}`.repeat(60)), "home");
  const sibling = join(setting.dir, ...Array.from({ length: 4 }, (_, n) => `${n}`.repeat(60)), "other-home");
  mkdirSync(deep, { recursive: true });
  const dashd = await startDashd(t, { ...setting, home: deep, stage: 1 });
  const other = await startDashd(t, { ...setting, home: sibling, stage: 2 });
  assert.ok(dashd.paths.controlSocket.length > 107);
  const status = await dashd.run("status", "--json");
  assert.equal(status.code, 0, status.stderr);
  assert.equal(JSON.parse(status.stdout).master.pid, dashd.pid);
  assert.equal((await other.status()).master.pid, other.pid, "not each other's");
  const stopped = await dashd.run("stop");
  assert.equal(stopped.code, 0, stopped.stderr);
});

test(
  "status in another folder says that nothing runs there and names the instances of this user",
  { timeout },
  async (t) => {
    const dashd = await startDashd(t, { ...small(t), stage: 1 });
    const elsewhere = scratchDir(t);
    const env = { PATH: process.env["PATH"], HOME: dashd.dir, XDG_RUNTIME_DIR: dashd.dir };
    const { code, stderr } = await runDashd(["status"], { cwd: elsewhere, env });
    assert.equal(code, 8);
    assert.match(stderr, /E_NOT_RUNNING/);
    assert.ok(stderr.includes(dashd.home), stderr);
  },
);

test("a control socket of another server in the home is not ours to remove", { timeout }, async (t) => {
  const setting = small(t);
  const home = join(setting.dir, "home");
  const first = await startDashd(t, { ...setting, home, stage: 1 });
  const { controlSocket } = first.paths;
  await first.stop();
  const stranger = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => stranger.listen(controlSocket, resolve));
  t.after(() => void stranger.close());
  chmodSync(controlSocket, 0o600);
  const refused = await within("the start to be refused", 30_000, launchDashd(t, { ...setting, home }).ended());
  assert.equal(refused.code, 1, refused.stderr);
  assert.ok(existsSync(controlSocket));
});

const recordsIn = (home: string): readonly string[] =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".log"))
    .map((entry) => join(entry.parentPath, entry.name));
