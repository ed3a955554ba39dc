import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, createServer as createNetServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { Worker } from "node:worker_threads";
import { afterwards } from "../../support/afterwards.ts";
import { scratchDir } from "../../support/scratch.ts";
import { until } from "../../support/until.ts";
import { listen, serveUpstream, standInFor } from "./servers.ts";

const timeout = 30_000;

test("an answer comes back as it was given: status, case, several Set-Cookie, body", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => {
    res.writeHead(418, "Short And Stout", ["X-Kind", "Pot", "Set-Cookie", "a=1", "Set-Cookie", "b=2; Path=/x"]);
    res.end("tea");
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  raw.get("/");
  const [head] = await raw.until(/^[\s\S]*?\r\n\r\n/);
  assert.match(head, /^HTTP\/1\.1 418 Short And Stout\r\n/);
  assert.match(head, /\r\nX-Kind: Pot\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Path=\/x\r\n/);
  await raw.until(/tea/);
});

test("the upstream is told who asked, under the name that the client used", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (req, res) => res.end(JSON.stringify([req.url, req.headers])));
  const { client } = await standInFor(t, upstream.port);
  const asked = async (request: string): Promise<[string, Record<string, string>]> => {
    const raw = client();
    raw.send(request);
    const [, body = ""] = await raw.until(/\r\n\r\n(?:[\da-f]+\r\n)?(\[.*\])/);
    return JSON.parse(body) as [string, Record<string, string>];
  };
  const [url, headers] = await asked(
    "GET http://shop.test:80/a?b HTTP/1.1\r\nHost: shop.test:80\r\nConnection: keep-alive, X-Hop, Host\r\nX-Hop: 1\r\n" +
      "Keep-Alive: timeout=9\r\nTE: trailers\r\nProxy-Authorization: x\r\nX-Dashd-Worker: 9/9\r\n\r\n",
  );
  assert.equal(url, "/a?b");
  assert.deepEqual(headers, {
    host: "shop.test:80",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "shop.test:80",
    "x-dashd-worker": "3/77",
    connection: "keep-alive",
  });
  const [, behind] = await asked(
    "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\n\r\n",
  );
  assert.equal(behind["x-forwarded-for"], "9.9.9.9, 127.0.0.1");
  assert.equal(behind["x-forwarded-proto"], "https");
  assert.equal(behind["x-forwarded-host"], "b");
  const ping = client();
  ping.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  await ping.until(/^HTTP\/1\.1 204 /);
});

test("answers without a body stay without one: HEAD, 204, 304; the connection goes on", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (req, res) => {
    if (req.url === "/204") res.writeHead(204).end();
    else if (req.url === "/304") res.writeHead(304, { etag: '"1"' }).end();
    else res.writeHead(200, { "content-length": "5" }).end("hello");
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  raw.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.match((await raw.until(/^[\s\S]*?\r\n\r\n/))[0], /200 OK[\s\S]*content-length: 5\r\n/i);
  for (const status of ["204", "304"]) {
    raw.get(`/${status}`);
    const [head] = await raw.until(/^[\s\S]*?\r\n\r\n/);
    assert.ok(head.startsWith(`HTTP/1.1 ${status} `), head);
    assert.doesNotMatch(head, /transfer-encoding/i);
  }
  raw.get("/");
  await raw.until(/200 OK[\s\S]*\r\n\r\nhello$/);
});

test("what the upstream says of its own connection stays there", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => {
    res.writeHead(200, { connection: "close, x-hop", "x-hop": "1", "keep-alive": "timeout=1" }).end("x");
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  for (let n = 0; n < 3; n++) {
    raw.get("/");
    const [head] = await raw.until(/^[\s\S]*?\r\n\r\n(?:1\r\nx\r\n0\r\n\r\n|x)/);
    assert.match(head, /\r\nConnection: keep-alive\r\n/i);
    assert.doesNotMatch(head, /x-hop|timeout=1\r/i);
  }
  assert.equal(upstream.accepted(), 3);
});

test("a body comes down piece by piece as it is sent, its head before all", { timeout }, async (t) => {
  let send: (text: string | null) => void = () => undefined;
  const upstream = await serveUpstream(t, (_, res) => {
    res.writeHead(200, { "content-type": "text/plain", trailer: "x-sum" }).flushHeaders();
    send = (text) => {
      if (text !== null) res.write(text);
      else {
        res.addTrailers({ "x-sum": "42" });
        res.end();
      }
    };
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  raw.get("/");
  await raw.until(/200 OK[\s\S]*\r\n\r\n/);
  for (const piece of ["one", "two", "three"]) {
    send(piece);
    await raw.until(new RegExp(`${piece}\r\n`));
  }
  send(null);
  await raw.until(/0\r\nx-sum: 42\r\n\r\n/i);
});

for (const [how, head, frame] of [
  ["of known length", "Content-Length: 9", (text: string) => text],
  ["chunked", "Transfer-Encoding: chunked", (text: string) => `3\r\n${text}\r\n`],
] as const) {
  test(`a body ${how} goes up piece by piece as the client sends it`, { timeout }, async (t) => {
    const pieces: string[] = [];
    const upstream = await serveUpstream(t, (req, res) => {
      req.on("data", (chunk: Buffer) => pieces.push(chunk.toString()));
      req.on("end", () => res.end(`got ${pieces.join("")}`));
    });
    const { client } = await standInFor(t, upstream.port);
    const raw = client();
    raw.send(`POST / HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n`);
    for (const [n, piece] of ["abc", "def", "ghi"].entries()) {
      raw.send(frame(piece));
      await until(`piece ${piece}`, () => pieces.length === n + 1);
    }
    if (how === "chunked") raw.send("0\r\n\r\n");
    await raw.until(/got abcdefghi/);
  });
}

test("a GET with a chunked body is not taken for two requests", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString()));
    req.on("end", () => res.end(`${req.url} ${body}!`));
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  const inner = "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n";
  const size = inner.length.toString(16);
  for (const connection of ["keep-alive", "Transfer-Encoding, Content-Length"]) {
    const head = `GET /outer HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    raw.send(`${head}${size}\r\n${inner}\r\n0\r\n\r\n`);
    await raw.until(/\/outer GET \/inner[\s\S]*!/);
  }
  assert.deepEqual(
    upstream.requests.map(({ url }) => url),
    ["/outer", "/outer"],
  );
});

test("100-continue is the upstream's to give", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (req, res) => {
    req.resume();
    req.on("end", () => res.end("taken"));
  });
  let expected = 0;
  upstream.server.on("checkContinue", (req, res) => {
    expected++;
    if (req.url === "/no") res.writeHead(413).end("too large");
    else {
      res.writeContinue();
      req.on("data", () => undefined).on("end", () => res.end("taken"));
    }
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  raw.send("POST /yes HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  await raw.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  raw.send("abc");
  await raw.until(/^HTTP\/1\.1 200 OK[\s\S]*taken/);
  const refused = client();
  refused.send("POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  const answer = await refused.closed();
  assert.match(answer, /^HTTP\/1\.1 413 [\s\S]*Connection: close/i);
  assert.equal(expected, 2);
});

test("a client that goes away ends its request at the upstream", { timeout }, async (t) => {
  let gone = false;
  const upstream = await serveUpstream(t, (_, res) => {
    res.on("close", () => (gone = true));
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  raw.get("/");
  await until("the request", () => upstream.requests.length === 1);
  raw.socket.destroy();
  await until("its end at the upstream", () => gone);
});

test("an answer that breaks off is cut, not completed", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => {
    res.writeHead(200);
    res.write("half");
    setTimeout(() => res.destroy(), 50);
  });
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  raw.get("/");
  assert.doesNotMatch(await raw.closed(), /\r\n0\r\n/);
});

test("GETs share a kept connection; what cannot be sent twice has one of its own", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (req, res) => void req.resume().on("end", () => res.end("ok")));
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  for (let n = 0; n < 4; n++) {
    raw.get("/");
    await raw.until(/ok/);
  }
  assert.equal(upstream.accepted(), 1);
  for (let n = 0; n < 2; n++) {
    raw.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
    await raw.until(/ok/);
  }
  assert.equal(upstream.accepted(), 3);
});

test("a kept connection that the upstream closes as a GET is sent loses none", { timeout }, async (t) => {
  // Closes, without an answer, on the second request of each connection.
  let sawSecond = 0;
  const upstream = createNetServer((socket) => {
    let seen = 0;
    socket.on("error", () => undefined);
    socket.on("data", () => {
      if (++seen === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      else {
        sawSecond++;
        socket.resetAndDestroy();
      }
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => void upstream.close());
  const { client } = await standInFor(t, (upstream.address() as AddressInfo).port);
  const raw = client();
  for (let n = 0; n < 6; n++) {
    raw.get("/");
    await raw.until(/^HTTP\/1\.1 200 OK[\s\S]*ok/);
  }
  assert.ok(sawSecond >= 2, `${sawSecond}`);
});

test("an upstream that restarts between two requests loses neither", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => res.end("ok"));
  const { client } = await standInFor(t, upstream.port);
  const raw = client();
  raw.get("/");
  await raw.until(/ok/);
  upstream.server.closeAllConnections();
  await new Promise((resolve) => upstream.server.close(resolve));
  await listen(
    t,
    createServer((_, res) => res.end("again")),
    upstream.port,
  );
  raw.get("/");
  await raw.until(/200 OK[\s\S]*again/);
});

test("an upstream that is not there is 502, as JSON or a page, and no time is lost", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => res.end());
  await new Promise((resolve) => upstream.server.close(resolve));
  const { client } = await standInFor(t, upstream.port);
  for (const [accept, shown] of [
    ["application/json", /"code":"upstream-down"/],
    ["text/html", /<h1>502<\/h1>/],
  ] as const) {
    for (const request of ["GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nContent-Length: 0\r\n"]) {
      const raw = client();
      raw.send(`${request}Host: a\r\nAccept: ${accept}\r\n\r\n`);
      const answer = await raw.closed();
      assert.match(answer, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
      assert.match(answer, shown);
    }
  }
});

test("an upstream that takes no connection is 502 before the request's own time is up", { timeout }, async (t) => {
  const { port, fill } = await listenWithoutAccepting(t);
  const { client } = await standInFor(t, port, { connectMs: 300 });
  await fill();
  const raw = client();
  raw.get("/");
  assert.match(await raw.closed(), /^HTTP\/1\.1 502 /);
});

/** A thread that listens and then stands still: once its backlog is full, the system drops who else comes. */
const listenWithoutAccepting = async (t: TestContext) => {
  const thread = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  afterwards(t, async () => void (await thread.terminate()));
  const [port] = (await once(thread, "message")) as [number];
  const sockets: Socket[] = [];
  afterwards(t, () => sockets.forEach((socket) => socket.destroy()));
  const isTaken = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true)).on("error", () => undefined);
      sockets.push(socket);
      setTimeout(() => resolve(false), 200);
    });
  const fill = () => until("a full backlog", async () => !(await isTaken()));
  return { port, fill };
};

test("an upstream that speaks no HTTP is 502", { timeout }, async (t) => {
  const upstream = createNetServer((socket) => void socket.on("error", () => undefined).end("SSH-2.0-nothing\r\n"));
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => void upstream.close());
  const { client } = await standInFor(t, (upstream.address() as AddressInfo).port);
  const raw = client();
  raw.get("/");
  assert.match(await raw.closed(), /^HTTP\/1\.1 502 /);
});

test("an upstream behind a unix socket is reached", { timeout }, async (t) => {
  const path = join(scratchDir(t), "app.sock");
  const server = createServer((req, res) => res.end(`unix ${req.url}`));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const { client } = await standInFor(t, `unix:${path}`);
  const raw = client();
  raw.get("/x");
  await raw.until(/unix \/x/);
});

test("idle connections to the upstream are closed when the worker drains", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (_, res) => res.end("ok"));
  const { client, drain } = await standInFor(t, upstream.port);
  const raw = client();
  raw.get("/");
  await raw.until(/ok/);
  assert.equal(upstream.sockets.size, 1);
  drain();
  await until("its end", () => upstream.sockets.size === 0);
  raw.get("/");
  await raw.until(/ok/);
  await until("that none is kept", () => upstream.sockets.size === 0);
});

test("an event stream ends when the worker drains, whole, and an ordinary download goes on", { timeout }, async (t) => {
  const upstream = await serveUpstream(t, (req, res) => {
    res.writeHead(200, { "content-type": req.url === "/sse" ? "text/event-stream; charset=utf-8" : "text/plain" });
    res.write("data: 1\n\n");
    if (req.url !== "/sse") setTimeout(() => res.end("rest"), 300);
  });
  const { client, drain } = await standInFor(t, upstream.port);
  const [events, download] = [client(), client()];
  events.get("/sse");
  download.get("/file");
  await Promise.all([events.until(/data: 1/), download.until(/data: 1/)]);
  drain();
  await events.until(/\r\n0\r\n\r\n/);
  await download.until(/rest\r\n0\r\n\r\n/);
  await until("the stream's end at the upstream", () => upstream.sockets.size === 0);
});
