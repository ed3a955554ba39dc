import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { fixtureApp } from "../support/apps.ts";
import { readyWorkers, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { command, startVersioned } from "../support/versioned.ts";

const timeout = 90_000;

test(
  "rollback goes to the revision before the one in force, a second one further back, never forward",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    await command(dashd, "stage", "2");
    await command(dashd, "reload");
    await command(dashd, "stage", "1");

    await command(dashd, "rollback");
    let now = await dashd.status();
    assert.equal(now.stage, 2, "back from revision 4 to 3");
    assert.equal(now.revision, 5, "a rollback is a new revision");
    await command(dashd, "rollback");
    assert.equal((await dashd.status()).stage, 2, "revision 2, not forward to 4");
    await command(dashd, "rollback");
    now = await dashd.status();
    assert.equal(now.stage, 1, "revision 1");
    assert.equal(now.workers.length, 2);
  },
);

test("rollback --to names the revision; one that never was is refused", { timeout }, async (t) => {
  const dashd = await startVersioned(t);
  await command(dashd, "stage", "2");
  await command(dashd, "reload");
  await command(dashd, "rollback", "--to", "1");
  assert.equal((await dashd.status()).stage, 1);
  const { code, stderr } = await dashd.run("rollback", "--to", "99");
  assert.equal(code, 1);
  assert.match(stderr, /E_REVISION_UNKNOWN/);
});

test(
  "rollback with no earlier revision goes to the next lower stage; at the lowest there is nothing to roll back",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const app = fixtureApp("exports-app.mjs");
    const dashd = await startDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 2 });
    await command(dashd, "rollback");
    assert.equal((await dashd.status()).stage, 1);
    const { code, stderr } = await dashd.run("rollback");
    assert.equal(code, 1, stderr);
    assert.match(stderr, /E_NOTHING_TO_ROLL_BACK/);
    assert.equal((await dashd.status()).state, "held");
  },
);

test(
  "the profile of a rollback comes from the journal: an edited file cannot change what back means",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    await command(dashd, "stage", "2");
    smallLadder(join(dashd.dir, "ladder"), { workers: 5 });
    await command(dashd, "rollback");
    assert.equal(readyWorkers(await dashd.status()).length, 2);
  },
);

test(
  "a start without --stage takes the last committed stage, a rollback while stopped included",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    const setting = { ...dashd.setting, home: dashd.home };
    await command(dashd, "stage", "2");
    await dashd.stop();

    const again = await startDashd(t, { ...setting, env: { DASHD_STAGE: "1" } });
    assert.equal((await again.status()).stage, 2, "DASHD_STAGE counts only while the journal is empty");
    await again.stop();

    await command(again, "rollback");
    const third = await startDashd(t, setting);
    assert.equal((await third.status()).stage, 1);
  },
);

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
  await command(dashd, "stage", "2");
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
