import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fixtureApp } from "../support/apps.ts";
import { launchDashd, startDashd, testEnv, type Instance } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { runDashd } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";
import { pidsOf } from "../support/versioned.ts";

const timeout = 60_000;

/** Stage 2 fits; stage 3 holds more clients than a process may have open files. */
const stages = { 1: { workers: 1 }, 2: { workers: 2 }, 3: { workers: 2, instances: 1, backlog: 1_000_000 } };

const start = (t: TestContext): Promise<Instance> => {
  const dir = scratchDir(t);
  const profiles = writeLadder(join(dir, "ladder"), stages);
  return startDashd(t, { dir, profiles, app: fixtureApp("program.cjs"), stage: 1 });
};

const ladderOf = ({ dir }: Instance): string => join(dir, "ladder");

test("plan tells the difference and the sums, and changes nothing", { timeout }, async (t) => {
  const dashd = await start(t);
  const before = await dashd.status();
  const shown = await dashd.run("plan", "--stage", "2", "--profiles", ladderOf(dashd));
  assert.equal(shown.code, 2, shown.stderr);
  assert.match(shown.stdout, /^From stage 1 \(revision 1\) to stage 2: \d+ differences$/m);
  assert.match(shown.stdout, /^workers +1 +2 +with the new generation's workers$/m);
  assert.match(shown.stdout, /^memoryMb +\d+ +\d+ +ok +2 × \d+ MB \(as measured here\)$/m);
  const { code, stdout } = await dashd.run("plan", "--stage", "2", "--profiles", ladderOf(dashd), "--json");
  const plan = JSON.parse(stdout);
  assert.equal(code, 2);
  assert.deepEqual([plan.schemaVersion, plan.from, plan.stage], [1, { stage: 1, revision: 1 }, 2]);
  assert.ok(plan.sums.every(({ level }: { level: string }) => ["ok", "warn", "off", "unknown"].includes(level)));
  const same = await dashd.run("plan", "--stage", "1", "--profiles", ladderOf(dashd));
  assert.equal(same.code, 0, same.stdout);
  const after = await dashd.status();
  assert.deepEqual([after.revision, after.generation, after.stage], [before.revision, before.generation, 1]);
});

test("a saved plan is carried out as long as it holds, and refused when it is stale", { timeout }, async (t) => {
  const dashd = await start(t);
  const file = join(dashd.dir, "plan.json");
  const save = async (): Promise<void> => {
    const { stdout } = await dashd.run("plan", "--stage", "2", "--profiles", ladderOf(dashd), "--json");
    writeFileSync(file, stdout);
  };
  await save();
  writeLadder(ladderOf(dashd), { ...stages, 2: { workers: 2, connections: 150 } });
  const edited = await dashd.run("stage", "2", "--plan", file);
  assert.equal(edited.code, 6, edited.stderr);
  assert.match(edited.stderr, /E_PLAN_STALE/);
  assert.equal((await dashd.status()).stage, 1);

  await save();
  const done = await dashd.run("stage", "2", "--plan", file, "--reason", "the sale begins");
  assert.equal(done.code, 0, done.stderr);
  assert.match((await dashd.run("history", "2")).stdout, /the sale begins/);
  const differs = await dashd.run("diff", "1", "2");
  assert.equal(differs.code, 2, differs.stderr);
  assert.match(differs.stdout, /^workers +1 +2$/m);
  assert.equal((await dashd.run("diff", "2")).code, 0, "from the one in force to itself");
  assert.equal((await dashd.run("diff", "1", "9")).code, 1);
  const again = await dashd.run("stage", "2", "--plan", file);
  assert.equal(again.code, 6, "the revision it was made for is no longer in force");

  const other = await dashd.run("stage", "1", "--plan", file);
  assert.equal(other.code, 64, "a plan for another stage");
  writeFileSync(file, "{");
  assert.equal((await dashd.run("stage", "2", "--plan", file)).code, 64, "no plan at all");
});

test("a stage that does not fit is refused before anything is touched, live and at a start", { timeout }, async (t) => {
  const dashd = await start(t);
  const pids = await pidsOf(dashd);
  const planned = await dashd.run("plan", "--stage", "3", "--profiles", ladderOf(dashd));
  assert.equal(planned.code, 6);
  assert.match(planned.stdout, /^descriptors +\d+ +\d+ +refused +.*ulimit -n \d+$/m);
  const { code, stderr } = await dashd.run("stage", "3");
  assert.equal(code, 6, stderr);
  assert.match(stderr, /Stage 3 does not fit here[^]*E_PREFLIGHT[^]*descriptors: found \d+, needed \d+;/);
  const after = await dashd.status();
  assert.deepEqual([after.stage, after.revision, after.state], [1, 1, "held"]);
  assert.deepEqual(await pidsOf(dashd), pids);
  assert.equal(JSON.parse((await dashd.run("history", "--json")).stdout).entries.length, 1, "not even begun");

  const cold = launchDashd(t, { profiles: ladderOf(dashd), app: fixtureApp("program.cjs"), stage: 3 });
  const ended = await cold.ended();
  assert.equal(ended.code, 6, ended.stderr);
  assert.match(ended.stderr, /E_PREFLIGHT[^]*descriptors/);
});

test(
  "a host below what the stage asks for is a warning, and refused where that is asked for",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const host = { min: { cores: 4096, memoryGb: 1, diskGb: 1, ssd: false } };
    const recommended = { cores: 4096, memoryGb: 2, diskGb: 2, ssd: false };
    const profiles = writeLadder(join(dir, "ladder"), { 1: { workers: 1, host: { ...host, recommended } } });
    const dashd = await startDashd(t, { dir, profiles, app: fixtureApp("program.cjs"), stage: 1 });
    assert.match(dashd.stdout(), /host\.cores: found \d+, needed 4096/);
    const { warnings } = await dashd.status();
    assert.deepEqual(
      warnings.map(({ code, facts }) => [code, facts["subject"]]),
      [["preflight.finding", "host.cores"]],
    );
    const strict = await runDashd(
      ["start", fixtureApp("program.cjs"), "--strict", "--port", "0", "--admin-port", "0", "--profiles", profiles],
      { cwd: dir, env: testEnv(dir, { DASHD_HOME: join(dir, "other") }) },
    );
    assert.equal(strict.code, 6, strict.stderr);
  },
);
