import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { identityOf, isProcessIdentity, isSame, parseStat } from "../../../lib/host/process-identity.ts";
import { scratchDir } from "../../support/scratch.ts";
import { until } from "../../support/until.ts";

test("a living process has an identity that stays the same", () => {
  const first = identityOf(process.pid);
  assert.ok(first);
  assert.deepEqual(identityOf(process.pid), first);
  assert.ok(isSame(first));
  assert.ok(isProcessIdentity(JSON.parse(JSON.stringify(first))));
});

test("a process that has ended is no longer the same", async () => {
  const child = spawn("sleep", ["60"]);
  const identity = await until("the child's identity", () => identityOf(child.pid ?? 0));
  assert.ok(isSame(identity));
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(isSame(identity), false);
});

test("a living process with a recycled pid is another one", () => {
  const now = identityOf(process.pid);
  assert.ok(now);
  const before = now.startedAt.replace(/\d+$/, (ticks) => String(Number(ticks) - 1));
  assert.equal(isSame({ pid: process.pid, startedAt: before }), false);
  assert.equal(isSame({ pid: process.pid, startedAt: `another-boot/${now.startedAt.split("/")[1]}` }), false);
});

test("a zombie counts as dead", { skip: process.platform !== "linux" && "needs /proc" }, async (t) => {
  // The shell becomes a sleep that never looks after its child.
  const parent = spawn("sh", ["-c", "sleep 0.01 & echo $!; exec sleep 60"]);
  t.after(() => parent.kill("SIGKILL"));
  const [said]: unknown[] = await once(parent.stdout, "data");
  const pid = Number(String(said));
  await until("the child to be a zombie", () => identityOf(pid) === null);
  assert.doesNotThrow(() => process.kill(pid, 0));
});

test("a name with blanks and parentheses does not shift the fields", async (t) => {
  assert.deepEqual(parseStat(`7 (a) Z 1 (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20`), {
    state: "S",
    startTicks: "4242",
  });
  assert.equal(parseStat("7 (cut off"), null);
  assert.equal(parseStat("7 (short) S 1 2"), null);
  if (process.platform !== "linux") return;
  const odd = join(scratchDir(t), ") Z (x 1");
  copyFileSync("/bin/sleep", odd);
  const child = spawn(odd, ["60"]);
  t.after(() => child.kill("SIGKILL"));
  const identity = await until("the odd child's identity", () => identityOf(child.pid ?? 0));
  assert.ok(isSame(identity));
});

test("what is no pid has no identity", () => {
  for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 40]) assert.equal(identityOf(pid), null);
});
