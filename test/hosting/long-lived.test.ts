import assert from "node:assert/strict";
import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { WebSocket } from "ws";
import { fetchPid } from "../client/fetch-page.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { readyWorkers, startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { allGone } from "../support/processes.ts";
import { openRaw } from "../support/raw-http.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { command } from "../support/versioned.ts";

const timeout = 60_000;

const start = (t: TestContext, { stopTimeoutSec = 2, appArgs = [] as readonly string[] } = {}): Promise<Instance> => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"), { stopTimeoutSec });
  return startDashd(t, { dir, profiles, app: fixtureApp("long-lived.cjs"), stage: 1, appArgs });
};

const pidsOf = async (dashd: Instance): Promise<readonly number[]> =>
  readyWorkers(await dashd.status()).map(({ pid }) => pid);

const openSocket = async (t: TestContext, port: number): Promise<Talk> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  afterwards(t, () => socket.terminate());
  const closed = once(socket, "close").then(([code, reason]) => ({ code: Number(code), reason: String(reason) }));
  await once(socket, "open");
  return {
    closed,
    echo: async (text) => {
      const answered = once(socket, "message");
      socket.send(text);
      const [pid, ...rest] = String((await answered)[0]).split(" ");
      assert.equal(rest.join(" "), text);
      return Number(pid);
    },
  };
};

interface Talk {
  /** Sends it, and gives the pid of the worker that sent it back. */
  echo(text: string): Promise<number>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** A request whose body is still to come, or whose answer is read as it comes. */
const ask = (t: TestContext, port: number, path: string, options: object = {}): ClientRequest => {
  const asked = request({ host: "127.0.0.1", port, path, agent: false, ...options });
  afterwards(t, () => void asked.destroy());
  return asked;
};

const answerOf = async (asked: ClientRequest): Promise<IncomingMessage> => {
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
};

test(
  "a WebSocket goes on through a reload, is told to go at the stop time, and comes back to the new generation",
  { timeout },
  async (t) => {
    const dashd = await start(t);
    const talk = await openSocket(t, dashd.port);
    const pid = await talk.echo("before");
    const old = await pidsOf(dashd);
    const reload = command(dashd, "reload");
    await until("the new generation to serve", async () => (await dashd.status()).generation === 2);
    assert.equal(await talk.echo("meanwhile"), pid, "still where it was");
    assert.deepEqual(await talk.closed, { code: 1001, reason: "" }, "going away");
    const back = await openSocket(t, dashd.port);
    assert.ok(!old.includes(await back.echo("after")));
    await reload;
    await allGone(old, 15_000);
  },
);

test(
  "a program that says goodbye to its WebSockets on SIGTERM may do so as soon as only they are left",
  { timeout },
  async (t) => {
    const dashd = await start(t, { stopTimeoutSec: 30, appArgs: ["--says-goodbye"] });
    const talk = await openSocket(t, dashd.port);
    await talk.echo("before");
    const old = await pidsOf(dashd);
    await command(dashd, "reload");
    assert.deepEqual(await talk.closed, { code: 4000, reason: "the program said so" });
    await allGone(old, 15_000);
  },
);

test("an event stream is ended whole by a drain, and comes back to the new generation", { timeout }, async (t) => {
  const dashd = await start(t);
  const stream = await answerOf(ask(t, dashd.port, "/events").end());
  stream.setEncoding("utf8");
  let text = "";
  stream.on("data", (part: string) => (text += part));
  const ended = once(stream, "end");
  await until("some events", () => text.split("\n\n").length > 5);
  const old = await pidsOf(dashd);
  await command(dashd, "reload");
  await ended;
  assert.ok(stream.complete, "not cut");
  assert.match(text, /^(data: \d+\n\n)+$/, "no event is broken");
  const back = await answerOf(ask(t, dashd.port, "/events").end());
  const [first] = await once(back, "data");
  assert.ok(!old.includes(Number(/\d+/.exec(String(first))?.[0])));
  await allGone(old, 15_000);
});

test("a stop tells streams and WebSockets to go, within the stop time", { timeout }, async (t) => {
  const dashd = await start(t, { stopTimeoutSec: 4 });
  const talk = await openSocket(t, dashd.port);
  const stream = await answerOf(ask(t, dashd.port, "/events").end());
  stream.resume();
  const ended = once(stream, "end");
  const { code } = await dashd.stop();
  assert.equal(code, 0);
  assert.equal((await talk.closed).code, 1001);
  await ended;
  assert.ok(stream.complete);
});

test("a download and an upload in progress at a reload are finished by the old generation", { timeout }, async (t) => {
  const dashd = await start(t, { stopTimeoutSec: 20 });
  const download = await answerOf(ask(t, dashd.port, "/download").end());
  let bytes = 0;
  download.on("data", (part: Buffer) => (bytes += part.length));
  const downloaded = once(download, "end");
  const upload = ask(t, dashd.port, "/upload", { method: "POST" });
  upload.write("a".repeat(100_000));
  await until("both in progress", async () => (await dashd.status()).load.connections === 2);
  const old = await pidsOf(dashd);
  await command(dashd, "reload");
  assert.ok(!old.includes(await fetchPid(dashd.port)), "others are answered by the new");

  upload.end("b".repeat(100_000));
  const answer = await answerOf(upload);
  const [body] = await once(answer, "data");
  const { pid, bytes: received } = JSON.parse(String(body));
  assert.equal(received, 200_000);
  assert.ok(old.includes(pid));
  await downloaded;
  assert.equal(bytes, Number(download.headers["content-length"]));
  assert.ok(old.includes(Number(download.headers["x-pid"])));
  await allGone(old, 15_000);
});

test("a body that waits for its 100 Continue is asked for when the request has its slot", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const limits = { workers: 1, requestsPerWorker: 1, queue: { max: 1 }, waitTimeoutSec: 30 };
  const profiles = smallLadder(join(dir, "ladder"), limits);
  const dashd = await startDashd(t, { dir, profiles, app: fixtureApp("long-lived.cjs"), stage: 1 });
  const first = ask(t, dashd.port, "/upload", { method: "POST" });
  first.write("a");
  await until("the only slot to be taken", async () => (await dashd.status()).load.inFlight === 1);

  const waits = openRaw(dashd.port);
  t.after(() => waits.socket.destroy());
  const head = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
  waits.send(head);
  await until("it to be queued", async () => (await dashd.status()).load.queued === 1);
  assert.equal(waits.text(), "");
  const shed = openRaw(dashd.port);
  t.after(() => shed.socket.destroy());
  shed.send(head);
  assert.match(await shed.closed(), /^HTTP\/1\.1 503 /, "turned away without having been asked for its body");

  first.end("a");
  await answerOf(first);
  await waits.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  waits.send("body");
  await waits.until(/200 OK[^]*"bytes":4/);
});

test("a WebSocket handshake passes the same guard as a request", { timeout }, async (t) => {
  const dashd = await start(t);
  const handshake = (more: string): string =>
    `GET /ws HTTP/1.1\r\nHost: a\r\n${more}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  for (const [more, answer] of [
    ["", /^HTTP\/1\.1 101 /],
    ["Host: b\r\n", /^HTTP\/1\.1 400 /],
  ] as const) {
    const client = openRaw(dashd.port);
    t.after(() => client.socket.destroy());
    client.send(handshake(more));
    await client.until(answer);
  }
});
