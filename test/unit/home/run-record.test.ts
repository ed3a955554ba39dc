import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { identityOf, isSame, type ProcessIdentity } from "../../../lib/host/process-identity.ts";
import { endLeftovers } from "../../../lib/home/leftovers.ts";
import { homePaths } from "../../../lib/home/paths.ts";
import { createRunRecordWriter, readRunRecord } from "../../../lib/home/run-record.ts";
import { scratchDir } from "../../support/scratch.ts";
import { until } from "../../support/until.ts";

const gone: ProcessIdentity = { pid: 2 ** 22 - 1, startedAt: "another-boot/1" };

const living = async (t: TestContext, script = "exec sleep 300"): Promise<ProcessIdentity> => {
  const child = spawn("sh", ["-c", script], { stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  return until("a child", () => identityOf(child.pid ?? 0));
};

const worker = (slot: number, identity: ProcessIdentity) => ({ slot, generation: 1, identity });
const oneTickLater = (identity: ProcessIdentity): ProcessIdentity => ({
  ...identity,
  startedAt: `${identity.startedAt}0`,
});

test("of many writes at once the newest is what is read, and nothing is left beside it", async (t) => {
  const paths = homePaths(scratchDir(t));
  const writer = createRunRecordWriter(paths);
  const written = Array.from({ length: 50 }, (_, slot) =>
    writer.write({ master: gone, workers: [worker(slot, gone)] }),
  );
  await Promise.all(written);
  assert.deepEqual(readRunRecord(paths), { master: gone, workers: [worker(49, gone)] });
  assert.deepEqual(readdirSync(paths.dir), ["run.json"]);
  await writer.remove();
  assert.equal(existsSync(paths.runRecord), false);
});

test("a record that cannot be written says so, and a later one can", async (t) => {
  const dir = scratchDir(t);
  const nowhere = createRunRecordWriter({ runRecord: `${dir}/none/run.json` });
  await assert.rejects(nowhere.write({ master: gone, workers: [] }), { code: "E_HOME" });
});

test("leftovers are ended, hung ones too; a recycled pid and this process are not", async (t) => {
  const paths = homePaths(scratchDir(t));
  const [hung, stopped, bystander] = [
    await living(t, "trap '' TERM INT; while :; do :; done"),
    await living(t),
    await living(t),
  ];
  process.kill(stopped.pid, "SIGSTOP");
  const self = identityOf(process.pid);
  assert.ok(self);
  await createRunRecordWriter(paths).write({
    master: gone,
    workers: [
      worker(1, hung),
      worker(2, stopped),
      worker(3, oneTickLater(bystander)),
      worker(4, self),
      worker(5, gone),
    ],
  });
  const { ended, remaining } = await endLeftovers(paths);
  assert.deepEqual(ended, [
    { ...hung, slot: 1 },
    { ...stopped, slot: 2 },
  ]);
  assert.deepEqual(remaining, []);
  assert.equal(isSame(hung) || isSame(stopped), false);
  assert.ok(isSame(bystander));
});

test("a master that is on its way out is waited for, one that stays is ended", async (t) => {
  const paths = homePaths(scratchDir(t));
  const staying = await living(t);
  await createRunRecordWriter(paths).write({ master: staying, workers: [] });
  assert.deepEqual((await endLeftovers(paths, { masterGraceMs: 50 })).ended, [{ ...staying, slot: null }]);

  const leaving = spawn("sh", ["-c", "read line"], { stdio: ["pipe", "ignore", "ignore"] });
  const identity = await until("the leaving master", () => identityOf(leaving.pid ?? 0));
  await createRunRecordWriter(paths).write({ master: identity, workers: [] });
  const ending = endLeftovers(paths, { masterGraceMs: 30_000 });
  leaving.stdin.end("go\n");
  const [code]: unknown[] = await once(leaving, "exit");
  assert.equal(code, 0);
  assert.deepEqual((await ending).ended, []);
});

test("what was half-written beside the records is removed, and nothing else", async (t) => {
  const paths = homePaths(scratchDir(t));
  const kept = [".gitignore", ".probe.12.0a1b2c3d", ".run.json.mine", "run.json.12.0a1b2c3d", "token"];
  for (const name of [...kept, ".run.json.12.0a1b2c3d", ".journal.last.7.00000000"])
    writeFileSync(join(paths.dir, name), "{");
  await endLeftovers(paths);
  assert.deepEqual(readdirSync(paths.dir).sort(), kept.toSorted());
});

test("no record means no leftovers, and a damaged one that they are not known", async (t) => {
  const paths = homePaths(scratchDir(t));
  assert.deepEqual(await endLeftovers(paths), { ended: [], remaining: [], unknown: false });
  for (const damaged of ["", "{", '{"master":{"pid":1},"workers":[]}', '{"workers":[{"slot":1}]}']) {
    writeFileSync(paths.runRecord, damaged);
    assert.equal(readRunRecord(paths), null);
    assert.deepEqual(await endLeftovers(paths), { ended: [], remaining: [], unknown: true });
  }
});
