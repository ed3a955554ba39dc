import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { TLSSocket } from "node:tls";
import { afterwards } from "../../support/afterwards.ts";
import { repositoryDir } from "../../support/apps.ts";
import { type AssignmentChange, createMiniMaster } from "../../support/mini-master.ts";
import { openRaw, type RawClient } from "../../support/raw-http.ts";
import { scratchDir } from "../../support/scratch.ts";
import { until } from "../../support/until.ts";
import { said, serveUpstream } from "./servers.ts";

const timeout = 60_000;

/** A real worker whose app is an upstream. */
const workerFor = async (t: TestContext, upstream: number | string, change: AssignmentChange = {}) => {
  const app = join(repositoryDir, "dist/lib/upstream/main.js");
  const url = typeof upstream === "number" ? `http://127.0.0.1:${upstream}` : upstream;
  const master = await createMiniMaster({ app, args: [url] });
  afterwards(t, () => master.close());
  const worker = await master.ready(change);
  const client = (): RawClient => {
    const raw = openRaw(master.port);
    afterwards(t, () => void raw.socket.destroy());
    return raw;
  };
  return { master, worker, client };
};

test("a silent upstream is 503 when the request's time is up, and is not asked any longer", { timeout }, async (t) => {
  let ended = 0;
  const upstream = await serveUpstream(t, (_, res) => void res.on("close", () => ended++));
  const { client } = await workerFor(t, upstream.port, { limits: { requestTimeoutMs: 500 } });
  const sent = ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"];
  for (const [n, request] of sent.entries()) {
    const raw = client();
    raw.send(request);
    await raw.until(/^HTTP\/1\.1 503 [\s\S]*"timed-out"/);
    await until("its end at the upstream", () => ended === n + 1);
  }
});

test("a request waits for a slot in the worker, not at the upstream", { timeout }, async (t) => {
  const answers: (() => void)[] = [];
  const upstream = await serveUpstream(t, (_, res) => void answers.push(() => res.end("ok")));
  const { client } = await workerFor(t, upstream.port, { limits: { requestsPerWorker: 2 } });
  const users = Array.from({ length: 5 }, client);
  for (const user of users) user.get("/");
  for (let n = 1; n <= 5; n++) {
    await until(`${Math.min(5, n + 1)} requests`, () => upstream.requests.length === Math.min(5, n + 1));
    assert.ok(upstream.sockets.size <= 2);
    answers.shift()?.();
  }
  await Promise.all(users.map((user) => user.until(/ok/)));
});

test("only a trusted peer's forwarding headers pass, with an upgrade as with a request", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (req, res) => res.end(`[${said(req, "x-forwarded-for")}]`));
  upstream.server.on("upgrade", (req, socket: Socket) => {
    socket.end(`HTTP/1.1 101 Switching Protocols\r\nX-Told: [${said(req, "x-forwarded-for")}]\r\n\r\n`);
  });
  const forged = "Host: a\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: Upgrade\r\n";
  for (const [trustProxy, told] of [
    [[], "[127.0.0.1]"],
    [["loopback"], "[6.6.6.6, 127.0.0.1]"],
  ] as const) {
    const { client } = await workerFor(t, upstream.port, { trustProxy });
    for (const offer of ["", "Upgrade: websocket\r\n"]) {
      const raw = client();
      raw.send(`GET / HTTP/1.1\r\n${forged}${offer}\r\n`);
      assert.equal((await raw.until(/\[.*\]/))[0], told);
      raw.socket.destroy();
    }
  }
});

test("an upgrade that no app should see is 400", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => res.end());
  const { client } = await workerFor(t, upstream.port);
  const raw = client();
  raw.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  assert.match(await raw.closed(), /^HTTP\/1\.1 400 /);
  assert.equal(upstream.accepted(), 0);
});

test("a WebSocket is told to go when its worker drains, and its end reaches the upstream", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => res.end());
  upstream.server.on("upgrade", (_, socket: Socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    socket.on("end", () => socket.end());
  });
  const { worker, client } = await workerFor(t, upstream.port, { limits: { stopTimeoutMs: 2_000 } });
  const raw = client();
  raw.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  await raw.until(/101 [\s\S]*\r\n\r\n/);
  worker.drain("change");
  await raw.until(/^\x88\x02\x03\xe9$/);
  raw.socket.end();
  await until("its end at the upstream", () => upstream.sockets.size === 0);
  await worker.until("drained");
  assert.deepEqual(await worker.exit, { code: 0, signal: null });
});

test(
  "a connection whose offer to upgrade was declined goes to another worker like any other",
  { timeout },
  async (t) => {
    const upstream = await serveUpstream(t, (req, res) => res.end(`[${said(req, "x-dashd-worker")}]`));
    const { master, worker, client } = await workerFor(t, upstream.port);
    const raw = client();
    const ask = async (): Promise<string | undefined> => {
      raw.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
      return (await raw.until(/\[\d+\/(\d+)\]/))[1];
    };
    assert.equal(await ask(), String(worker.pid));
    const other = await master.ready();
    worker.drain("change");
    await worker.until("drained");
    assert.equal(await ask(), String(other.pid));
  },
);

test("an upstream with TLS is verified by its own name, whatever host the client asked for", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const [keyFile, certFile] = [join(dir, "tls.key"), join(dir, "tls.crt")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const made = spawnSync("openssl", ["req", "-x509", ...kind, "-keyout", keyFile, "-out", certFile, ...subject]);
  assert.equal(made.status, 0, String(made.stderr));
  const names: unknown[] = [];
  const server = createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (req, res) => {
    names.push((req.socket as TLSSocket & { readonly servername?: unknown }).servername);
    res.end(`${req.headers.host} ${said(req, "x-forwarded-proto")}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  for (const [url, env, answer] of [
    [`https://localhost:${port}`, { NODE_EXTRA_CA_CERTS: certFile }, /200 OK[\s\S]*shop\.test http$/],
    [`https://127.0.0.1:${port}`, { NODE_EXTRA_CA_CERTS: certFile }, /^HTTP\/1\.1 502 /],
    [`https://localhost:${port}`, {}, /^HTTP\/1\.1 502 /],
  ] as const) {
    const { client } = await workerFor(t, url, { env });
    for (const method of ["GET", "POST"]) {
      const raw = client();
      raw.send(`${method} / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      assert.match(await raw.closed(), answer, url);
    }
  }
  assert.deepEqual(names, ["localhost", "localhost"]);
});
