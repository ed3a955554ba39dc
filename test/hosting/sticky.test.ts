import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { connected, requestOnce } from "../client/connection.ts";
import { whoAnswered } from "../client/name-card.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { type Instance, readyWorkers, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { allGone, signalIfAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

/** Slow to boot, so that one can see what happens while a slot is away; keeps what it knows of a client in its memory. */
const source = `
const express = require("express");
const { addRoutes } = require(${JSON.stringify(fixtureApp("routes.cjs"))});
const app = express();
const visits = new Map();
app.get("/visits", ({ socket: { remoteAddress } }, res) => {
  visits.set(remoteAddress, (visits.get(remoteAddress) ?? 0) + 1);
  res.json(visits.get(remoteAddress));
});
addRoutes(app);
setTimeout(() => app.listen(3000), 1000);
`;

const startApp = (t: TestContext, env: Readonly<Record<string, string>>): Promise<Instance> => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "shop.cjs", source);
  return startDashd(t, { dir, app, env, stage: 1, profiles: smallLadder(join(dir, "ladder"), { workers: 3 }) });
};

const addresses = Array.from({ length: 12 }, (_, n) => `127.0.0.${n + 2}`);

const slotOf = async ({ port }: Instance, from: string): Promise<number> => {
  const outcome = await requestOnce(port, "/", { from });
  const card = whoAnswered(outcome);
  assert.ok(card !== null, JSON.stringify(outcome));
  return card.slot;
};
const slotsOf = (dashd: Instance): Promise<readonly number[]> =>
  Promise.all(addresses.map((from) => slotOf(dashd, from)));
const visitsOf = async ({ port }: Instance, from: string): Promise<number> => {
  const outcome = await requestOnce(port, "/visits", { from });
  assert.ok(outcome.kind === "answer");
  return Number(outcome.body);
};

test(
  "with --sticky ip, what an app keeps in memory is there for a client on each of 20 connections; without, it is not",
  { timeout },
  async (t) => {
    const sticky = await startApp(t, { DASHD_STICKY: "ip" });
    const loose = await startApp(t, {});
    const seen: { sticky: number[]; loose: number[] } = { sticky: [], loose: [] };
    for (let visit = 0; visit < 20; visit++) {
      seen.sticky.push(await visitsOf(sticky, "127.0.0.9"));
      seen.loose.push(await visitsOf(loose, "127.0.0.9"));
    }
    assert.deepEqual(
      seen.sticky,
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    assert.ok(Math.max(...seen.loose) < 20, seen.loose.join());
  },
);

test(
  "a client stays on its slot over connections, a reload and the death of another slot's worker, and is back on its own after that",
  { timeout },
  async (t) => {
    const dashd = await startApp(t, { DASHD_STICKY: "ip" });
    const home = await slotsOf(dashd);
    assert.ok(new Set(home).size > 1, `different addresses spread: ${home.join()}`);
    for (let round = 0; round < 5; round++) assert.deepEqual(await slotsOf(dashd), home);
    const { code, stderr } = await dashd.run("reload");
    assert.equal(code, 0, stderr);
    assert.deepEqual(await slotsOf(dashd), home, "after a reload");

    const lost = home[0];
    const victim = readyWorkers(await dashd.status()).find(({ slot }) => slot === lost);
    assert.ok(victim !== undefined);
    const others = addresses.filter((_, index) => home[index] !== lost);
    const kept = await Promise.all(others.map((from) => connected(dashd.port, { from })));
    signalIfAlive(victim.pid, "SIGKILL");
    await allGone([victim.pid], 10_000);
    const away = await slotsOf(dashd);
    const moved = await connected(dashd.port, { from: addresses[0] ?? "" });
    assert.equal(whoAnswered(await moved.request("/"))?.slot, away[0]);
    assert.ok(!away.includes(lost ?? 0));
    assert.ok(home.every((slot, index) => slot === lost || slot === away[index]));

    // On the very connection that was opened while its slot was away.
    await until("the client of the lost slot to be back", async () => {
      const outcome = await moved.request("/");
      assert.equal(outcome.kind, "answer", JSON.stringify(outcome));
      return whoAnswered(outcome)?.slot === lost;
    });
    assert.deepEqual(await slotsOf(dashd), home);
    for (const [index, client] of kept.entries()) {
      const outcome = await client.request("/");
      assert.equal(whoAnswered(outcome)?.slot, home[addresses.indexOf(others[index] ?? "")], JSON.stringify(outcome));
      client.close();
    }
    moved.close();
    await until("no connection to be counted", async () => (await dashd.status()).load.connections === 0);
  },
);

test("the setting is shown as any other, and a proxy in front of all clients is warned of", { timeout }, async (t) => {
  const dashd = await startApp(t, { DASHD_STICKY: "ip", DASHD_TRUST_PROXY: "10.0.0.0/8" });
  const { warnings } = await dashd.status();
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ["warning.sticky-behind-proxy"],
  );
  const { stdout } = await dashd.run("config");
  assert.match(stdout, /DASHD_STICKY +ip/);
});
