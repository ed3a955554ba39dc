import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { type ClientConnection, connected } from "../client/connection.ts";
import { assertNoneFailed, gatherCrowd } from "../client/crowd.ts";
import { whoAnswered } from "../client/name-card.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { type Instance, readyWorkers, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { allGone, signalIfAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

const start = (t: TestContext): Promise<Instance> => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"), { workers: 3 });
  return startDashd(t, { dir, app: fixtureApp("program.cjs"), profiles, stage: 1 });
};
const connectionsOf = async (dashd: Instance): Promise<readonly number[]> =>
  readyWorkers(await dashd.status()).map(({ connections }) => connections);

test(
  "a worker that replaces a dead one gets its share of keep-alive clients, and none of their requests is lost",
  { timeout },
  async (t) => {
    const dashd = await start(t);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 24, oneShot: 0, thinkMs: 100 });
    afterwards(t, async () => void (await crowd.leave()));
    await until("everybody to be connected", async () => (await dashd.status()).load.connections === 24);
    const [victim] = readyWorkers(await dashd.status());
    assert.ok(victim !== undefined);
    signalIfAlive(victim.pid, "SIGKILL");
    await allGone([victim.pid], 10_000);
    // What was in progress there has failed by now; from here on nothing may.
    const lostUntilMs = performance.now() + 500;
    const after = await until("three workers with about eight connections each", async () => {
      const found = await connectionsOf(dashd);
      return found.length === 3 && Math.min(...found) >= 6 && Math.max(...found) <= 10 ? found : null;
    });
    await until("requests after that", () => crowd.requests.some(({ sentAtMs }) => sentAtMs > lostUntilMs + 1_000));
    const requests = await crowd.leave();
    t.diagnostic(`${after.join(", ")} connections`);
    assertNoneFailed(
      requests.filter(({ sentAtMs }) => sentAtMs > lostUntilMs),
      50,
    );
  },
);

test("a worker that keeps its loop for seconds gives its idle clients to those on time", { timeout }, async (t) => {
  const dashd = await start(t);
  const clients: ClientConnection[] = [];
  const pids: (number | undefined)[] = [];
  while (clients.length < 12) {
    const client = await connected(dashd.port);
    clients.push(client);
    pids.push(whoAnswered(await client.request("/"))?.pid);
  }
  const busy = pids[0] ?? 0;
  const theirs = clients.filter((_, index) => index > 0 && pids[index] === busy);
  assert.ok(theirs.length > 0);
  const [first] = clients;
  assert.ok(first !== undefined);
  const turn = first.request("/busy?ms=6000");
  await until("the busy worker to be left with nobody but the client it works for", async () => {
    const found = readyWorkers(await dashd.status()).find(({ pid }) => pid === busy);
    return found !== undefined && found.connections <= 1;
  });
  for (const client of theirs) {
    const outcome = await client.request("/");
    assert.ok(outcome.kind === "answer" && whoAnswered(outcome)?.pid !== busy, JSON.stringify(outcome));
  }
  assert.equal(whoAnswered(await turn)?.pid, busy);
  for (const client of clients) client.close();
});
