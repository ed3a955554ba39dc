import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { AssignmentChange, MiniMaster, MiniWorker } from "../../support/mini-master.ts";
import { createMiniMaster, fixture } from "../../support/mini-master.ts";
import type { RawClient } from "../../support/raw-http.ts";
import { openRaw } from "../../support/raw-http.ts";

/** Nothing here takes seconds; a loaded machine may. */
const limit = { timeout: 60_000 };

describe("the order in front of the app", () => {
  const masters: MiniMaster[] = [];
  const clients: RawClient[] = [];
  after(async () => {
    for (const { socket } of clients) socket.destroy();
    await Promise.all(masters.map((one) => one.close()));
  });

  const start = async (change: AssignmentChange = {}): Promise<{ master: MiniMaster; worker: MiniWorker }> => {
    const master = await createMiniMaster({ app: fixture("behaviours.cjs") });
    masters.push(master);
    return { master, worker: await master.ready(change) };
  };
  const client = ({ port }: MiniMaster): RawClient => {
    const opened = openRaw(port);
    clients.push(opened);
    return opened;
  };
  const total = (worker: MiniWorker, name: "shed" | "timedOut" | "refused" | "errors" | "answers"): number =>
    worker.messages.reduce((sum, one) => sum + (one.type === "beat" ? one.beat[name] : 0), 0);
  const counted = async (worker: MiniWorker, name: Parameters<typeof total>[1], count: number): Promise<void> => {
    await worker.until("beat", () => total(worker, name) >= count);
    assert.equal(total(worker, name), count, name);
  };

  it("answers 400 to what no app should see", limit, async () => {
    const { master } = await start();
    for (const [what, request] of [
      ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"],
      ["no Host in 1.1", "GET / HTTP/1.1\r\n\r\n"],
      ["an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"],
      ["an odd Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"],
      ["a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
      ["HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"],
      ["HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"],
      ["an unknown coding", "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: foo\r\n\r\n"],
      ["a foreign target", "GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n"],
      ["a target with another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"],
      ["a bare word", "GET word HTTP/1.1\r\nHost: a\r\n\r\n"],
    ] as const) {
      const raw = client(master);
      raw.send(request);
      assert.match(await raw.closed(), /^HTTP\/1\.1 400 /, what);
    }
  });

  it("lets through what is merely unusual", limit, async () => {
    const { master } = await start();
    for (const request of [
      "GET / HTTP/1.0\r\n\r\n",
      "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1]:8050\r\nConnection: close\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: my_host.example:80\r\nConnection: close\r\n\r\n",
    ]) {
      const raw = client(master);
      raw.send(request);
      assert.match(await raw.closed(), /^HTTP\/1\.1 200 /, request);
    }
  });

  it("removes forwarding headers unless the peer is a trusted proxy", limit, async () => {
    const headers = {
      "x-forwarded-for": "6.6.6.6",
      "X-Forwarded-Proto": "https",
      forwarded: "for=6.6.6.6",
      "x-free": "1",
    };
    for (const [trustProxy, kept] of [
      [[], false],
      [["10.0.0.0/8"], false],
      [["127.0.0.0/8"], true],
      [["loopback"], true],
    ] as const) {
      const { master } = await start({ trustProxy });
      const shown = JSON.parse(await (await fetch(`${master.url}/headers`, { headers })).text());
      assert.equal(/forwarded/i.test(JSON.stringify(shown)), kept, trustProxy.join());
      assert.equal(shown.headers["x-free"], "1");
    }
  });

  it("answers the probes itself, and not ready while draining", limit, async () => {
    const { master, worker } = await start();
    assert.equal((await fetch(`${master.url}/healthz?x=1`)).status, 200);
    assert.equal((await fetch(`${master.url}/readyz`)).status, 200);
    const raw = client(master);
    raw.get("/wait");
    await worker.until("beat", ({ beat }) => beat.inFlight === 1);
    const probe = client(master);
    probe.get("/readyz");
    await probe.until(/200 OK[^]*ready/);
    worker.drain("stop");
    // The word to drain travels beside the requests: the first may still be answered "ready".
    for (let status = "200"; status === "200";) {
      probe.get("/readyz");
      const [answer, found = ""] = await probe.until(/HTTP\/1\.1 (\d+)[^]*?\r\n0\r\n\r\n/);
      status = found;
      if (status !== "200") assert.match(answer, /^HTTP\/1\.1 503 [^]*connection: close[^]*draining/i);
    }
  });

  it("runs no more than its slots, queues no more than its queue, and answers the others 503", limit, async () => {
    const { master, worker } = await start({ limits: { requestsPerWorker: 2, queueMax: 1 } });
    const running = [client(master), client(master)];
    for (const one of running) one.get("/wait");
    await worker.until("beat", ({ beat }) => beat.inFlight === 2);
    const queued = client(master);
    queued.get("/");
    await worker.until("beat", ({ beat }) => beat.queued === 1);
    const shed = client(master);
    shed.get("/", "Accept: application/json\r\n");
    const answer = await shed.closed();
    assert.match(answer, /^HTTP\/1\.1 503 [^]*retry-after: \d[^]*connection: close/i);
    assert.match(answer, /\{"error":\{"status":503,"code":"busy"\}\}\n$/);
    const browser = client(master);
    browser.get("/", "Accept: text/html,*/*\r\n");
    assert.match(await browser.closed(), /text\/html[^]*<h1>503<\/h1>/i);
    assert.ok(queued.text() === "" && queued.isOpen());
    running[0]?.socket.destroy();
    await queued.until(/200 OK[^]*ok$/);
    await counted(worker, "shed", 2);
  });

  it("gives a posting client its 503 before it closes", limit, async () => {
    const { master, worker } = await start({ limits: { requestsPerWorker: 1, queueMax: 0 } });
    const running = client(master);
    running.get("/wait");
    await worker.until("beat", ({ beat }) => beat.inFlight === 1);
    const response = await fetch(`${master.url}/body`, { method: "POST", body: "x".repeat(3_000_000) });
    assert.equal(response.status, 503);
  });

  it("lets a request wait no longer than its budget, and forgets one whose client left", limit, async () => {
    const { master, worker } = await start({ limits: { requestsPerWorker: 1, waitTimeoutMs: 1500 } });
    const running = client(master);
    running.get("/wait");
    await worker.until("beat", ({ beat }) => beat.inFlight === 1);
    const leaves = client(master);
    leaves.get("/");
    const waits = client(master);
    waits.get("/");
    await worker.until("beat", ({ beat }) => beat.queued === 2);
    leaves.socket.destroy();
    assert.match(await waits.closed(), /^HTTP\/1\.1 503 /);
    await counted(worker, "shed", 1);
  });

  it("refuses requests beyond the instance's connections", limit, async () => {
    const { master, worker } = await start({ limits: { connections: 2 } });
    const first = [client(master), client(master)];
    for (const one of first) {
      one.get("/");
      await one.until(/200 OK/);
    }
    const third = client(master);
    third.get("/");
    assert.match(await third.closed(), /^HTTP\/1\.1 503 [^]*too-many-connections/);
    await counted(worker, "refused", 1);
  });

  it("answers 503 when time is up, fires the signal, and what the app writes later is harmless", limit, async () => {
    const { master, worker } = await start({ limits: { requestTimeoutMs: 400 } });
    const raw = client(master);
    raw.get("/wait");
    assert.match(await raw.closed(), /^HTTP\/1\.1 503 [^]*timed-out/);
    assert.equal(await (await fetch(`${master.url}/release`)).text(), "1");
    const events = await (await fetch(`${master.url}/events`)).json();
    assert.deepEqual(events, ["abort timed-out true", "late end called back"]);
    await counted(worker, "timedOut", 1);
    assert.equal(total(worker, "errors"), 1);
  });

  it("cuts an answer that has begun and is not done in time", limit, async () => {
    const { master } = await start({ limits: { requestTimeoutMs: 400 } });
    const raw = client(master);
    raw.get("/begun");
    const text = await raw.closed();
    assert.match(text, /200 OK[^]*begun/);
    assert.doesNotMatch(text, /\r\n0\r\n/, "not passed off as complete");
  });

  it("fires the signal when the client goes away", limit, async () => {
    const { master, worker } = await start();
    const raw = client(master);
    raw.get("/wait");
    await worker.until("beat", ({ beat }) => beat.inFlight === 1);
    raw.socket.destroy();
    await worker.until("closed");
    const events = await (await fetch(`${master.url}/events`)).json();
    assert.deepEqual(events, ["abort client-gone true"]);
  });

  it("lets event streams, large answers and upgrades go on without a slot or a time-out", limit, async () => {
    const { master, worker } = await start({ limits: { requestsPerWorker: 1, queueMax: 5, requestTimeoutMs: 1000 } });
    const streams: RawClient[] = [];
    for (const [path, shows] of [
      ["/sse", /data: 1/],
      ["/sse-set", /data: 1/],
      ["/large", /aaaa/],
    ] as const) {
      const raw = client(master);
      raw.get(path);
      await raw.until(shows);
      streams.push(raw);
    }
    const upgraded = client(master);
    upgraded.get("/", "Connection: Upgrade\r\nUpgrade: echo\r\n");
    await upgraded.until(/101 Switching[^]*\r\n\r\n/);
    streams.push(upgraded);
    const timed = client(master);
    timed.get("/wait");
    assert.match(await timed.closed(), /^HTTP\/1\.1 503 /, "the time-out is in force");
    assert.ok(streams.every((one) => one.isOpen()));
    upgraded.send("ping");
    await upgraded.until(/ping/);
    await worker.until("beat", ({ beat }) => beat.connections === 4 && beat.inFlight === 0);
  });

  it("keeps the stage's time-outs when the program sets its own, and says so", limit, async () => {
    const { worker } = await start();
    const { effective } = await worker.until("ready");
    assert.equal(effective.idleTimeoutMs, 120_000);
    const { warning } = await worker.until("warning");
    assert.deepEqual(warning, { code: "W_LIMIT_NOT_TAKEN", detail: "server.keepAliveTimeout = 1" });
  });

  it("runs one at a time of the requests that are pipelined on one connection", limit, async () => {
    const { master, worker } = await start({ limits: { requestsPerWorker: 3, queueMax: 100 } });
    const raw = client(master);
    raw.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20));
    const { beat } = await worker.until("beat", (one) => one.beat.inFlight > 0);
    assert.deepEqual([beat.inFlight, beat.queued, beat.connections], [1, 0, 1]);
  });

  it("answers thousands of pipelined requests in order, though it stops reading meanwhile", limit, async () => {
    const { master } = await start();
    const raw = client(master);
    raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3_000));
    raw.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const answers = (await raw.closed()).split("HTTP/1.1 200").slice(1);
    assert.equal(answers.length, 3_001);
    assert.deepEqual(
      answers.filter((answer) => /^connection: close/im.test(answer)),
      answers.slice(-1),
    );
  });

  it("leaves an uncaught exception to Node: the process ends with 1 and says why", limit, async () => {
    const { master, worker } = await start();
    client(master).get("/crash");
    assert.deepEqual(await worker.exit, { code: 1, signal: null });
    assert.match(worker.output, /crash on purpose/);
  });
});
