import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { assertNoneFailed, gatherCrowd, type Crowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { writeApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { postgresMissing, startPostgres, type PostgresServer } from "../support/postgres.ts";
import { watchConnections } from "../support/postgres-connections.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";

const timeout = 180_000;

/** 4 workers with 16 connections; the server has room for 26: one generation and a half. */
const budget = 16;
const maxConnections = 30;
const room = 26;

describe("where PostgreSQL has no room for two generations", { skip: postgresMissing(), timeout }, () => {
  it("a plan says that the change rolls, and in which steps", async (t) => {
    const { dashd, dir } = await startShop(t);
    const plan = (...more: readonly string[]): ReturnType<typeof dashd.run> =>
      dashd.run("plan", "--stage", "2", "--profiles", join(dir, "ladder"), ...more);
    const { code, stdout } = await plan("--json");
    assert.equal(code, 2);
    const { surge } = JSON.parse(stdout);
    assert.deepEqual(surge, {
      mode: "rolling",
      because: ["postgres.max_connections"],
      steps: [
        { fresh: 2, old: 4 },
        { fresh: 2, old: 2 },
        { fresh: 4, old: 2 },
        { fresh: 4, old: 0 },
      ],
    });
    const rolls = /postgres\.max_connections\): it rolls, new \+ old workers: 2 \+ 4, 2 \+ 2, 4 \+ 2, 4 \+ 0/;
    assert.match((await plan()).stdout, rolls);
  });

  it("a reload rolls without a failed request, and never holds more connections than fit", async (t) => {
    const { dashd, server, crowd, write } = await startShop(t);
    const before = await pidsOf(dashd);
    const connections = watchConnections(server);
    afterwards(t, async () => void (await connections.stop()));
    write("two");
    const { code, stderr } = await dashd.run("reload", "--watch-window", "2");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /rolls in 4 steps/);
    const { highest } = await connections.stop();
    t.diagnostic(`at most ${highest} connections of ${room}`);
    assert.ok(highest > budget && highest <= room, `seen ${highest}`);
    const atMs = performance.now();
    await until("all with the new code", () => crowd.requests.filter(({ sentAtMs }) => sentAtMs > atMs).length > 100);
    const requests = await crowd.leave();
    assertNoneFailed(requests, 500);
    assert.ok(requests.filter(({ sentAtMs }) => sentAtMs > atMs).every(({ by }) => by?.version === "two"));
    const { state, workers } = await dashd.status();
    assert.equal(state, "held");
    assert.ok(workers.every(({ pid, generation }) => !before.includes(pid) && generation === 2));
  });

  it("bad code is found with its first workers, and most of the old ones were never gone", async (t) => {
    const { dashd, crowd, write } = await startShop(t);
    const before = await pidsOf(dashd);
    write("two", "if (Math.random() < 0.4) return void res.writeHead(500).end();");
    const { code, stdout, stderr } = await dashd.run("reload", "--watch-window", "20");
    assert.equal(code, 3, stderr);
    assert.match(stdout, /were errors/);
    assert.doesNotMatch(stderr, /4 workers of generation 2/);
    const atMs = performance.now();
    await until("all with the old code", () => crowd.requests.filter(({ sentAtMs }) => sentAtMs > atMs).length > 100);
    const later = (await crowd.leave()).filter(({ sentAtMs }) => sentAtMs > atMs);
    assertNoneFailed(later, 100);
    assert.ok(later.every(({ by }) => by?.version === "one"));
    assert.deepEqual(await pidsOf(dashd), before);
    assert.equal((await dashd.status()).state, "held");
  });

  it("code that turns bad when it serves alone is walked back, connections within the room all the way", async (t) => {
    const { dashd, server, crowd, write, dir } = await startShop(t);
    const connections = watchConnections(server);
    afterwards(t, async () => void (await connections.stop()));
    // The copy that a rollback finds is at another place: this one is overwritten.
    write("two", `if (existsSync(${JSON.stringify(join(dir, "turn"))})) return void res.writeHead(500).end();`);
    const reload = dashd.run("reload", "--watch-window", "8");
    await until("the new one serves alone", async () => (await dashd.status()).generation === 2);
    write("one");
    writeApp(dir, "turn", "");
    const { code, stdout, stderr } = await reload;
    assert.equal(code, 3, stderr);
    assert.match(stdout, /were errors/);
    const { highest } = await connections.stop();
    assert.ok(highest <= room, `seen ${highest}`);
    const atMs = performance.now();
    await until("all with the old code", () => crowd.requests.filter(({ sentAtMs }) => sentAtMs > atMs).length > 100);
    const requests = await crowd.leave();
    const later = requests.filter(({ sentAtMs }) => sentAtMs > atMs);
    assertNoneFailed(later, 100);
    assert.ok(later.every(({ by }) => by?.version === "one"));
    assert.equal((await dashd.status()).generation, 1);
    assert.equal((await dashd.status()).state, "held");
  });
});

interface Shop {
  readonly dashd: Instance;
  readonly server: PostgresServer;
  readonly crowd: Crowd;
  readonly dir: string;
  write(version: string, fault?: string): void;
}

/** Every page asks PostgreSQL; 40 users keep the pools full. */
const startShop = async (t: TestContext): Promise<Shop> => {
  const dir = scratchDir(t);
  const write = (version: string, fault = ""): void => void writeApp(dir, "shop.mjs", shop(version, fault));
  write("one");
  const server = await startPostgres(t, { maxConnections });
  const sizes = { workers: 4, postgres: { connections: budget, serverMax: maxConnections } };
  const dashd = await startDashd(t, {
    dir,
    app: join(dir, "shop.mjs"),
    profiles: smallLadder(join(dir, "ladder"), sizes, { workers: 4 }),
    stage: 1,
    env: { DATABASE_URL: server.url },
  });
  const crowd = gatherCrowd({ port: dashd.port, keepAlive: 40, oneShot: 0, thinkMs: 20 });
  afterwards(t, async () => void (await crowd.leave()));
  await until("users at work", () => crowd.requests.length > 200);
  return { dashd, server, crowd, dir, write };
};

const shop = (version: string, fault: string): string => `
import { existsSync } from "node:fs";
export default ({ postgres, slot }) => async (req, res) => {
  ${fault}
  await postgres.query("select pg_sleep(0.02)");
  const n = new URL(req.url, "http://shop").searchParams.get("n");
  res.setHeader("content-type", "application/json");
  res.end(JSON.stringify({ pid: process.pid, slot, version: ${JSON.stringify(version)}, n }));
};
`;
