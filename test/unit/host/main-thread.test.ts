import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";
import { lookAtMainThread, parseThread } from "../../../lib/host/main-thread.ts";
import { afterwards } from "../../support/afterwards.ts";
import { until } from "../../support/until.ts";

const onLinux = { skip: process.platform === "linux" ? false : "needs /proc" };

test("a thread's state and CPU are read whatever its name is", () => {
  const fields = "S 1 1 1 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 1 0 12345 0";
  assert.deepEqual(parseThread(`42 (a ) (b) ${fields}`), { stopped: false, cpuMs: 2_000 });
  assert.equal(parseThread(`42 (node) ${fields.replace("S", "T")}`)?.stopped, true);
  assert.equal(parseThread("nonsense"), null);
});

test("a stopped process is seen as stopped, a busy one by its CPU, a dead one not at all", onLinux, async (t) => {
  const child = spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" });
  afterwards(t, () => void child.kill("SIGKILL"));
  const { pid = 0 } = child;
  await until("some CPU", () => (lookAtMainThread(pid)?.cpuMs ?? 0) >= 50);
  assert.equal(lookAtMainThread(pid)?.stopped, false);
  child.kill("SIGSTOP");
  await until("it to be stopped", () => lookAtMainThread(pid)?.stopped === true);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(lookAtMainThread(pid), null);
});
