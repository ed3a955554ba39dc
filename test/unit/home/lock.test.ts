import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { test, type TestContext } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import { identityOf, isSame } from "../../../lib/host/process-identity.ts";
import { holdByClaims } from "../../../lib/home/hold-by-claims.ts";
import type { Hold } from "../../../lib/home/hold.ts";
import { readLockRecord } from "../../../lib/home/lock-record.ts";
import { takeLock } from "../../../lib/home/lock.ts";
import { openHome } from "../../../lib/home/open-home.ts";
import { homePaths, type HomePaths } from "../../../lib/home/paths.ts";
import { repositoryDir } from "../../support/apps.ts";
import { scratchDir } from "../../support/scratch.ts";
import { until, within } from "../../support/until.ts";
import { compileInto } from "./compile.ts";

const ways: readonly { readonly name: string; readonly hold: Hold | undefined }[] = [
  { name: "of this platform", hold: undefined },
  { name: "by claims", hold: holdByClaims },
];

for (const { name, hold } of ways) {
  const take = (paths: HomePaths) => takeLock(paths, hold === undefined ? {} : { hold });

  test(`lock ${name}: held once, and again after its release`, async (t) => {
    const paths = openHome(join(scratchDir(t), "home"));
    const first = await take(paths);
    first.setPort(8050);
    assert.deepEqual(readLockRecord(paths)?.owner, identityOf(process.pid));
    await assert.rejects(take(paths), (error) => {
      assert.ok(error instanceof DashdError);
      assert.equal(error.code, "E_HOME_LOCKED");
      assert.equal(error.facts["pid"], process.pid);
      assert.equal(error.facts["port"], 8050);
      return true;
    });
    await first.release();
    await first.release();
    assert.equal(existsSync(paths.lockRecord), false);
    const second = await take(paths);
    await second.release();
  });

  test(`lock ${name}: two homes do not hinder each other, two names of one home do`, async (t) => {
    const dir = scratchDir(t);
    const [one, two] = [openHome(join(dir, "one")), openHome(join(dir, "two"))];
    symlinkSync("one", join(dir, "link"));
    const locks = [await take(one), await take(two)];
    await assert.rejects(take(homePaths(join(dir, "link"))), { code: "E_HOME_LOCKED" });
    for (const lock of locks) await lock.release();
  });

  const how = hold === undefined ? "platform" : "claims";
  for (const stale of [false, true]) {
    test(`lock ${name}: of 20 at once exactly one gets ${stale ? "a home with a recycled pid's record" : "a fresh home"}`, async (t) => {
      const paths = openHome(join(scratchDir(t), "home"));
      const bystander = stale ? await leaveStale(t, paths) : null;
      const program = racerProgram(t);
      const racers = await Promise.all(Array.from({ length: 20 }, () => startRacer(t, program, paths.dir, how)));
      for (const racer of racers) racer.child.stdin.write("go\n");
      const words = await Promise.all(racers.map((racer) => racer.next()));
      const winners = words.filter((word) => word["held"] === true);
      assert.equal(winners.length, 1, JSON.stringify(words));
      const winner = winners[0]?.["pid"];
      for (const word of words.filter((said) => said["held"] !== true)) {
        const { code, facts } = word["error"] as { code: string; facts: { pid: number | null } };
        assert.equal(code, "E_HOME_LOCKED");
        assert.ok(facts.pid === winner || facts.pid === null, "nobody else is accused");
      }
      await until("the winner's record", () => readLockRecord(paths)?.owner.pid === winner);
      if (bystander !== null) assert.ok(isSame(bystander), "the bystander was not touched");

      // The lock dies with its owner, even without a goodbye.
      const owner = racers.find((racer) => racer.child.pid === winner);
      owner?.child.kill("SIGKILL");
      if (owner !== undefined) await once(owner.child, "exit");
      const mine = await take(paths);
      await mine.release();
    });
  }
}

test("a damaged record of a dead owner does not block", async (t) => {
  const paths = openHome(join(scratchDir(t), "home"));
  writeFileSync(paths.lockRecord, '{"owner":');
  assert.equal(readLockRecord(paths), null);
  const lock = await takeLock(paths);
  assert.equal(readLockRecord(paths)?.owner.pid, process.pid);
  await lock.release();
});

test(
  "the holder is told even when its record is missing",
  { skip: process.platform !== "linux" && "/proc" },
  async (t) => {
    const paths = openHome(join(scratchDir(t), "home"));
    const racer = await startRacer(t, racerProgram(t), paths.dir, "platform");
    racer.child.stdin.write("go\n");
    await racer.next();
    writeFileSync(paths.lockRecord, "");
    await assert.rejects(
      takeLock(paths),
      (error) => error instanceof DashdError && error.facts["pid"] === racer.child.pid,
    );
  },
);

test("a master of another container is found by its control socket", async (t) => {
  const paths = openHome(join(scratchDir(t), "home"));
  const server = createServer().listen(paths.controlSocket);
  await once(server, "listening");
  await assert.rejects(takeLock(paths), { code: "E_HOME_LOCKED" });
  server.close();
  await once(server, "close");
  await (await takeLock(paths)).release();
});

test("the lock does not keep its process alive", (t) => {
  const dir = join(scratchDir(t), "home");
  mkdirSync(dir);
  const lock = JSON.stringify(join(repositoryDir, "lib/home/lock.ts"));
  const program = `import { takeLock } from ${lock}; import { homePaths } from ${lock.replace("lock.ts", "paths.ts")};
    await takeLock(homePaths(${JSON.stringify(dir)})); console.log("held");`;
  const args = ["--import", "tsx", "--input-type=module", "-e", program];
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: repositoryDir,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(stdout, "held\n");
  assert.equal(status, 0);
  assert.match(readFileSync(join(dir, "lock.json"), "utf8"), /owner/);
});

/** A record and a claim whose pid is that of a living process that never had the lock. */
const leaveStale = async (t: TestContext, paths: HomePaths) => {
  const foreign = spawn("sleep", ["300"]);
  t.after(() => foreign.kill("SIGKILL"));
  const identity = await until("the bystander", () => identityOf(foreign.pid ?? 0));
  const owner = {
    pid: identity.pid,
    startedAt: identity.startedAt.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
  };
  writeFileSync(paths.lockRecord, JSON.stringify({ owner, since: new Date().toISOString(), port: 1, cwd: "/" }));
  writeFileSync(join(paths.dir, "lock.7"), JSON.stringify(owner));
  return identity;
};

const racerProgram = (t: TestContext): string => compileInto(scratchDir(t), join(import.meta.dirname, "lock-child.ts"));

interface Racer {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  next(): Promise<Record<string, unknown>>;
}

const startRacer = async (t: TestContext, program: string, dir: string, how: string): Promise<Racer> => {
  const child = spawn(process.execPath, [program, dir, how], { stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const lines = linesOf(createInterface({ input: child.stdout }));
  const next = async (): Promise<Record<string, unknown>> => {
    const { value } = await within("a word of a racer", 60_000, lines.next());
    return JSON.parse(String(value)) as Record<string, unknown>;
  };
  await next();
  return { child, next };
};

const linesOf = (lines: Interface): AsyncIterator<string> => lines[Symbol.asyncIterator]();
