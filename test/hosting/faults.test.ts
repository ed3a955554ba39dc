import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createControlClient } from "../../lib/control/client.ts";
import type { Snapshot } from "../../lib/protocol/snapshot.ts";
import { connected, requestOnce } from "../client/connection.ts";
import { failedOf, gatherCrowd } from "../client/crowd.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { leaveDescriptors, leaveNoDescriptor } from "../faults/few-descriptors.ts";
import { smallDisk } from "../faults/small-disk.ts";
import { startProxy } from "../faults/tcp-proxy.ts";
import { wrongClock } from "../faults/wrong-clock.ts";
import { afterwards, type Cleanup } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { readyWorkers, startDashd, type Instance, type StartOptions } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { cpuMsOf, isAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { command, pidsOf } from "../support/versioned.ts";

const timeout = 120_000;

const start = (t: Cleanup, options: StartOptions = {}, limits: Readonly<Record<string, unknown>> = {}) => {
  const dir = options.dir ?? scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"), limits);
  return startDashd(t, { dir, profiles, app: fixtureApp("program.cjs"), stage: 1, ...options });
};

const nobodyLeft = (dashd: Instance): Promise<true> =>
  until("no connection", async () => {
    const { connections, inFlight } = (await dashd.status()).load;
    return connections === 0 && inFlight === 0;
  });

/** Over the control socket: the command would look for the home where it is not mounted. */
const reload = async (dashd: Instance): Promise<number | null> => {
  for await (const line of createControlClient({ paths: dashd.paths }).change({
    kind: "reload",
    by: "a test",
    reason: null,
  })) {
    if (line.type === "outcome") return line.exitCode;
  }
  return null;
};

test(
  "a request that trickles in is answered; one whose answer is cut off leaves nothing behind",
  { timeout },
  async (t) => {
    const dashd = await start(t);
    const proxy = await startProxy(t, dashd.port);
    proxy.trickle({ bytes: 40, everyMs: 10 });
    const slow = await requestOnce(proxy.port, "/upload", { method: "POST", body: "x".repeat(2_000) });
    assert.ok(slow.kind === "answer" && slow.status === 200, JSON.stringify(slow));
    assert.equal(JSON.parse(slow.body).bytes, 2_000);
    proxy.trickle(null);
    proxy.cut(20);
    const cut = await requestOnce(proxy.port, "/slow");
    assert.ok(cut.kind === "reset" || cut.kind === "cut", cut.kind);
    await nobodyLeft(dashd);
  },
);

test("a client whose end is never heard of is let go after the idle time", { timeout }, async (t) => {
  const dashd = await start(t, {}, { idleTimeoutSec: 2 });
  const proxy = await startProxy(t, dashd.port);
  proxy.drop("ends");
  const client = await connected(proxy.port);
  assert.equal((await client.request("/")).kind, "answer");
  client.close();
  await until("it to be counted still", async () => (await dashd.status()).load.connections === 1);
  await nobodyLeft(dashd);
});

test("a client whose answers never arrive does not take the place of others", { timeout }, async (t) => {
  const dashd = await start(t);
  const proxy = await startProxy(t, dashd.port);
  proxy.drop("answers");
  const lost = await requestOnce(proxy.port, "/slow", { timeoutMs: 500 });
  assert.equal(lost.kind, "time-out");
  assert.equal((await fetchPage(dashd.port, "/")).status, 200);
  await nobodyLeft(dashd);
});

test(
  "a full disk stops nobody: users are served, a change is refused whole, and all is well with room again",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const disk = smallDisk(join(dir, "home"), 600);
    if (disk === null) return t.skip("may not mount");
    const dashd = await start(t, { dir, ...disk.options });
    const before = await dashd.status();
    disk.fill(dashd.paths.dir);
    const crowd = gatherCrowd({
      port: dashd.port,
      keepAlive: 5,
      oneShot: 0,
      thinkMs: 20,
      path: () => `/say?out=${"o".repeat(500)}&err=e`,
    });
    afterwards(t, async () => void (await crowd.leave()));
    await moreRequests(crowd, 100);
    assert.notEqual(await reload(dashd), 0, "the journal takes no entry, so nothing is changed");
    const full = await dashd.status();
    assert.deepEqual([full.revision, full.generation], [before.revision, before.generation], "nothing has changed");
    await moreRequests(crowd, 50);

    disk.free(dashd.paths.dir);
    assert.equal(await reload(dashd), 0);
    assert.equal((await dashd.status()).revision, before.revision + 1);
    assert.deepEqual(failedOf(await crowd.leave()), []);
    const lines = readFileSync(dashd.paths.journal, "utf8").trim().split("\n");
    for (const line of lines) JSON.parse(line);
    const log = join(dashd.paths.dir, "logs", "dashd.log");
    await until("the log to be written again", () => existsSync(log) && statSync(log).size > 0);
  },
);

test(
  "without descriptors nobody spins, no process can be made, and all is well once there are some again",
  { timeout },
  async (t) => {
    // A client that is held costs the master a descriptor; one that is served does not.
    const dashd = await start(t, {}, { connections: 10, backlog: 100, waitTimeoutSec: 30 });
    const [victim = 0] = await pidsOf(dashd);
    leaveDescriptors(dashd.pid, 20);
    const clients = await Promise.all(Array.from({ length: 70 }, () => connected(dashd.port)));
    afterwards(t, () => clients.forEach((client) => client.close()));
    // Whom the kernel accepts beyond that is closed without a byte, and nobody tells the master (TRAPS 28).
    await until("someone to be closed", () => clients.some((client) => !client.usable()), { deadlineMs: 10_000 });
    const beforeMs = cpuMsOf(dashd.pid) ?? 0;
    await pause(2_000);
    const usedMs = (cpuMsOf(dashd.pid) ?? 0) - beforeMs;
    t.diagnostic(`the master used ${usedMs} ms of CPU in 2 s`);
    assert.ok(usedMs < 500, `spins: ${usedMs} ms`);
    // What it leaves, and those who get its clients' places, is less than its successor takes.
    leaveDescriptors(dashd.pid, -10);
    process.kill(victim, "SIGKILL");
    await until("the log to say that its successor cannot be made", () =>
      dashd.stderr().includes("no process could be made for it: too many files are open"),
    );
    for (const client of clients) client.close();
    leaveDescriptors(dashd.pid, 100);
    await until("a page", async () => (await fetchPage(dashd.port, "/")).status === 200);
    await until("the stage to hold", async () => (await dashd.status()).state === "held");
  },
);

test(
  "with no descriptor left in the master and in its workers, who is connected is served and told what is known",
  { timeout },
  async (t) => {
    const dashd = await start(t);
    const authorization = `Bearer ${readFileSync(join(dashd.home, "token-read"), "utf8").trim()}`;
    const [user, panel] = [await connected(dashd.port), await connected(dashd.adminPort)];
    afterwards(t, () => [user, panel].forEach((connection) => connection.close()));
    const page = (path: string) => user.request(path);
    const status = async (): Promise<Snapshot> => {
      const answer = await panel.request("/v1/status", {
        headers: { host: `127.0.0.1:${dashd.adminPort}`, authorization },
      });
      assert.ok(answer.kind === "answer" && answer.status === 200, JSON.stringify(answer));
      return JSON.parse(answer.body) as Snapshot;
    };
    await page("/");
    const before = await status();
    assert.ok(before.master.rssBytes !== null);
    const processes = [dashd.pid, ...before.workers.flatMap(({ pid }) => pid ?? [])];
    for (const pid of processes) leaveNoDescriptor(pid);
    // A worker reads its memory in each beat while a request is in flight.
    const slow = await page("/slow?ms=2500");
    assert.ok(slow.kind === "answer" && slow.status === 200, JSON.stringify(slow));
    const short = await status();
    assert.equal(short.master.rssBytes, null, "to read it takes a descriptor");
    assert.deepEqual([short.state, short.drift], ["held", []]);
    assert.deepEqual(
      short.workers.map(({ pid, changedCode }) => [pid, changedCode]),
      before.workers.map(({ pid }) => [pid, false]),
    );
    for (const pid of processes) leaveDescriptors(pid, 100);
    assert.ok((await status()).master.rssBytes !== null);
    assert.equal((await fetchPage(dashd.port, "/")).status, 200);
  },
);

test(
  "who comes to a worker without a descriptor is served by another, in a change too, and status names the slot",
  { timeout },
  async (t) => {
    const dashd = await start(t);
    const [worker] = readyWorkers(await dashd.status());
    assert.ok(worker !== undefined);
    const { pid, slot } = worker;
    leaveNoDescriptor(pid);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 4, oneShot: 4, thinkMs: 10 });
    afterwards(t, async () => void (await crowd.leave()));
    const { warnings } = await until("the warning", async () => {
      const snapshot = await dashd.status();
      return snapshot.warnings.length > 0 ? snapshot : null;
    });
    assert.deepEqual(
      warnings.map(({ code, facts }) => [code, facts]),
      [["warning.takes-no-connection", { slots: [String(slot)] }]],
    );
    await moreRequests(crowd, 200);
    assert.equal(await reload(dashd), 0);
    await until("it to be gone", () => !isAlive(pid));
    assert.deepEqual(
      (await dashd.status()).workers.map(({ restarts }) => restarts),
      [0, 0],
    );
    assert.deepEqual(failedOf(await crowd.leave()), []);
    assert.equal(dashd.stderr().match(/took no connection: too many files are open/g)?.length, 1);
    assert.ok(!/exception|ended with/.test(dashd.stderr()), "it ended as others do");
  },
);

test(
  "a wall clock that jumps by an hour either way kills nobody, times nobody out, shows no negative figure",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const clock = wrongClock(dir);
    const dashd = await start(t, { dir, env: clock.env });
    const pids = await pidsOf(dashd);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 5, oneShot: 2, thinkMs: 20 });
    afterwards(t, async () => void (await crowd.leave()));
    for (const offsetSec of [3_600, -3_600, 0]) {
      clock.set(offsetSec);
      const at = await dashd.status();
      await moreRequests(crowd, 150);
      await until("beats since", async () => (await dashd.status()).load.served > at.load.served + 50);
      const snapshot = await dashd.status();
      assert.equal(snapshot.state, "held");
      for (const [, figure] of JSON.stringify(snapshot).matchAll(/":(-\d[\d.]*)/g)) assert.fail(`a negative ${figure}`);
      assert.deepEqual([snapshot.load.timedOut, snapshot.load.refused, snapshot.load.shed], [0, 0, 0]);
    }
    assert.deepEqual(await pidsOf(dashd), pids);
    clock.set(3_600);
    await command(dashd, "reload");
    const { since } = await dashd.status();
    assert.ok(Date.parse(since) > Date.now() + 3_000_000, `the clock was wrong indeed: ${since}`);
    assert.deepEqual(failedOf(await crowd.leave()), []);
  },
);
