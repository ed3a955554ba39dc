import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { fetchPage } from "../client/fetch-page.ts";
import { isListening } from "../client/reachable.ts";
import { fixtureApp } from "../support/apps.ts";
import { launchDashd, readyWorkers, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

const bannerEn = `🛡️ [production] dashd stage 2
🚀 Production server (dashd)
   Platform: Linux
   Config: 16 workers, 200 connections, 3 min timeout
   For: 100-200 concurrent users`;

const bannerZh = `🛡️ [生产模式] 已开启: dashd 阶段2
🚀 启动生产服务器 (dashd - 企业级)...
   平台: Linux
   配置: 16进程, 200连接, 3分钟超时
   适用: 100-200人并发`;

test(
  "start --stage 2 runs 16 workers, 200 connections and 180 s, and its banner is true when it is printed",
  { timeout },
  async (t) => {
    const launched = launchDashd(t, { app: fixtureApp("exports-app.mjs"), stage: 2 });
    await until("the banner", () => launched.stdout().includes(bannerEn.slice(0, 12)), { deadlineMs: 60_000 });
    const snapshot = await launched.status();

    assert.equal(snapshot.state, "held");
    assert.equal(readyWorkers(snapshot).length, 16);
    assert.equal(new Set(launched.pids()).size, 17, "16 workers and their master");
    const page = await fetchPage(Number(new URL(snapshot.url).port), "/");
    assert.equal(page.status, 200);

    const row = (name: string) => snapshot.limits.find((limit) => limit.name === name);
    for (const [name, value] of [
      ["workers", 16],
      ["connections", 200],
      ["requestTimeoutSec", 180],
      ["idleTimeoutSec", 180],
    ] as const) {
      assert.equal(row(name)?.declared, value, name);
      assert.equal(row(name)?.effective, value, name);
    }
    assert.deepEqual(snapshot.drift, []);
    await until("the whole banner", () => launched.stdout().includes(bannerEn));
    await until("the address", () => launched.stdout().includes(snapshot.url));
  },
);

for (const [how, options] of [
  ["--lang zh", { args: ["--lang", "zh"] }],
  ["DASHD_LANG=zh", { env: { DASHD_LANG: "zh" } }],
  ["a zh locale", { env: { LANG: "zh_CN.UTF-8" } }],
] as const) {
  test(`with ${how} the banner is Chinese`, { timeout }, async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"), { connections: 200, requestTimeoutSec: 180 });
    const dashd = await startDashd(t, { dir, profiles, app: fixtureApp("exports-app.mjs"), stage: 2, ...options });
    const expected = bannerZh.replace("16进程", "3进程");
    await until("the banner", () => dashd.stdout().includes(expected));
  });
}

test("with --detach, start comes back when the instance serves, and stop ends it", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"));
  const app = fixtureApp("exports-app.mjs");
  const launched = launchDashd(t, { dir, profiles, app, stage: 1, args: ["--detach"] });
  const finished = await launched.ended();
  assert.equal(finished.code, 0, finished.stderr);
  const snapshot = await launched.status();
  assert.equal(snapshot.state, "held");
  const port = Number(new URL(snapshot.url).port);
  assert.equal((await fetchPage(port, "/")).status, 200);

  const stopped = await launched.run("stop");
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.equal(await isListening(port), false);
  assert.deepEqual(launched.pids(), []);
});

test("without an app, start serves the store board, and a page that shows how it runs", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), stage: 2 });
  const page = await fetchPage(dashd.port, "/", { headers: { accept: "text/html" } });
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-type") ?? "", /text\/html/);
  assert.match(page.body, /<title>Store board<\/title>/);
  const service = await fetchPage(dashd.port, "/service?lang=en");
  assert.equal(service.status, 200);
  assert.match(service.body, /stage\D{0,20}2/i);
});
