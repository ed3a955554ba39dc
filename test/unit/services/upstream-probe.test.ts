import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createNetServer, type AddressInfo, type Server } from "node:net";
import test, { type TestContext } from "node:test";
import { judgeUpstream, type UpstreamAnswer } from "../../../lib/services/upstream/judge-upstream.ts";
import { createUpstreamProbe } from "../../../lib/services/upstream/probe.ts";
import { afterwards } from "../../support/afterwards.ts";

const timeout = 30_000;

const portOf = async (t: TestContext, server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => void server.close());
  return (server.address() as AddressInfo).port;
};

const probeOf = (port: number, deadlineMs = 2_000) =>
  createUpstreamProbe({ url: `http://127.0.0.1:${port}`, path: "/ready", now: () => performance.now(), deadlineMs });

test("an upstream is up with any answer below 500, which the probe asks of the ready path", { timeout }, async (t) => {
  const asked: (string | undefined)[] = [];
  let status = 200;
  const server = createServer((req, res) => {
    asked.push(req.url);
    res.writeHead(status).end("a page");
  });
  const probe = probeOf(await portOf(t, server));
  for (status of [200, 302, 401, 404]) {
    const { state, reason, latencyMs } = await probe.look();
    assert.equal(state, "up", String(status));
    assert.equal(reason, null);
    assert.ok(latencyMs !== null && latencyMs > 0);
  }
  assert.deepEqual(asked, ["/ready", "/ready", "/ready", "/ready"]);
  status = 503;
  const sick = await probe.look();
  assert.equal(sick.state, "down");
  assert.deepEqual(sick.reason, {
    code: "sick.answers",
    facts: { service: sick.url, path: "/ready", status: 503 },
  });
});

test("an upstream where nobody listens, or that speaks no HTTP, is down at once", { timeout }, async (t) => {
  const server = createNetServer(
    (socket) =>
      void socket
        .on("error", () => undefined)
        .resume()
        .end("220 mail\r\n"),
  );
  const port = await portOf(t, server);
  assert.equal((await probeOf(port).look()).reason?.facts["fault"], "not-http");
  await new Promise((resolve) => server.close(resolve));
  const { state, reason } = await probeOf(port).look();
  assert.equal(state, "down");
  assert.equal(reason?.facts["fault"], "ECONNREFUSED");
});

test("a look at a silent upstream ends at its deadline", { timeout }, async (t) => {
  const sockets: { destroy(): void }[] = [];
  const server = createNetServer((socket) => void sockets.push(socket.on("error", () => undefined)));
  const probe = probeOf(await portOf(t, server), 100);
  assert.equal((await probe.look()).state, "slow");
  assert.equal((await probe.look()).state, "slow");
  assert.equal((await probe.look()).state, "down");
  for (const socket of sockets) socket.destroy();
});

test("silence is slow until the third look, and an answer between begins anew", () => {
  const silent: UpstreamAnswer = { kind: "silent" };
  const fast: UpstreamAnswer = { kind: "answered", status: 200, latencyMs: 3 };
  const stateOf = (...answers: readonly UpstreamAnswer[]): string => judgeUpstream("http://a", "/", answers).state;
  assert.equal(stateOf(), "up");
  assert.equal(stateOf(silent), "slow");
  assert.equal(stateOf(silent, silent), "slow");
  assert.equal(stateOf(silent, silent, silent), "down");
  assert.equal(stateOf(silent, fast, silent), "slow");
  assert.equal(stateOf(silent, silent, fast), "up");
  assert.equal(stateOf({ ...fast, latencyMs: 1_500 }), "slow");
  assert.equal(stateOf({ kind: "refused", fault: "ECONNREFUSED" }), "down");
});
