import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createControlClient } from "../../lib/control/client.ts";
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

test(
  "which stage a host can hold is estimated as its app's CPU says, confirmed by a load, and known to a restart",
  { timeout: 180_000 },
  async (t) => {
    const dir = scratchDir(t);
    const app = join(dir, "app.cjs");
    writeFileSync(app, program("as it was"));
    const options = {
      ...{ app, dir, home: join(dir, "home"), stage: 1 },
      profiles: writeLadder(join(dir, "ladder"), { 1: { workers: 2, promise }, 2: { workers: 3, promise } }),
    };
    const dashd = await startDashd(t, options);
    assert.equal(await capacityOf(dashd), null, "nothing is known without traffic");
    assert.match((await dashd.run("status")).stdout, /not known yet.*dashd load/);

    const { stdout, stderr } = await dashd.run(
      ...["load", "--users", "20", "--seconds", "25", "--think", "0.5", "--json"],
    );
    const { summary, verdict } = JSON.parse(stdout);
    assert.equal(verdict.kept, true, stderr);
    assert.match(stderr, /The instance keeps this/);
    const found = await until("an estimate with the load", async () => {
      const capacity = await capacityOf(dashd);
      return capacity?.estimate?.usersFrom === "load" ? capacity : null;
    });
    const { estimate } = found;
    assert.ok(estimate !== null);
    const isNear = (value: number, truth: number, what: string): void =>
      assert.ok(value > truth * 0.75 && value < truth * 1.5, `${what}: ${value}, in truth ${truth}`);
    isNear(estimate.cpuMsPerRequest, cpuMs, "CPU of a request");
    isNear(estimate.requestsPerUserSec, summary.requestsPerSec / 20, "requests of a user");
    const budget = estimate.cores * 0.7;
    const cores = Math.min(Math.max(budget - estimate.othersCores, budget / 2), 2 * 0.7);
    const bounds = found.stages[0]?.bounds;
    assert.ok(bounds !== null && bounds !== undefined);
    isNear(bounds.cpu ?? 0, (cores * 1_000) / cpuMs / (summary.requestsPerSec / 20), "users by CPU");
    const least = Math.min(...Object.values(bounds).map((users) => users ?? Number.POSITIVE_INFINITY));
    assert.equal(found.stages[0]?.users, Math.max(least, 20), "a load that was held counts where it is more");
    assert.equal(found.held?.users, 20);
    const said = (await dashd.run("status", "--lang", "zh")).stdout;
    assert.match(said, /已确认 20 个用户/);

    const control = createControlClient({ paths: dashd.paths });
    const { generation } = await dashd.status();
    const slow = { users: 8, kept: false, requestsPerSec: (summary.requestsPerSec * 8) / 20 };
    assert.equal(await control.held({ ...slow, generation: generation + 1 }), false, "of another generation");
    assert.equal(await control.held({ ...slow, generation }), true);
    const contradicted = await capacityOf(dashd);
    assert.equal(contradicted?.notHeld?.users, 8);
    assert.ok((contradicted?.stages[0]?.users ?? 8) < 8, "the lower figure counts");
    assert.match((await dashd.run("status")).stdout, /not kept for 8 users.*the lower figure counts/);
    assert.equal(
      await control.held({ users: 20, kept: true, requestsPerSec: summary.requestsPerSec, generation }),
      true,
    );

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
