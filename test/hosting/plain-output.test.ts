import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fetchPage } from "../client/fetch-page.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

test("without log files every line is on the standard output, plain, and logs says where", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"));
  const env = { DASHD_LOG_DIR: "off", DASHD_ACCESS_LOG: "combined", FORCE_COLOR: "1" };
  const dashd = await startDashd(t, { dir, app: fixtureApp("program.cjs"), profiles, stage: 1, env });
  await fetchPage(dashd.port, "/say?out=good-morning&err=mind-the-gap");
  await until("the lines of app, master and clients", () =>
    [
      /^[-\d]+ [:.\d]+ INFO {2}\[[12]\] good-morning$/m,
      /^[-\d]+ [:.\d]+ WARN {2}\[[12]\] mind-the-gap$/m,
      /^🚀 Production server \(dashd\)$/m,
      /^127\.0\.0\.1 - - \[.*"GET \/say\?out=good-morning/m,
    ].every((line) => line.test(dashd.stdout())),
  );
  assert.ok(!dashd.stdout().includes("\u001b"), "no colours where it is no terminal");
  assert.ok(!existsSync(join(dashd.home, "logs")));
  const sentence = /writes no log files \(DASHD_LOG_DIR=off\).*journalctl.*docker logs/;
  const told = await dashd.run("logs");
  assert.deepEqual([told.code, told.stdout], [1, ""]);
  assert.match(told.stderr, sentence);
  assert.match((await dashd.run("logs", "--lang", "zh")).stderr, /不写日志文件/);
  assert.match((await dashd.run("config")).stdout, /DASHD_LOG_DIR +off +environment/);

  const bearer = { authorization: `Bearer ${readFileSync(join(dashd.home, "token-read"), "utf8").trim()}` };
  const answer = await fetch(`http://127.0.0.1:${dashd.adminPort}/v1/logs?grep=MORNING`, { headers: bearer });
  assert.deepEqual(
    ((await answer.json()) as readonly { readonly message: string }[]).map(({ message }) => message),
    ["good-morning"],
    "the panel has the newest all the same",
  );
  const { stdout, code } = await dashd.stop();
  assert.equal(code, 0);
  assert.match(stdout, /Stopped/);
});

test("as JSON each line is a document, and there is nothing else", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"));
  const env = { DASHD_LOG_DIR: "off", DASHD_LOG_FORMAT: "json", DASHD_ACCESS_LOG: "json", DASHD_LANG: "zh" };
  const dashd = await startDashd(t, { dir, app: fixtureApp("program.cjs"), profiles, stage: 1, env });
  await fetchPage(dashd.port, "/say?out=good-morning&err=-");
  await dashd.stop();
  const lines = dashd
    .stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.ok(lines.some(({ message, slot, level }) => message === "good-morning" && slot > 0 && level === "info"));
  assert.ok(lines.some(({ code, facts }) => code === "log.listening" && facts.adminUrl.startsWith("http://")));
  assert.ok(lines.some(({ target, status }) => target === "/say?out=good-morning&err=-" && status === 200));
  assert.equal(dashd.stderr(), "");
});

test("a detached instance keeps its files, since nobody reads its output", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const dashd = await startDashd(t, {
    dir,
    app: fixtureApp("program.cjs"),
    profiles: smallLadder(join(dir, "ladder")),
  });
  const refused = await dashd.run("start", "--detach", "--log-dir", "off");
  assert.equal(refused.code, 64);
  assert.match(refused.stderr, /--detach, DASHD_LOG_DIR=off; expected a folder for the logs/);
});
