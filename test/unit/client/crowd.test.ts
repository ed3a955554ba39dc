import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { assertNoneFailed, countByKind, gatherCrowd } from "../../client/crowd.ts";
import { until } from "../../support/until.ts";

const serve = async (t: TestContext, listener: RequestListener): Promise<number> => {
  const server = createServer(listener);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

const card = (url = "/", version = "1"): string =>
  JSON.stringify({ pid: process.pid, slot: 1, version, n: new URL(url, "http://x").searchParams.get("n") });

test("a crowd on a sound server fails nothing, also where it asks to close", async (t) => {
  let answers = 0;
  const port = await serve(t, (request, response) => {
    if (++answers % 5 === 0) response.setHeader("Connection", "close");
    response.end(card(request.url));
  });
  const crowd = gatherCrowd({ port, keepAlive: 10, oneShot: 5, thinkMs: 5 });
  await until("300 requests", () => crowd.requests.length >= 300);
  assertNoneFailed(await crowd.leave(), 300);
});

test("an idle connection closed by the server is opened anew and is no failure", async (t) => {
  const port = await serve(t, (request, response) => {
    response.end(card(request.url), () => setTimeout(() => request.socket.destroy(), 1));
  });
  const crowd = gatherCrowd({ port, keepAlive: 3, oneShot: 0, thinkMs: 60 });
  await until("20 requests", () => crowd.requests.length >= 20);
  assertNoneFailed(await crowd.leave(), 20);
});

test("an answer meant for another request, a 503 and a silent close are failures", async (t) => {
  const acts: readonly RequestListener[] = [
    (_request, response) => response.end(card("/?n=0")),
    (_request, response) => response.writeHead(503).end(),
    (request) => request.socket.destroy(),
  ];
  let answers = 0;
  const port = await serve(t, (request, response) => acts[answers++ % 3]?.(request, response));
  const crowd = gatherCrowd({ port, keepAlive: 1, oneShot: 1, thinkMs: 2 });
  await until("12 requests", () => crowd.requests.length >= 12);
  const kinds = countByKind(await crowd.leave());
  assert.deepEqual(Object.keys(kinds).toSorted(), ["503", "empty", "wrong body"]);
});
