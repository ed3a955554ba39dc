import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { connected } from "../client/connection.ts";
import { whoAnswered } from "../client/name-card.ts";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { until } from "../support/until.ts";
import { pidsOf, startVersioned } from "../support/versioned.ts";

/**
 * Clients wait for a place when the door turns to the new generation, whose stage has room for them: it gets some of
 * them before the commit fails, because somebody removed the journal after the change had begun.
 */
test(
  "a change that cannot be committed exits 3, and clients whom the new generation got go on with the old one, none of them failed",
  { timeout: 90_000 },
  async (t) => {
    const ofFirst = { connections: 10, requestsPerWorker: 16, waitTimeoutSec: 60 };
    const dashd = await startVersioned(t, ofFirst, { connections: 100 });
    const { journal } = dashd.paths;
    const pids = await pidsOf(dashd);
    dashd.write(`setTimeout(() => { ${programOfVersion("two")} }, 1000);`);
    const release = join(dashd.dir, "release");
    const places = await Promise.all(Array.from({ length: 10 }, () => connected(dashd.port)));
    const inPlace = places.map((client) => client.request(`/hold?until=${release}`, { timeoutMs: 60_000 }));
    await until("every place to be taken", async () => (await dashd.status()).load.inFlight === 10);
    const late = await Promise.all(Array.from({ length: 6 }, () => connected(dashd.port)));
    const waiting = late.map((client) => client.request("/slow?ms=1000", { timeoutMs: 60_000 }));
    await until("six clients that wait for a place", async () => (await dashd.status()).load.held === 6);

    const change = dashd.spawn("stage", "2");
    await until("the change to have begun", () => readFileSync(journal, "utf8").includes('"kind":"stage"'));
    rmSync(journal);
    const { code, stdout, stderr } = await change.exited;
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout + stderr, /E_JOURNAL/);
    writeApp(dashd.dir, "release", "");

    const served = await Promise.all(waiting);
    for (const outcome of [...(await Promise.all(inPlace)), ...served]) {
      assert.ok(whoAnswered(outcome) !== null, JSON.stringify(outcome));
    }
    await until("the new generation to have gone", () => dashd.pids().length === 1 + pids.length);
    // It may also have handed back what it had not read yet.
    t.diagnostic(`answered by ${served.map((outcome) => whoAnswered(outcome)?.version).join(", ")}`);
    for (const client of [...places, ...late].filter((one) => one.usable())) {
      const outcome = await client.request("/");
      assert.ok(pids.includes(whoAnswered(outcome)?.pid ?? 0), JSON.stringify(outcome));
      client.close();
    }
    const status = await dashd.status();
    assert.deepEqual([status.stage, status.generation, status.state], [1, 1, "held"]);
    assert.deepEqual(await pidsOf(dashd), pids);
  },
);
