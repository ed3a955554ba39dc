import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fetchPage } from "../client/fetch-page.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { median } from "../support/median.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

const start = (t: TestContext): Promise<Instance> => {
  const dir = scratchDir(t);
  return startDashd(t, {
    dir,
    profiles: smallLadder(join(dir, "ladder")),
    app: fixtureApp("exports-app.mjs"),
    stage: 1,
  });
};

/** Writes something to the control socket, and leaves it open. */
const disturb = (t: TestContext, socketPath: string, bytes: string | Buffer): void => {
  const socket = connect(socketPath);
  socket.on("error", () => {});
  socket.write(bytes);
  t.after(() => void socket.destroy());
};

test(
  "control clients that hang or send rubbish disturb nobody: status answers in under 50 ms",
  { timeout },
  async (t) => {
    const dashd = await start(t);
    const { controlSocket } = dashd.paths;
    for (let n = 0; n < 100; n++) disturb(t, controlSocket, "");
    for (let n = 0; n < 20; n++) disturb(t, controlSocket, "PO");
    disturb(t, controlSocket, Buffer.alloc(16 * 1024 * 1024, 0xff));
    disturb(t, controlSocket, "POST /v1/change HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n{");
    disturb(t, controlSocket, `POST /v1/change HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nnot json!`);
    disturb(t, controlSocket, `POST /v1/change HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`);
    disturb(t, controlSocket, "GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n");

    const lag = watchHostLag(t);
    const tookMs: number[] = [];
    for (let n = 0; n < 21; n++) {
      const startedAtMs = performance.now();
      assert.equal((await dashd.status()).state, "held");
      tookMs.push(performance.now() - startedAtMs);
    }
    assert.ok(median(tookMs) < 50 + lag.worstMs(), `median ${median(tookMs)} ms, host late by ${lag.worstMs()} ms`);
    const finished = await dashd.run("status");
    assert.equal(finished.code, 0, finished.stderr);
    assert.match(finished.stdout, /^OK stage 1 \(rev 1\) · 2\/2 workers · 0\/100 connections/);
    assert.equal((await fetchPage(dashd.port, "/")).status, 200);
  },
);

test(
  "of two changes at once the second is refused: 7, who has it and since when; the first goes through",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const mayListen = join(dir, "may-listen");
    const app = writeApp(
      dir,
      "waits.cjs",
      `const { existsSync } = require("node:fs");
     const app = require("express")();
     app.get("/", (req, res) => res.send("here"));
     const look = setInterval(() => {
       if (!existsSync(${JSON.stringify(mayListen)})) return;
       clearInterval(look);
       app.listen(3000);
     }, 20);`,
    );
    writeFileSync(mayListen, "");
    const dashd = await startDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 1 });
    rmSync(mayListen);
    const first = dashd.run("stage", "2");
    await until("the change to begin", async () => (await dashd.status()).state === "changing");
    for (const command of [["reload"], ["stage", "1"], ["stage", "2"], ["rollback", "--to", "99"]]) {
      const { code, stderr } = await dashd.run(...command);
      assert.equal(code, 7, `${command.join(" ")}: ${stderr}`);
      assert.match(stderr, /E_BUSY/);
      assert.match(stderr, /stage/);
      assert.match(stderr, /\d\d:\d\d|\d+ ?s/);
    }
    writeFileSync(mayListen, "");
    assert.equal((await first).code, 0);
    assert.equal((await dashd.status()).stage, 2);
  },
);

test("a command that is killed during a change only detaches: the change goes on", { timeout }, async (t) => {
  const dashd = await start(t);
  const command = dashd.spawn("stage", "2");
  await until("the change to begin", async () => (await dashd.status()).state === "changing");
  command.child.kill("SIGKILL");
  await until("stage 2", async () => {
    const now = await dashd.status();
    return now.stage === 2 && now.state === "held";
  });
});

test("the admin port wants the token for the API, and none for the probes", { timeout }, async (t) => {
  const dashd = await start(t);
  const token = readFileSync(dashd.paths.token, "utf8").trim();
  const ask = (path: string, headers = {}) =>
    fetchPage(dashd.adminPort, path, { headers: { host: `127.0.0.1:${dashd.adminPort}`, ...headers } });
  for (const path of ["/healthz", "/readyz"]) assert.equal((await ask(path)).status, 200, path);
  assert.equal((await ask("/v1/status")).status, 401);
  assert.equal((await ask("/v1/status", { authorization: "Bearer wrong" })).status, 401);
  const answer = await ask("/v1/status", { authorization: `Bearer ${token}` });
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(answer.body).master.pid, dashd.pid);
});
