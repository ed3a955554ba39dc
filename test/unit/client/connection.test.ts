import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { connected, requestOnce } from "../../client/connection.ts";

const serve = (t: TestContext, onRequest: (socket: Socket) => unknown): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => void onRequest(socket));
    });
    t.after(() => void server.close());
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

const ways: readonly (readonly [string, (socket: Socket) => unknown])[] = [
  ["empty", (socket) => socket.end()],
  ["reset", (socket) => socket.resetAndDestroy()],
  ["cut", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")],
  ["garbage", (socket) => socket.end("SSH-2.0\r\n\r\n")],
  ["time-out", () => {}],
];

for (const [kind, act] of ways) {
  test(`a request without an answer is told as "${kind}"`, async (t) => {
    const outcome = await requestOnce(await serve(t, act), "/", { timeoutMs: 300 });
    assert.equal(outcome.kind, kind);
  });
}

test("a port nobody listens on is told as refused", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  assert.equal((await requestOnce(port, "/")).kind, "refused");
  t.diagnostic(`port ${port}`);
});

const bodies: readonly (readonly [string, string])[] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"],
  ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"],
];

for (const [how, text] of bodies) {
  test(`an answer with ${how} is read whole however it is cut, and the connection is kept`, async (t) => {
    const port = await serve(t, async (socket) => {
      for (const byte of text) {
        socket.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const connection = await connected(port);
    for (const n of [1, 2]) {
      const outcome = await connection.request(`/?n=${n}`);
      assert.ok(outcome.kind === "answer" && outcome.body === "abc", outcome.kind);
      assert.ok(connection.usable());
    }
    connection.close();
  });
}

test("an answer without a length ends with its connection", async (t) => {
  const port = await serve(t, (socket) => socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\nwait"));
  const outcome = await requestOnce(port, "/");
  assert.ok(outcome.kind === "answer" && outcome.status === 503 && outcome.body === "wait");
});

test("a connection whose answer asks to close is not used again", async (t) => {
  const port = await serve(t, (socket) => socket.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"));
  const connection = await connected(port);
  assert.equal((await connection.request("/")).kind, "answer");
  assert.ok(!connection.usable());
});
