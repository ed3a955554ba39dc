import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { openSession, requestOn } from "../client/http2-user.ts";
import { afterwards } from "../support/afterwards.ts";
import { writeApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

test(
  "a client's trace is found in the app, the access log, the line of a time-out and the black box",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const app = writeApp(dir, "app.cjs", source);
    const profiles = smallLadder(join(dir, "ladder"), { requestTimeoutSec: 1 });
    const dashd = await startDashd(t, { dir, app, stage: 1, profiles, env: { DASHD_ACCESS_LOG: "json" } });
    const echo = async (headers: Readonly<Record<string, string>>): Promise<IncomingHttpHeaders> =>
      (await (await fetch(`${dashd.url}/echo`, { headers })).json()) as IncomingHttpHeaders;

    const passed = await echo({ traceparent, tracestate: "vendor=1" });
    assert.deepEqual([passed["traceparent"], passed["tracestate"]], [traceparent, "vendor=1"]);
    const replaced = await echo({ traceparent: `${traceparent}, ${traceparent}`, tracestate: "vendor=1" });
    assert.match(String(replaced["traceparent"]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    assert.ok(!String(replaced["traceparent"]).includes(traceId));
    assert.equal(replaced["tracestate"], undefined);
    assert.equal((await echo({}))["traceparent"], undefined);

    assert.equal((await fetch(`${dashd.url}/never?secret=hush`, { headers: { traceparent } })).status, 503);
    const line = await until("the line of the time-out", async () => {
      const { stdout } = await dashd.run("logs", "--grep", traceId);
      return stdout === "" ? null : stdout;
    });
    assert.match(line, /Timed out after 1(\.\d)? s: GET \/never, slot [12], trace 0af7651916cd43dd8448eb211c80319c\n/);

    await assert.rejects(fetch(`${dashd.url}/end`, { headers: { traceparent } }));
    const why = await until("the black box", async () => {
      const { stdout } = await dashd.run("why");
      return stdout.includes("/end") ? stdout : null;
    });
    assert.match(why, /GET +\/end +.*trace 0af7651916cd43dd8448eb211c80319c/);

    await dashd.stop();
    const traced = readFileSync(join(dashd.home, "logs/access.log"), "utf8")
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text))
      .map(({ target, traceId: id }) => `${target} ${id === traceId ? "ours" : typeof id === "string" ? "new" : id}`);
    const expected = ["/echo new", "/echo null", "/echo ours", "/never?secret=(set) ours"];
    assert.deepEqual(traced.filter((one) => !one.startsWith("/ ") && !one.startsWith("/end")).toSorted(), expected);
  },
);

test("an upstream is given the trace as well", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const server = createServer((req, res) => res.end(JSON.stringify(req.headers)));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dashd = await startDashd(t, {
    dir,
    stage: 1,
    profiles: smallLadder(join(dir, "ladder")),
    args: ["--upstream", url],
  });
  const ask = async (given: string): Promise<unknown> => {
    const answer = await fetch(dashd.url, { headers: { traceparent: given } });
    return ((await answer.json()) as IncomingHttpHeaders)["traceparent"];
  };
  assert.equal(await ask(traceparent), traceparent);
  assert.match(String(await ask("made-up")), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

const source = `
module.exports = (req, res) => {
  if (req.url === "/echo") res.end(JSON.stringify(req.headers));
  else if (req.url === "/end") setImmediate(() => process.exit(3));
  else if (!req.url.startsWith("/never")) res.end("ok");
};
`;

test("over HTTP/2 as well, in the app's own request", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "app.cjs", http2Source);
  const profiles = smallLadder(join(dir, "ladder"));
  const dashd = await startDashd(t, { dir, app, stage: 1, profiles, env: { DASHD_ACCESS_LOG: "json" } });
  const session = openSession(dashd.port, false);
  afterwards(t, () => session.destroy());
  const ask = async (given: string): Promise<unknown> => {
    const answer = await requestOn(session, "/echo", { headers: { traceparent: given, tracestate: "vendor=1" } });
    assert.equal(answer.kind, "answer");
    return answer.kind === "answer" ? JSON.parse(answer.body) : null;
  };
  assert.deepEqual(await ask(traceparent), { traceparent, tracestate: "vendor=1" });
  const replaced = (await ask("made-up")) as IncomingHttpHeaders;
  assert.match(String(replaced["traceparent"]), /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  assert.equal(replaced["tracestate"], undefined);
  await dashd.stop();
  assert.ok(readFileSync(join(dashd.home, "logs/access.log"), "utf8").includes(`"traceId":"${traceId}"`));
});

const http2Source = `
require("node:http2").createServer((req, res) => {
  const { traceparent, tracestate } = req.headers;
  res.end(JSON.stringify({ traceparent, tracestate }));
}).listen(3000);
`;
