import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { whoAnswered } from "../client/name-card.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 60_000;

test(
  "what the app says is in the logs with its slot, readable and as JSON, also when nothing runs any more",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const app = fixtureApp("program.cjs");
    const dashd = await startDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 2 });
    const answer = await fetchPage(dashd.port, "/say?out=good-morning&err=mind-the-gap");
    const slot = whoAnswered(answer)?.slot ?? 0;

    const lineOf = async (word: string, ...args: readonly string[]): Promise<string> =>
      until(word, async () =>
        (await dashd.run("logs", ...args)).stdout.split("\n").find((line) => line.includes(word)),
      );
    assert.match(await lineOf("good-morning"), new RegExp(`\\b${slot}\\b`));
    assert.match(await lineOf("mind-the-gap", "--slot", String(slot)), new RegExp(`\\b${slot}\\b`));
    const other = await dashd.run("logs", "--slot", String((slot % 3) + 1));
    assert.doesNotMatch(other.stdout, /good-morning/);
    const record = JSON.parse(await lineOf("good-morning", "--json"));
    assert.equal(record.slot, slot);

    await dashd.stop();
    assert.match(await lineOf("good-morning"), /good-morning/);
  },
);

test("logs -f shows new lines as they come, and ends when interrupted", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = fixtureApp("program.cjs");
  const dashd = await startDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 1 });
  const follow = dashd.spawn("logs", "-f");
  await until("the lines there are", () => follow.stdout().length > 0);
  await fetchPage(dashd.port, "/say?out=fresh-news&err=-");
  await until("the new line", () => follow.stdout().includes("fresh-news"));
  follow.child.kill("SIGINT");
  assert.equal((await follow.exited).code, 130);
});

test("no secret is in the logs, in status or in the arguments of a process", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const secret = "s3cr3t-of-this-test";
  const dashd = await startDashd(t, {
    dir,
    app: fixtureApp("exports-app.mjs"),
    profiles: smallLadder(join(dir, "ladder")),
    stage: 1,
    env: { DASHD_ADMIN_TOKEN: secret, DATABASE_URL: `postgres://u:${secret}@db/x` },
  });
  const outputs = [
    ...(await Promise.all([dashd.run("status", "--json"), dashd.run("config", "--json"), dashd.run("logs")])),
  ].map(({ stdout, stderr }) => stdout + stderr);
  const commandLines = dashd.pids().map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  const files = readdirSync(join(dashd.home, "logs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  for (const text of [...outputs, ...commandLines, ...files, dashd.stdout(), dashd.stderr()]) {
    assert.ok(!text.includes(secret), text);
  }
});

test("the tokens that dashd makes itself are taken out of the log and of black boxes", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = writeApp(
    dir,
    "app.cjs",
    `
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const tokens = () => ["token", "token-read"].map((name) => readFileSync(join(${JSON.stringify(join(dir, "home"))}, name), "utf8").trim());
module.exports = (req, res) => {
  if (req.url !== "/tell") return res.end("ok");
  console.error("told: " + tokens().join(" "));
  setTimeout(() => { throw new Error("thrown: " + tokens().join(" ")); }, 50);
};
`,
  );
  const dashd = await startDashd(t, { dir, app, profiles: smallLadder(join(dir, "ladder")), stage: 1 });
  const tokens = ["token", "token-read"].map((name) => readFileSync(join(dashd.home, name), "utf8").trim());
  await assert.rejects(fetch(`${dashd.url}/tell`));
  const why = await until("the black box", async () => {
    const { stdout } = await dashd.run("why");
    return stdout.includes("thrown: ") ? stdout : null;
  });
  assert.match(why, /thrown: \(set\) \(set\)/);
  assert.match(why, /told: \(set\) \(set\)/);
  await dashd.stop();
  const written = readdirSync(dashd.home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("token"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  assert.ok(written.some((text) => text.includes("thrown: (set) (set)")));
  for (const text of [...written, dashd.stdout(), dashd.stderr()]) {
    for (const token of tokens) assert.ok(!text.includes(token), text);
  }
});
