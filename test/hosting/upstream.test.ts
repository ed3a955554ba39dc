import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { assertNoneFailed } from "../client/crowd.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { whoAnswered } from "../client/name-card.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { launchDashd, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { assertNothingLost } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { gatherPosters, startUpstream } from "../support/upstream.ts";
import { command, pidsOf, versionOf } from "../support/versioned.ts";

const timeout = 120_000;

test(
  "users of an upstream, those that POST included, lose no request through stage, rollback and reload",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"));
    const { url } = await startUpstream(t);
    const dashd = await startDashd(t, { dir, profiles, stage: 2, args: ["--upstream", url] });
    const posters = gatherPosters(dashd.port, 5);
    afterwards(t, async () => void (await posters.leave()));
    const changes = [["stage", "1"], ["stage", "2"], ["rollback"], ["reload"]];
    await assertNothingLost(t, dashd, { keepAlive: 20, oneShot: 10, changes, atLeast: 500 });
    assertNoneFailed(await posters.leave(), 50);
  },
);

test(
  "status tells within seconds that the upstream is down and up again; no worker is restarted",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"));
    const upstream = await startUpstream(t);
    const dashd = await startDashd(t, { dir, profiles, stage: 1, args: ["--upstream", upstream.url] });
    const first = await dashd.status();
    assert.equal(first.state, "held");
    assert.equal(first.services.upstream?.url, upstream.url);
    assert.equal(first.services.upstream?.state, "up");
    assert.equal(first.services.postgres.state, "off", "no PostgreSQL of the board's");
    assert.deepEqual(first.drift, []);
    const pids = await pidsOf(dashd);
    const page = await dashd.run("status");
    assert.match(page.stdout, /^OK stage 1 .* · upstream ok · no drift\n/);
    assert.ok(page.stdout.includes(`\n${upstream.url} · `), page.stdout);
    assert.match(page.stdout, /⚠ .*stays unproven/);
    await until("the banner", () => /Upstream: http[\s\S]*stays unproven/.test(dashd.stdout()));

    await upstream.stop();
    const down = await until("the upstream to be down", async () => {
      const status = await dashd.status();
      return status.services.upstream?.state === "down" && status;
    });
    assert.equal(down.state, "degraded");
    assert.equal((await fetchPage(dashd.port, "/")).status, 502);
    assert.equal((await fetchPage(dashd.port, "/readyz")).status, 200);
    const told = (await dashd.run("status", "--lang", "zh")).stdout;
    assert.match(told, /^降级 阶段 1.*上游 不可用/);
    assert.match(told, /✗ http:\/\/127\.0\.0\.1:\d+ 不可用：对方没有在监听/);

    await upstream.start();
    await until("the upstream to be up", async () => (await dashd.status()).state === "held");
    assert.equal((await fetchPage(dashd.port, "/")).status, 200);
    assert.deepEqual(await pidsOf(dashd), pids);
    assert.ok((await dashd.status()).workers.every(({ restarts }) => restarts === 0));
  },
);

test("a rollback goes back to the upstream that was in force before, running or not", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"));
  const [blue, green] = [await startUpstream(t, "blue"), await startUpstream(t, "green")];
  const setting = { dir, home: join(dir, "home"), profiles };
  const first = await startDashd(t, { ...setting, stage: 1, args: ["--upstream", blue.url] });
  assert.equal(await versionOf(first.port), "blue");
  await first.stop();

  const second = await startDashd(t, { ...setting, env: { DASHD_UPSTREAM: green.url } });
  assert.equal(await versionOf(second.port), "green");
  await command(second, "rollback");
  assert.equal(await versionOf(second.port), "blue");
  const status = await until("a look at the other upstream", async () => {
    const seen = await second.status();
    return seen.services.upstream?.latencyMs !== null && seen;
  });
  assert.equal(status.services.upstream?.url, blue.url);
  await command(second, "reload");
  assert.equal(await versionOf(second.port), "green", "a reload takes what the start named");
  assert.ok((await second.run("history")).stdout.includes("reload"));
  await second.stop();

  await command(second, "rollback");
  const third = await startDashd(t, { ...setting, env: { DASHD_UPSTREAM: green.url } });
  assert.equal(await versionOf(third.port), "blue", "what a rollback has set goes before the settings");
});

test(
  "a start where an upstream is served already: the same is fine, any other app is refused",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"));
    const { url } = await startUpstream(t);
    const dashd = await startDashd(t, { dir, profiles, stage: 1, args: ["--upstream", url] });
    assert.equal(whoAnswered(await fetchPage(dashd.port, "/?n=7"))?.n, "7");
    const same = await dashd.run("start", "--upstream", `${url}/`);
    assert.equal(same.code, 0, same.stderr);
    for (const args of [["--upstream", "http://127.0.0.1:9"], [fixtureApp("exports-app.mjs")], []]) {
      const other = await dashd.run("start", ...args);
      assert.equal(other.code, 1, args.join(" "));
      assert.match(other.stderr, /E_OTHER_APP_RUNNING/);
      assert.ok(other.stderr.includes(url), other.stderr);
    }
  },
);

for (const [what, args, told] of [
  ["an app as well", [fixtureApp("exports-app.mjs"), "--upstream", "http://127.0.0.1:9"], /not both/],
  ["a password in it", ["--upstream", "http://me:hush@127.0.0.1:9"], /without user, password/],
  ["a path in it", ["--upstream", "http://127.0.0.1:9/app"], /without user, password, path/],
  ["another scheme", ["--upstream", "ftp://127.0.0.1"], /expected http:/],
  ["its own port", ["--upstream", "http://localhost:8077", "--port", "8077"], /DASHD_UPSTREAM.*8077/],
] as const) {
  test(`an upstream with ${what} is a usage error`, { timeout }, async (t) => {
    const { code, stderr } = await launchDashd(t, { stage: 1, args }).ended();
    assert.equal(code, 64, stderr);
    assert.match(stderr, told);
    assert.doesNotMatch(stderr, /hush/);
  });
}
