import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { launchDashd, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { scratchDir } from "../support/scratch.ts";

const timeout = 180_000;

test(
  "start --detach says how far it is when that takes more than a moment, and then its banner",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const app = writeApp(dir, "slow.cjs", `setTimeout(() => { ${programOfVersion("slow")} }, 2000);`);
    const profiles = smallLadder(join(dir, "ladder"));
    const detached = launchDashd(t, { dir, app, stage: 1, profiles, args: ["--detach"] });
    const { code, stdout, stderr } = await detached.ended();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^(Starting: the master prepares\n)?Starting stage 1: 2 workers come up\n/);
    assert.match(stdout, /dashd stage 1/);
    assert.equal((await detached.run("stop")).code, 0);
  },
);

test(
  "start --detach does not wait for what only an operator can change: it says what Redis is set to otherwise, and ends with 4",
  { skip: redisMissing(), timeout },
  async (t) => {
    const redis = await startRedis(t);
    const dir = join(scratchDir(t), "a folder");
    const app = writeApp(dir, "app.cjs", programOfVersion("one"));
    const profiles = smallLadder(join(dir, "ladder"));
    const env = { REDIS_URL: redis.url };
    const detached = launchDashd(t, { dir, app, stage: 1, profiles, args: ["--detach"], env });
    const { code, stdout, stderr } = await detached.ended();
    assert.equal(code, 4, stderr);
    assert.match(stdout, /^ +Address: http/);
    assert.match(
      stderr,
      /DEGRADED stage 1 .* drift: redis\.maxMemoryMb, redis\.policy\nhint: dashd doctor --home '.*a folder.*'\n$/,
    );
    assert.equal((await detached.run("stop")).code, 0);
  },
);

test("a sealed reload says what it copies before its plan, and a start what it copied", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const appDir = join(dir, "app");
  const app = writeApp(appDir, "app.cjs", programOfVersion("one"));
  writeFileSync(join(appDir, "package.json"), '{"name":"app","version":"1.0.0"}');
  const profiles = smallLadder(join(dir, "ladder"));
  const dashd = await startDashd(t, { dir, app, stage: 1, profiles, args: ["--seal"] });
  assert.match(dashd.stderr(), /Copying the app \S+ into the home: \d+ files, \d+ MB/);
  writeApp(appDir, "app.cjs", programOfVersion("two"));
  const { code, stderr } = await dashd.run("reload");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Copying the app \S+ into the home: \d+ files, \d+ MB\nPlanned: reload/m);
});
