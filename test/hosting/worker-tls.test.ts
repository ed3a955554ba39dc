import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ClientHttp2Session } from "node:http2";
import { connect as connectNet, type Socket } from "node:net";
import { after, describe, it } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import type { TlsFiles } from "../../lib/protocol/worker-messages.ts";
import { openSession, requestOn } from "../client/http2-user.ts";
import type { ClientConnection } from "../client/connection.ts";
import { connected, requestOnce } from "../client/connection.ts";
import type { Outcome } from "../client/outcome.ts";
import type { AssignmentChange, MiniMaster, MiniWorker } from "../support/mini-master.ts";
import { createMiniMaster, fixture } from "../support/mini-master.ts";
import { within } from "../support/until.ts";

/** Nothing here takes seconds; a loaded machine may. */
const limit = { timeout: 60_000 };

const pem = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url)), "utf8");
const one: TlsFiles = { cert: pem("one.crt"), key: pem("one.key") };
const two: TlsFiles = { cert: pem("two.crt"), key: pem("two.key") };
const ticketKeys = Buffer.alloc(48, "shared").toString("base64");
const withFiles = { tls: { ticketKeys, files: two } };

describe("a worker that speaks TLS", () => {
  const masters: MiniMaster[] = [];
  const open: (Socket | ClientHttp2Session | ClientConnection)[] = [];
  after(async () => {
    for (const each of open) if ("destroy" in each) each.destroy();
    for (const each of open) if ("usable" in each) each.close();
    await Promise.all(masters.map((each) => each.close()));
  });

  const start = async (
    kind: string,
    change: AssignmentChange = {},
    more: readonly string[] = [],
  ): Promise<{ master: MiniMaster; worker: MiniWorker }> => {
    const master = await createMiniMaster({ app: fixture("tls.cjs"), args: [kind, ...more] });
    masters.push(master);
    return { master, worker: await master.ready(change) };
  };
  const session = ({ port }: MiniMaster, secure: boolean): ClientHttp2Session => {
    const opened = openSession(port, secure);
    open.push(opened);
    return opened;
  };
  const kept = async ({ port }: MiniMaster): Promise<ClientConnection> => {
    const opened = await connected(port, { secure: true });
    open.push(opened);
    return opened;
  };
  const handshake = (port: number, resumed?: Buffer): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket = connect({
        port,
        host: "127.0.0.1",
        servername: "localhost",
        rejectUnauthorized: false,
        ...(resumed === undefined ? {} : { session: resumed }),
      });
      open.push(socket);
      socket.once("secureConnect", () => resolve(socket)).once("error", reject);
    });
  const certificateAt = async (port: number): Promise<string> => {
    const socket = await handshake(port);
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  };
  const told = (outcome: Outcome): { pid: number; version: string; secure: boolean } => {
    assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
    return JSON.parse(outcome.body);
  };
  const status = (outcome: Outcome): number | string => (outcome.kind === "answer" ? outcome.status : outcome.kind);
  const total = (worker: MiniWorker, name: "shed" | "timedOut" | "errors" | "answers"): number =>
    worker.messages.reduce((sum, each) => sum + (each.type === "beat" ? each.beat[name] : 0), 0);

  it("hosts the https server of a program, and the one it exports", limit, async () => {
    for (const more of [[], ["exported"]]) {
      const { master, worker } = await start("https", {}, more);
      assert.equal((await worker.until("ready")).secure, true);
      const answer = told(await requestOnce(master.port, "/", { secure: true }));
      assert.deepEqual(answer, { pid: worker.pid, version: "1.1", secure: true });
      assert.equal(status(await requestOnce(master.port, "/healthz", { secure: true })), 200);
      assert.equal(await certificateAt(master.port), "one.test", "its own certificate");
    }
  });

  it("hosts an http2 server for clients of HTTP/2 and of HTTP/1.1 alike", limit, async () => {
    const { master, worker } = await start("http2");
    assert.equal((await worker.until("ready")).secure, true);
    const http2 = session(master, true);
    assert.deepEqual(told(await requestOn(http2, "/")), { pid: worker.pid, version: "2.0", secure: true });
    assert.deepEqual(told(await requestOnce(master.port, "/", { secure: true })).version, "1.1");
    assert.equal(status(await requestOn(http2, "/readyz")), 200);
    assert.equal(status(await requestOn(http2, "/body", { body: "x".repeat(300_000) })), 200);
  });

  for (const kind of ["h2c", "streams"]) {
    it(`hosts HTTP/2 without TLS, and with the operator's files over TLS: ${kind}`, limit, async () => {
      const plain = await start(kind);
      assert.equal((await plain.worker.until("ready")).secure, false);
      assert.equal(told(await requestOn(session(plain.master, false), "/")).version, "2.0");
      const { master } = await start(kind, withFiles);
      assert.equal(told(await requestOn(session(master, true), "/")).version, "2.0");
      assert.equal(status(await requestOn(session(master, true), "/healthz")), 200);
    });
  }

  it("serves any other app over TLS with the operator's files, which win over its own", limit, async () => {
    const { master, worker } = await start("http", withFiles);
    assert.equal((await worker.until("ready")).secure, true);
    assert.deepEqual(told(await requestOnce(master.port, "/", { secure: true })), {
      pid: worker.pid,
      version: "1.1",
      secure: true,
    });
    assert.equal(await certificateAt(master.port), "two.test");
    for (const kind of ["https", "http2"]) {
      const own = await start(kind, withFiles);
      const { warning } = await own.worker.until("warning");
      assert.deepEqual(warning, { code: "W_TLS_FILES_WIN", detail: kind });
      assert.equal(await certificateAt(own.master.port), "two.test");
    }
  });

  it("shows renewed files to new handshakes, and an open connection goes on", limit, async () => {
    for (const kind of ["http", "https"]) {
      const { master, worker } = await start(kind, withFiles);
      const keeps = await kept(master);
      told(await keeps.request("/"));
      worker.send({ type: "tls", files: one });
      while ((await certificateAt(master.port)) !== "one.test");
      told(await keeps.request("/"));
      assert.ok(keeps.usable(), kind);
    }
  });

  it("resumes a session that another worker began", limit, async () => {
    for (const [kind, tls] of [
      ["http", { ticketKeys, files: two }],
      ["https", { ticketKeys, files: null }],
      ["http2", { ticketKeys, files: null }],
    ] as const) {
      const first = await start(kind, { tls });
      const begun = await handshake(first.master.port);
      const ticket = new Promise<Buffer>((resolve) => begun.once("session", resolve));
      if (kind !== "http2") begun.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const other = await start(kind, { tls });
      assert.ok((await handshake(other.master.port, await ticket)).isSessionReused(), kind);
      const stranger = await start(kind, { tls: { ...tls, ticketKeys: Buffer.alloc(48, "x").toString("base64") } });
      assert.ok(!(await handshake(stranger.master.port, await ticket)).isSessionReused(), `${kind}, other keys`);
    }
  });

  it("closes a client that never says hello, and one that stops in the middle of it", limit, async () => {
    for (const [kind, change] of [
      ["https", {}],
      ["http", withFiles],
    ] as const) {
      const { master } = await start(kind, { ...change, limits: { requestTimeoutMs: 1000 } });
      for (const bytes of ["", "\x16\x03\x01\x02\x00"]) {
        const silent = connectNet(master.port, "127.0.0.1").on("error", () => undefined);
        open.push(silent);
        silent.write(bytes, "latin1");
        silent.resume();
        await within("the silent client to be closed", 20_000, new Promise((resolve) => silent.once("close", resolve)));
      }
    }
  });

  it("notices at once a client that hangs up in the middle of its hello", limit, async () => {
    for (const [kind, change] of [
      ["https", {}],
      ["http2", {}],
      ["http", withFiles],
      ["h2c", withFiles],
    ] as const) {
      const { master, worker } = await start(kind, change);
      const leaves = connectNet(master.port, "127.0.0.1");
      open.push(leaves);
      leaves.end("\x16\x03\x01\x02\x00", "latin1");
      const { id } = await worker.until("accepted");
      await worker.until("closed", ({ ids }) => ids.includes(id));
    }
  });

  it("answers a client that speaks no TLS nothing, and goes on", limit, async () => {
    const { master } = await start("http", withFiles);
    assert.notEqual((await requestOnce(master.port, "/")).kind, "answer");
    assert.equal(status(await requestOnce(master.port, "/", { secure: true })), 200);
  });

  it("closes what is idle for the idle time: TLS with a word of goodbye, and HTTP/2", limit, async () => {
    const { master } = await start("http2", { limits: { idleTimeoutMs: 1500 } });
    const keeps = await handshake(master.port);
    keeps.resume();
    const ended = new Promise((resolve) => keeps.once("end", resolve));
    const http2 = session(master, true);
    told(await requestOn(http2, "/"));
    const goaway = new Promise((resolve) => http2.once("goaway", resolve));
    await within("both to be closed", 20_000, Promise.all([ended, goaway]));
  });

  it("passes an upgrade through TLS, and closes it only at the stop time of a change", limit, async () => {
    for (const [kind, change] of [
      ["https", {}],
      ["http", withFiles],
    ] as const) {
      const { master, worker } = await start(kind, { ...change, limits: { stopTimeoutMs: 1500 } });
      const socket = await handshake(master.port);
      socket.write("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      const heard = async (pattern: RegExp): Promise<void> => {
        while (!pattern.test(text)) await new Promise((resolve) => socket.once("data", resolve));
      };
      await heard(/101/);
      socket.write("over TLS");
      await heard(/over TLS/);
      worker.drain("change");
      socket.write("still there");
      await heard(/still there/);
      assert.equal((await worker.exit).code, 0);
    }
  });

  it(
    "holds slots, queue and wait over HTTP/2: streams beyond them get 503, the connection goes on",
    limit,
    async () => {
      for (const kind of ["http2", "streams"]) {
        const { master, worker } = await start(kind, {
          limits: { requestsPerWorker: 2, queueMax: 2 },
          ...(kind === "streams" ? withFiles : {}),
        });
        const first = session(master, true);
        const second = session(master, true);
        const running = [requestOn(first, "/wait"), requestOn(first, "/wait")];
        await worker.until("beat", ({ beat }) => beat.inFlight === 2);
        assert.equal(first.remoteSettings.maxConcurrentStreams, 4, "what one client may send runs or waits");
        const queued = [requestOn(first, "/"), requestOn(second, "/")];
        await worker.until("beat", ({ beat }) => beat.queued === 2);
        const shed = await requestOn(second, "/", { headers: { accept: "application/json" } });
        assert.ok(shed.kind === "answer" && shed.status === 503 && shed.headers.get("retry-after") === "2");
        assert.match(shed.body, /"code":"busy"/);
        const posted = await requestOn(second, "/", { body: "x".repeat(500_000) });
        assert.equal(status(posted), 503, "one that sends a body too");
        assert.equal(status(await requestOn(second, "/healthz")), 200);
        first.destroy();
        await worker.until("beat", ({ beat }) => beat.connections === 1);
        assert.equal(status(await (queued[1] as Promise<Outcome>)), 200);
        await Promise.all([...running, ...queued]);
        await worker.until("beat", () => total(worker, "shed") >= 2);
        assert.equal(status(await requestOn(second, "/")), 200);
      }
    },
  );

  it("times a request of HTTP/2 out with 503, or cuts its stream; others of the connection go on", limit, async () => {
    const { master, worker } = await start("http2", { limits: { requestTimeoutMs: 800 } });
    const http2 = session(master, true);
    const [late, begun] = await Promise.all([requestOn(http2, "/wait"), requestOn(http2, "/begun")]);
    assert.equal(status(late), 503);
    assert.equal(status(begun), "cut");
    told(await requestOn(http2, "/release"));
    const events = await requestOn(http2, "/events");
    assert.ok(events.kind === "answer");
    assert.deepEqual(JSON.parse(events.body), ["timed-out true", "late end called back"]);
    await worker.until("beat", () => total(worker, "timedOut") === 2);
    assert.equal(total(worker, "errors"), 1, "a 503 of ours is an error");

    const core = await start("streams", { ...withFiles, limits: { requestTimeoutMs: 800 } });
    const other = session(core.master, true);
    assert.equal(status(await requestOn(other, "/wait")), 503);
    told(await requestOn(other, "/release"));
  });

  it("frees the slot of a large answer and of an event stream over HTTP/2, counted per stream", limit, async () => {
    const { master, worker } = await start("http2", { limits: { requestsPerWorker: 1, requestTimeoutMs: 3000 } });
    const http2 = session(master, true);
    void requestOn(http2, "/large");
    void requestOn(http2, "/sse");
    told(await requestOn(http2, "/"));
    // Neither the 200 kB nor the event stream before it make this one a large answer.
    assert.equal(status(await requestOn(http2, "/wait")), 503);
    assert.ok(!http2.closed);
    await worker.until("beat", ({ beat }) => beat.inFlight === 0);
  });

  it("answers 400 to an odd authority, and removes forwarding headers of strangers", limit, async () => {
    const { master } = await start("http2");
    const http2 = session(master, true);
    // nghttp2 of later Nodes refuses it first, by a reset.
    for (const odd of [{ ":authority": "user@a" }, { ":authority": "a", host: "b" }]) {
      assert.match(String(status(await requestOn(http2, "/", { headers: odd }))), /^(?:400|reset)$/);
    }
    const headers = { "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6", "x-free": "1" };
    const shown = await requestOn(http2, "/headers", { headers });
    assert.ok(shown.kind === "answer" && !/forwarded/i.test(shown.body) && /x-free/.test(shown.body));
    const trusting = await start("http2", { trustProxy: ["loopback"] });
    const believed = await requestOn(session(trusting.master, true), "/headers", { headers });
    assert.ok(believed.kind === "answer" && /6\.6\.6\.6/.test(believed.body));
  });

  it(
    "lets clients of TLS go with their next answer in a change, those of HTTP/2 at once, and all that asked is answered",
    limit,
    async () => {
      const { master, worker } = await start("http2", { limits: { stopTimeoutMs: 2000 } });
      const idle = await kept(master);
      told(await idle.request("/"));
      const http2 = session(master, true);
      told(await requestOn(http2, "/"));
      const next = await master.ready();
      const waits = requestOn(http2, "/wait");
      await worker.until("beat", ({ beat }) => beat.inFlight === 1);
      const asked = new Promise((resolve) => http2.once("goaway", resolve));
      worker.drain("change");
      await asked;
      const last = await idle.request("/");
      assert.equal(told(last).pid, worker.pid);
      assert.ok(last.kind === "answer" && last.headers.get("connection") === "close");
      assert.equal(told(await requestOnce(master.port, "/", { secure: true })).pid, next.pid);
      assert.equal(told(await requestOn(session(master, true), "/")).pid, next.pid);
      worker.drain("stop");
      assert.notEqual(status(await waits), 200, "what never ends is ended at the stop time");
      assert.equal(master.moved(), 0, "none of them can be handed back");
    },
  );

  it(
    "asks clients of HTTP/2 to come back for a place when others are held, once they are answered",
    limit,
    async () => {
      const { master, worker } = await start("http2");
      const http2 = session(master, true);
      told(await requestOn(http2, "/"));
      worker.send({ type: "pressure", held: 1 });
      const goaway = new Promise((resolve) => http2.once("goaway", resolve));
      told(await requestOn(http2, "/"));
      await goaway;
      await new Promise((resolve) => http2.once("close", resolve));
      worker.send({ type: "pressure", held: 0 });
      told(await requestOn(session(master, true), "/"));
    },
  );

  it("ends at the stop time of a change with an idle client of TLS, telling it so", limit, async () => {
    const { master, worker } = await start("https", { limits: { stopTimeoutMs: 1000 } });
    const socket = await handshake(master.port);
    socket.resume();
    const ended = new Promise((resolve) => socket.once("end", resolve));
    worker.drain("change");
    await ended;
    assert.deepEqual(await worker.exit, { code: 0, signal: null });
  });
});
