import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createControlClient } from "../../lib/control/client.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import type { Capacity } from "../../lib/protocol/capacity.ts";

const cpuMs = 20;

/** Every request takes so much CPU time, however long that lasts on a busy machine. */
const program = (note: string): string => `
// ${note}
const burn = () => {
  const from = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(from);
    if (user + system >= ${cpuMs * 1_000}) return;
  }
};
require("node:http").createServer((request, response) => {
  burn();
  response.end("burnt");
}).listen(3000);
`;

/** Kept by whoever answers at all: what is tried here is what becomes of it. */
const promise = [{ users: 50, okRate: 0.5, responseP95Ms: 60_000, waitP95Ms: null }];

const capacityOf = async (dashd: Instance): Promise<Capacity | null> => (await dashd.status()).capacity;

/** One after the other on each connection, for as long as it takes. */
const visit = async (url: string, stopped: () => boolean): Promise<void> => {
  while (!stopped()) await (await fetch(url)).text();
};

test(
  "which stage a host can hold is estimated as its app's CPU says, corrected by loads, and known to a restart",
  { timeout: 300_000 },
  async (t) => {
    const dir = scratchDir(t);
    const app = join(dir, "app.cjs");
    writeFileSync(app, program("as it was"));
    const options = { app, dir, home: join(dir, "home"), stage: 1, profiles: ladderIn(dir) };
    const dashd = await startDashd(t, options);
    assert.equal(await capacityOf(dashd), null, "nothing is known without traffic");
    assert.match((await dashd.run("status")).stdout, /not known yet.*dashd load/);

    let isOver = false;
    const users = Array.from({ length: 4 }, () => visit(dashd.url, () => isOver));
    await until("an estimate", () => capacityOf(dashd), { deadlineMs: 180_000, everyMs: 500 });
    isOver = true;
    await Promise.all(users);
    const found = await capacityOf(dashd);
    const estimate = found?.estimate ?? null;
    assert.ok(found !== null && estimate !== null);
    const isNear = (value: number, truth: number, what: string): void =>
      assert.ok(value > truth * 0.75 && value < truth * 1.5, `${what}: ${value}, in truth ${truth}`);
    isNear(estimate.cpuMsPerRequest, cpuMs, "CPU of a request");
    const budget = estimate.cores * 0.7;
    const cores = Math.min(Math.max(budget - estimate.othersCores, budget / 2), 2 * 0.7);
    const { bounds = null, users: estimated } = found.stages[0] ?? { users: 0 };
    assert.ok(bounds !== null);
    isNear(bounds.cpu ?? 0, (cores * 1_000) / cpuMs / estimate.requestsPerUserSec, "users by CPU");
    assert.equal(estimated, Math.min(...Object.values(bounds).map((most) => most ?? Number.POSITIVE_INFINITY)));

    const control = createControlClient({ paths: dashd.paths });
    const { generation } = await dashd.status();
    const kept = { users: 20, kept: true, requestsPerSec: 24, generation };
    assert.equal(await control.held({ ...kept, generation: generation + 1 }), false, "of another generation");
    assert.equal(await control.held(kept), true);
    assert.ok(((await capacityOf(dashd))?.stages[0]?.users ?? 0) >= 20);
    assert.match((await dashd.run("status", "--lang", "zh")).stdout, /已确认 20 个用户/);
    assert.equal(await control.held({ users: 8, kept: false, requestsPerSec: 9.6, generation }), true);
    const contradicted = await capacityOf(dashd);
    assert.deepEqual([contradicted?.notHeld?.users, contradicted?.held], [8, null]);
    assert.ok((contradicted?.stages[0]?.users ?? 8) < 8, "the lower figure counts");
    assert.match((await dashd.run("status")).stdout, /not kept for 8 users.*the lower figure counts/);
    assert.equal(await control.held(kept), true);

    const file = join(dashd.home, "held.json");
    await until("the file", () => existsSync(file) && readFileSync(file, "utf8").split('"kept"').length === 4);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await dashd.stop();

    const again = await startDashd(t, options);
    const known = await until("what the loads have shown", () => capacityOf(again));
    assert.deepEqual([known.held?.users, known.users, known.estimate], [20, 20, null]);

    writeFileSync(app, program("as it is now"));
    assert.equal((await again.run("reload")).code, 0);
    await until("to forget it with other code", async () => (await capacityOf(again)) === null);
  },
);

test(
  "a load tells the instance for how many users it was, and one of another address does not",
  { timeout: 300_000 },
  async (t) => {
    const dashd = await startDashd(t, { app: fixtureApp("program.cjs"), stage: 1, profiles: ladderIn(scratchDir(t)) });
    const load = (...words: readonly string[]) =>
      dashd.run(...["load", "--users", "10", "--ramp", "1", "--think", "0.05", "--json", ...words]);
    const elsewhere = await load(
      "--seconds",
      "3",
      "--stage",
      "1",
      "--profiles",
      ladderIn(scratchDir(t)),
      "--url",
      dashd.url,
    );
    assert.doesNotMatch(elsewhere.stderr, /The instance keeps this/);
    assert.deepEqual((await capacityOf(dashd))?.held ?? null, null);
    // On a busy machine a short one has too few requests to show anything.
    for (const seconds of ["4", "15", "40"]) {
      const { stdout, stderr } = await load("--seconds", seconds);
      const { summary } = JSON.parse(stdout);
      assert.equal(/The instance keeps this/.test(stderr), summary.requests >= 100, stderr);
      if (summary.requests < 100) continue;
      const capacity = await capacityOf(dashd);
      assert.equal(capacity?.held?.users, 10);
      assert.equal(capacity?.held?.requestsPerSec, summary.requestsPerSec);
      return;
    }
    assert.fail("no load had a hundred requests");
  },
);

const ladderIn = (dir: string): string =>
  writeLadder(join(dir, "ladder"), { 1: { workers: 2, promise }, 2: { workers: 3, promise } });
