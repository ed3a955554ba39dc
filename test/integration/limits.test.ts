import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { connected, requestOnce, type ClientConnection } from "../client/connection.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { openRaw } from "../support/raw-http.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

/** One worker of two request slots, unless said otherwise. */
const start = (t: TestContext, limits: Readonly<Record<string, unknown>>): Promise<Instance> => {
  const dir = scratchDir(t);
  const profiles = writeLadder(join(dir, "ladder"), { 1: { workers: 1, requestsPerWorker: 2, ...limits } });
  return startDashd(t, { dir, profiles, app: fixtureApp("exports-app.mjs"), stage: 1 });
};

test(
  "of six clients at a limit of four, four are open and two held; a freed place is used in order of arrival",
  { timeout },
  async (t) => {
    const dashd = await start(t, { connections: 4, requestsPerWorker: 8, waitTimeoutSec: 30 });
    const clients: ClientConnection[] = [];
    const answered: number[] = [];
    for (let n = 0; n < 6; n++) {
      const client = await connected(dashd.port);
      clients.push(client);
      if (n >= 4) void client.request(`/?n=${n}`).then(() => answered.push(n));
      await until(`client ${n}`, async () => {
        const { connections, held } = (await dashd.status()).load;
        return connections + held === n + 1;
      });
    }
    const { load } = await dashd.status();
    assert.deepEqual([load.connections, load.held, load.refused], [4, 2, 0]);
    assert.deepEqual(answered, []);
    clients[1]?.close();
    // The first one's answer asks to close while the second is held, so its place may serve that one too.
    await until("the first held client's answer", () => answered.length >= 1);
    assert.equal(answered[0], 4);
    clients[2]?.close();
    await until("the second held client's answer", () => answered.length === 2);
    assert.deepEqual(answered, [4, 5]);
    for (const client of clients) client.close();
    await until("every counter to be back at nought", async () => {
      const now = (await dashd.status()).load;
      return now.connections === 0 && now.held === 0;
    });
  },
);

test("while clients are held, answers ask to close, so that keep-alive users make room", { timeout }, async (t) => {
  const dashd = await start(t, { connections: 2, requestsPerWorker: 8, waitTimeoutSec: 30 });
  const [first, second] = [await connected(dashd.port), await connected(dashd.port)];
  const before = await first.request("/");
  assert.ok(before.kind === "answer" && before.headers.get("connection") !== "close");
  const held = requestOnce(dashd.port, "/");
  await until("one held", async () => (await dashd.status()).load.held === 1);
  const closing = await until("an answer that asks to close", async () => {
    const outcome = first.usable() ? await first.request("/") : null;
    return outcome?.kind === "answer" && outcome.headers.get("connection") === "close" ? outcome : null;
  });
  assert.equal(closing.status, 200);
  assert.equal((await held).kind, "answer");
  second.close();
});

test("while clients are held, a connection idle for five seconds is closed to make room", { timeout }, async (t) => {
  const dashd = await start(t, { connections: 2, requestsPerWorker: 8, waitTimeoutSec: 30 });
  const idle = await connected(dashd.port);
  await idle.request("/");
  const busy = await connected(dashd.port);
  await busy.request("/");
  const held = await requestOnce(dashd.port, "/", { timeoutMs: 20_000 });
  assert.ok(held.kind === "answer" && held.status === 200, JSON.stringify(held));
  busy.close();
  idle.close();
});

for (const [accept, type] of [
  ["application/json", /json/],
  ["text/html", /html/],
] as const) {
  test(
    `past the backlog a client is told 503 with Retry-After, as ${accept} where it asks for that`,
    { timeout },
    async (t) => {
      const dashd = await start(t, { connections: 1, backlog: 1, waitTimeoutSec: 30 });
      const open = await connected(dashd.port);
      const held = await connected(dashd.port);
      await until("one open, one held", async () => {
        const { load } = await dashd.status();
        return load.connections === 1 && load.held === 1;
      });
      const refused = await fetchPage(dashd.port, "/", { headers: { accept } });
      assert.equal(refused.status, 503);
      assert.match(refused.headers.get("retry-after") ?? "", /^\d+$/);
      assert.equal(refused.headers.get("connection"), "close");
      assert.match(refused.headers.get("content-type") ?? "", type);
      await until("the refusal to be counted", async () => (await dashd.status()).load.refused === 1);
      open.close();
      held.close();
    },
  );
}

test("a client held longer than the wait budget is told 503, and not before", { timeout }, async (t) => {
  const dashd = await start(t, { connections: 1, waitTimeoutSec: 2 });
  const open = await connected(dashd.port);
  await until("one open", async () => (await dashd.status()).load.connections === 1);
  const refused = await fetchPage(dashd.port, "/");
  assert.equal(refused.status, 503);
  assert.ok(refused.endedAtMs - refused.sentAtMs >= 1_900, `after ${refused.endedAtMs - refused.sentAtMs} ms`);
  open.close();
});

test(
  "beyond the slots requests queue, beyond the queue they get 503 at once, and past the wait budget too",
  { timeout },
  async (t) => {
    const dashd = await start(t, { connections: 50, queue: { max: 3 }, waitTimeoutSec: 3 });
    const release = join(dashd.dir, "release");
    const ask = () => requestOnce(dashd.port, `/hold?until=${release}`);
    const running = [ask(), ask()];
    await until("both slots", async () => (await dashd.status()).load.inFlight === 2);
    const queued = [ask(), ask(), ask()];
    await until("a full queue", async () => (await dashd.status()).load.queued === 3);

    const beyond = await ask();
    assert.ok(beyond.kind === "answer" && beyond.status === 503, JSON.stringify(beyond));
    assert.match(beyond.headers.get("retry-after") ?? "", /^\d+$/);
    for (const outcome of await Promise.all(queued)) {
      assert.ok(outcome.kind === "answer" && outcome.status === 503, JSON.stringify(outcome));
      assert.ok(outcome.endedAtMs - outcome.sentAtMs >= 2_800, "not before the budget is used");
    }
    writeFileSync(release, "");
    for (const outcome of await Promise.all(running)) assert.ok(outcome.kind === "answer" && outcome.status === 200);
  },
);

test("pipelined requests on one connection take one slot, one after another", { timeout }, async (t) => {
  const dashd = await start(t, { connections: 50, queue: { max: 3 }, waitTimeoutSec: 20 });
  const release = join(dashd.dir, "release");
  const client = openRaw(dashd.port);
  afterwards(t, () => void client.socket.destroy());
  client.send(`GET /hold?until=${release} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(5));
  await until("one in its slot", async () => (await dashd.status()).load.inFlight === 1);
  assert.equal((await fetchPage(dashd.port, "/")).status, 200, "the other slot is for others");
  const { load } = await dashd.status();
  assert.deepEqual([load.inFlight, load.queued], [1, 0]);
  writeFileSync(release, "");
  await until("five answers", () => client.text().split("HTTP/1.1 200").length === 6);
});

test("a client that leaves with pipelined requests in progress leaves no slot behind", { timeout }, async (t) => {
  const dashd = await start(t, { connections: 50, queue: { max: 3 }, waitTimeoutSec: 20 });
  const client = openRaw(dashd.port);
  client.send(`GET /hold?until=/nowhere HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(5));
  await until("one in its slot", async () => (await dashd.status()).load.inFlight === 1);
  client.socket.destroy();
  await until("free slots", async () => (await dashd.status()).load.inFlight === 0);
  assert.equal((await fetchPage(dashd.port, "/")).status, 200);
});

test("a request in progress longer than its time-out gets 503, and its slot is free again", { timeout }, async (t) => {
  const dashd = await start(t, { requestTimeoutSec: 1 });
  const slow = await fetchPage(dashd.port, "/slow?ms=60000");
  assert.equal(slow.status, 503);
  assert.ok(slow.endedAtMs - slow.sentAtMs >= 900);
  await until("a free slot", async () => (await dashd.status()).load.inFlight === 0);
  assert.equal((await fetchPage(dashd.port, "/")).status, 200);
  await until("the time-out to be counted", async () => (await dashd.status()).load.timedOut === 1);
});

test(
  "an idle connection is closed after its time-out, one with a request in progress is not",
  { timeout },
  async (t) => {
    const dashd = await start(t, { idleTimeoutSec: 2 });
    const idle = await connected(dashd.port);
    await idle.request("/");
    const busy = await connected(dashd.port);
    const slow = busy.request("/slow?ms=5000");
    await until("the idle connection to be closed", () => !idle.usable(), { deadlineMs: 15_000 });
    const outcome = await slow;
    assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
    busy.close();
  },
);

test(
  "probes answer on the service, and forwarded headers of a client that is not trusted are removed",
  { timeout },
  async (t) => {
    const dashd = await start(t, {});
    assert.equal((await fetchPage(dashd.port, "/healthz")).status, 200);
    assert.equal((await fetchPage(dashd.port, "/readyz")).status, 200);
    const page = await fetchPage(dashd.port, "/headers", { headers: { "x-forwarded-for": "6.6.6.6", "x-mine": "1" } });
    const { headers } = JSON.parse(page.body);
    assert.equal(headers["x-mine"], "1");
    assert.equal(headers["x-forwarded-for"], undefined);
  },
);

for (const [what, bytes] of [
  ["two Host headers", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
  ["no Host header", "GET / HTTP/1.1\r\n\r\n"],
  [
    "both Content-Length and chunks",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
] as const) {
  test(`a request with ${what} gets 400 and never reaches the app`, { timeout }, async (t) => {
    const dashd = await start(t, {});
    const client = await connected(dashd.port);
    const outcome = await client.send(bytes);
    assert.ok(outcome.kind === "answer" && outcome.status === 400, JSON.stringify(outcome));
    client.close();
  });
}
