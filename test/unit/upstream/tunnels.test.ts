import assert from "node:assert/strict";
import type { Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { until } from "../../support/until.ts";
import { said, serveUpstream, standInFor, type Upstream } from "./servers.ts";

const timeout = 30_000;

const handshake = (path = "/") =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n` +
  "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n";

/** Takes every upgrade and sends back what it gets; what a frame holds is nobody's business on the way. */
const serveEcho = async (t: TestContext): Promise<Upstream & { readonly tunnels: Set<Socket> }> => {
  const upstream = await serveUpstream(t, (req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString()));
    req.on("end", () => res.end(`plain ${req.method} ${req.headers.upgrade ?? "none"} ${body}`));
  });
  const tunnels = new Set<Socket>();
  upstream.server.on("upgrade", (req, socket, head) => {
    const far = socket as Socket;
    if (req.url === "/deaf") return;
    if (req.url === "/no") {
      far.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nnot in");
      return;
    }
    tunnels.add(far);
    far.on("error", () => undefined).on("close", () => tunnels.delete(far));
    const told = `${said(req, "x-forwarded-for")} ${said(req, "x-dashd-worker")}`;
    far.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Told: ${told}\r\n\r\n`,
    );
    far.write(head);
    far.pipe(far);
  });
  return { ...upstream, tunnels };
};

test("a WebSocket is passed on both ways, its first bytes included", { timeout }, async (t) => {
  const { port } = await serveEcho(t);
  const { client } = await standInFor(t, port);
  const raw = client();
  raw.send(`${handshake()}early`);
  const [head] = await raw.until(/^HTTP\/1\.1 101 [\s\S]*?\r\n\r\n/);
  assert.match(head, /x-told: 127\.0\.0\.1 3\/77\r\n/i);
  await raw.until(/early/);
  raw.send(Buffer.from([0x81, 0x85, 1, 2, 3, 4]));
  await raw.until(/\x81\x85\x01\x02\x03\x04/);
});

test("either end of a WebSocket ends the other", { timeout }, async (t) => {
  const echo = await serveEcho(t);
  const { client } = await standInFor(t, echo.port);
  for (const leave of [(socket: Socket) => socket.destroy(), (socket: Socket) => socket.end()]) {
    const raw = client();
    raw.send(handshake());
    await raw.until(/\r\n\r\n/);
    leave(raw.socket);
    await until("the upstream's end", () => echo.tunnels.size === 0);
  }
  const raw = client();
  raw.send(handshake());
  await raw.until(/\r\n\r\n/);
  for (const far of echo.tunnels) far.destroy();
  await raw.closed();
});

test("a socket that the worker destroys leaves none at the upstream", { timeout }, async (t) => {
  const echo = await serveEcho(t);
  const { client, server } = await standInFor(t, echo.port);
  server.on("upgrade", (_, socket) => setTimeout(() => socket.destroy(), 50));
  client().send(handshake());
  await until("the upstream's end", () => echo.accepted() === 1 && echo.sockets.size === 0);
});

test(
  "an upstream that refuses a WebSocket is heard, one that is not there is 502, a silent one 504",
  { timeout },
  async (t) => {
    const echo = await serveEcho(t);
    const { client } = await standInFor(t, echo.port, { upgradeMs: 300 });
    for (const [path, answer] of [
      ["/no", /^HTTP\/1\.1 403 Forbidden[\s\S]*not in$/],
      ["/deaf", /^HTTP\/1\.1 504 /],
    ] as const) {
      const raw = client();
      raw.send(handshake(path));
      assert.match(await raw.closed(), answer);
    }
    const nobody = await serveUpstream(t, (_, res) => res.end());
    await new Promise((resolve) => nobody.server.close(resolve));
    const raw = (await standInFor(t, nobody.port)).client();
    raw.send(handshake());
    assert.match(await raw.closed(), /^HTTP\/1\.1 502 /);
  },
);

test("an offer of another protocol is declined, and the request answered with its body", { timeout }, async (t) => {
  const echo = await serveEcho(t);
  const { client } = await standInFor(t, echo.port);
  const raw = client();
  const offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n";
  raw.send(`GET / HTTP/1.1\r\nHost: a\r\n${offer}\r\n`);
  await raw.until(/plain GET none /);
  raw.send(`POST / HTTP/1.1\r\nHost: a\r\n${offer}Content-Length: 5\r\n\r\nhe`);
  raw.send("llo");
  await raw.until(/plain POST none hello/);
});
