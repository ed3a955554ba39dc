import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { after, describe, it } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { MiniMaster } from "../../support/mini-master.ts";
import { createMiniMaster, fixture } from "../../support/mini-master.ts";

/** Nothing here takes seconds; a loaded machine may. */
const limit = { timeout: 60_000 };

describe("the watchdog", { skip: existsSync("/proc/self/stat") ? false : "needs /proc" }, () => {
  const masters: MiniMaster[] = [];
  after(() => Promise.all(masters.map((one) => one.close())));

  it(
    "ends a worker that the master leaves hanging, at three times the CPU that a turn may use, and says so",
    limit,
    async () => {
      const master = await createMiniMaster({ app: fixture("behaviours.cjs"), limits: { hangKillAfterMs: 700 } });
      masters.push(master);
      const worker = await master.ready();
      fetch(`${master.url}/block`).catch(() => undefined);
      assert.deepEqual(await worker.exit, { code: null, signal: "SIGKILL" });
      assert.match(worker.output, /one turn of the loop used \d+ ms of CPU/);
    },
  );

  it("leaves a worker alone that is busy for longer, over many turns", limit, async () => {
    const master = await createMiniMaster({ app: fixture("behaviours.cjs"), limits: { hangKillAfterMs: 500 } });
    masters.push(master);
    await master.ready();
    assert.equal(await (await fetch(`${master.url}/busy?ms=5000`)).text(), "busy, not hung");
  });

  for (const [what, path] of [
    ["an idle one", undefined],
    ["a blocked one", "/block"],
  ] as const) {
    it(`ends a worker whose master is gone: ${what}`, limit, async () => {
      const script = fileURLToPath(new URL("../../support/doomed-master.ts", import.meta.url));
      const master = spawn(process.execPath, ["--import", "tsx", script, ...(path === undefined ? [] : [path])], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      master.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
      while (!/worker \d+\n/.test(said)) await once(master.stdout, "data");
      const pid = Number(/worker (\d+)/.exec(said)?.[1]);
      assert.ok(isAlive(pid));
      master.kill("SIGKILL");
      while (isAlive(pid)) await later(20);
    });
  }
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
