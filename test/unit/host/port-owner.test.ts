import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { test, type TestContext } from "node:test";
import { withoutSecrets } from "../../../lib/host/command-line.ts";
import { whoListens } from "../../../lib/host/port-owner.ts";

const linux = { skip: process.platform !== "linux" && "needs /proc" };

const listenElsewhere = async (t: TestContext, host: string): Promise<{ pid: number; port: number }> => {
  const program = `const s = require("net").createServer().listen(0, ${JSON.stringify(host)}, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ["-e", program, "--", "--token=hunter2", "--password", "hunter3"]);
  t.after(() => child.kill("SIGKILL"));
  const [port]: unknown[] = await once(child.stdout, "data");
  return { pid: child.pid ?? 0, port: Number(String(port)) };
};

test("the process that listens is named by pid and command", linux, async (t) => {
  for (const host of ["127.0.0.1", "0.0.0.0", "::"]) {
    const { pid, port } = await listenElsewhere(t, host);
    const owner = whoListens(port);
    assert.equal(owner?.pid, pid);
    assert.match(owner?.command ?? "", /^node /);
    assert.ok((owner?.command.length ?? 0) <= 80);
    assert.doesNotMatch(owner?.command ?? "", /hunter/);
    assert.equal(whoListens(port, "127.0.0.1")?.pid, pid);
  }
});

test("a listener on another address does not collide", linux, async (t) => {
  const { pid, port } = await listenElsewhere(t, "127.0.0.1");
  assert.equal(whoListens(port, "127.0.0.2"), null);
  assert.equal(whoListens(port, "0.0.0.0")?.pid, pid);
  assert.equal(whoListens(port, "localhost")?.pid, pid);
});

test("nobody listens on a port that was given back", linux, async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  assert.equal(whoListens(address.port)?.pid, process.pid);
  server.close();
  await once(server, "close");
  assert.equal(whoListens(address.port), null);
});

test("no secret of a command line is shown", () => {
  const words = [
    "/usr/bin/node",
    "a.js",
    "--key=s1",
    "PGPASSWORD=s2",
    "--auth-token",
    "s3",
    "redis://u:s4/x@h/0",
    "-v",
    "x",
  ];
  assert.deepEqual(withoutSecrets(words), [
    "node",
    "a.js",
    "--key=…",
    "PGPASSWORD=…",
    "--auth-token",
    "…",
    "redis://…@h/0",
    "-v",
    "x",
  ]);
  assert.deepEqual(withoutSecrets(["x", "postgres://u:a=b@h/d?sslkey=s5"]), ["x", "postgres://…@h/d?sslkey=…"]);
});
