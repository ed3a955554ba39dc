import assert from "node:assert/strict";
import { test } from "node:test";
import { DashdError, type Message } from "../../../lib/errors.ts";
import { bannerFacts } from "../../../lib/profile/banner-facts.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { bannerLines } from "../../../lib/words/banner.ts";
import { pickLang } from "../../../lib/words/pick-lang.ts";
import { say, sayError } from "../../../lib/words/say.ts";

const ladder = await loadLadder(builtInProfilesDir());

const bannerOf = (stage: number, platform = "linux") => bannerFacts(stageOf(ladder, stage), platform);

test("the banner is the contract's to the letter", () => {
  assert.deepEqual(bannerLines("zh", bannerOf(2)), [
    "🛡️ [生产模式] 已开启: dashd 阶段2",
    "🚀 启动生产服务器 (dashd - 企业级)...",
    "   平台: Linux",
    "   配置: 16进程, 200连接, 3分钟超时",
    "   适用: 100-200人并发",
  ]);
  assert.deepEqual(bannerLines("en", bannerOf(2)), [
    "🛡️ [production] dashd stage 2",
    "🚀 Production server (dashd)",
    "   Platform: Linux",
    "   Config: 16 workers, 200 connections, 3 min timeout",
    "   For: 100-200 concurrent users",
  ]);
});

test("the banner of the other stages and platforms says their figures", () => {
  assert.deepEqual(bannerLines("zh", bannerOf(1, "win32")).slice(2), [
    "   平台: Windows",
    "   配置: 8进程, 100连接, 2分钟超时",
    "   适用: 30-50人并发",
  ]);
  assert.equal(bannerLines("en", bannerOf(3, "darwin"))[2], "   Platform: macOS");
  assert.equal(bannerLines("en", bannerOf(3))[4], "   For: 200-500 concurrent users");
});

test("a time-out that is no whole minute is told in seconds", () => {
  const banner = { ...bannerOf(2), timeoutSec: 90, workers: 1 };
  assert.equal(bannerLines("zh", banner)[3], "   配置: 1进程, 200连接, 90秒超时");
  assert.equal(bannerLines("en", banner)[3], "   Config: 1 worker, 200 connections, 90 s timeout");
});

const summary = {
  ok: true,
  state: "held",
  stage: 2,
  revision: 15,
  ready: 16,
  workers: 16,
  connections: 73,
  connectionLimit: 200,
  held: 0,
  queued: 0,
  p95Ms: 120.4,
  errorRate: 0.001,
  users: 41,
  postgres: "up",
  redis: "up",
  drift: [],
};

test("status begins with the contract's sentence", () => {
  assert.equal(
    say("en", { code: "status.summary", facts: summary }),
    "OK stage 2 (rev 15) · 16/16 workers · 73/200 connections · 0 held · queue 0 · p95 120 ms · errors 0.1 % · users 41 · PG ok · Redis ok · no drift",
  );
});

test("a figure that nobody knows is a dash, not a nought", () => {
  const facts = { ...summary, p95Ms: null, errorRate: null, users: null, postgres: "off", redis: "off" };
  const said = say("en", { code: "status.summary", facts });
  assert.match(said, /p95 – · errors – · users – · PG off · Redis off/);
});

test("an error is one sentence with the next command to run", () => {
  const taken = new DashdError("E_PORT_IN_USE", { port: 8050, host: "0.0.0.0", owner: "nginx (pid 7)" });
  assert.deepEqual(sayError("en", taken), {
    sentence: "Port 8050 on 0.0.0.0 is in use by nginx (pid 7); expected a free port.",
    details: [],
    hint: "dashd start --port 0",
  });
  assert.equal(sayError("zh", taken).sentence, "端口 8050（0.0.0.0）已被 nginx (pid 7) 占用，需要一个空闲端口。");
});

test("a hint of the thrower goes before the usual one", () => {
  const error = new DashdError("E_NOT_RUNNING", { home: "/a", others: ["/b"] }, { hint: "dashd start ./app.js" });
  assert.equal(sayError("en", error).hint, "dashd start ./app.js");
  const plain = new DashdError("E_NOT_RUNNING", { home: "/a", others: ["/b"] });
  assert.equal(sayError("en", plain).hint, "dashd status --home /b");
});

test("an app's failure names reason and place", () => {
  const facts = { app: "/srv/a.js", reason: "threw", message: "x is not defined", place: "a.js:3:5" };
  const error = new DashdError("E_APP_FAILED", facts);
  const { sentence } = sayError("en", error);
  assert.equal(sentence, "The app /srv/a.js threw an error while it loaded: x is not defined (at a.js:3:5).");
  assert.equal(sayError("zh", error).sentence, "应用 /srv/a.js 加载时抛出错误：x is not defined（位置：a.js:3:5）。");
});

test("what the system says is put into words where it is known", () => {
  const facts = { path: "/x", found: "EROFS" };
  assert.match(say("en", { code: "E_HOME", facts }), /the file system is read-only/);
  assert.match(say("zh", { code: "E_HOME", facts }), /文件系统为只读/);
  assert.match(say("en", { code: "E_HOME", facts: { path: "/x", found: "EODD" } }), /EODD/);
});

test("an unknown code is shown with its facts, and throws nothing", () => {
  assert.equal(say("zh", { code: "step.of-tomorrow", facts: { slot: 3 } }), "step.of-tomorrow (slot=3)");
  assert.equal(say("en", { code: "constructor", facts: {} }), "constructor");
  assert.equal(say("en", { code: "log.stopped", facts: { tookMs: null } }), "Stopped after –");
});

test("the language is the flag's, then DASHD_LANG, then the locale's", () => {
  assert.equal(pickLang({ flag: "zh", env: { DASHD_LANG: "en" } }), "zh");
  assert.equal(pickLang({ env: { DASHD_LANG: "zh", LANG: "en_US.UTF-8" } }), "zh");
  assert.equal(pickLang({ flag: "fr", env: { LANG: "zh_TW.UTF-8" } }), "zh");
  assert.equal(pickLang({ env: { LC_MESSAGES: "zh_CN", LANG: "en_US" } }), "zh");
  assert.equal(pickLang({ env: { LC_ALL: "C", LANG: "zh_CN" } }), "en");
  assert.equal(pickLang({ env: {}, locale: "zh-Hans-CN" }), "zh");
  assert.equal(pickLang({ env: {} }), "en");
});

test("what verify saw of an indicator is told in the unit of its kind, and what nobody knows is not told as a figure", () => {
  const told = (facts: Message["facts"]): readonly string[] =>
    (["en", "zh"] as const).map((lang) => say(lang, { code: "verify.indicator", facts }));
  assert.deepEqual(told({ name: "memory", level: "ok", found: 0.09512 }), [
    "memory: ok, at worst 9.5 %",
    "内存：正常，最差为 9.5 %",
  ]);
  assert.equal(told({ name: "connections", level: "ok", found: 0.29167 })[0], "held for (s): ok, at worst 0.3");
  assert.equal(
    told({ name: "connections", level: "critical", found: "refusals" })[1],
    "连接等待（秒）：严重，最差为 有拒绝",
  );
  assert.deepEqual(told({ name: "redis", level: "warn", found: "slow" }), [
    "Redis: warn, at worst slow",
    "Redis：警告，最差为 缓慢",
  ]);
  assert.deepEqual(told({ name: "redisHitRate", level: "unknown", found: null }), [
    "Redis hit rate: not known",
    "Redis 命中率：未知",
  ]);
});
