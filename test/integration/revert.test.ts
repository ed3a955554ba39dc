import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import test from "node:test";
import { assertNoneFailed, countByKind, gatherCrowd } from "../client/crowd.ts";
import { programOfVersion } from "../support/apps.ts";
import { afterwards } from "../support/afterwards.ts";
import { until } from "../support/until.ts";
import { pidsOf, startVersioned } from "../support/versioned.ts";

/**
 * Clients wait for a place when the door turns to the new generation, whose stage has room for them: it serves some of
 * them before the commit fails, because somebody removed the journal after the change had begun.
 */
test(
  "a change that cannot be committed exits 3, and clients whom the new generation served go on with the old one, none of them failed",
  { timeout: 90_000 },
  async (t) => {
    const dashd = await startVersioned(t, { connections: 10 }, { connections: 100 });
    const { journal } = dashd.paths;
    const pids = await pidsOf(dashd);
    dashd.write(`setTimeout(() => { ${programOfVersion("two")} }, 1000);`);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 16, oneShot: 0, thinkMs: 10, path: "/slow?ms=300" });
    afterwards(t, async () => void (await crowd.leave()));
    await until("clients that wait for a place", async () => (await dashd.status()).load.held >= 4);

    const change = dashd.spawn("stage", "2");
    await until("the change to have begun", () => readFileSync(journal, "utf8").includes('"kind":"stage"'));
    rmSync(journal);
    const { code, stdout, stderr } = await change.exited;
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout + stderr, /E_JOURNAL/);

    await until("the new generation to have gone", () => dashd.pids().length === 1 + pids.length);
    const sinceMs = performance.now();
    const before = crowd.requests.length;
    await until("requests after that", () => crowd.requests.length >= before + 100);
    const requests = await crowd.leave();
    t.diagnostic(JSON.stringify(countByKind(requests)));
    assertNoneFailed(requests, 100);
    const ofNew = requests.filter(({ by }) => by?.version === "two");
    assert.ok(ofNew.length > 0, "the new generation answered somebody");
    assert.ok(requests.every(({ sentAtMs, by }) => sentAtMs < sinceMs || pids.includes(by?.pid ?? 0)));
    const status = await dashd.status();
    assert.deepEqual([status.stage, status.generation, status.state], [1, 1, "held"]);
    assert.deepEqual(await pidsOf(dashd), pids);
  },
);
