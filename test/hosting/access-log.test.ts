import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 180_000;

test(
  "each request has its line in access.log, those of a stop included, and none its secret",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const app = writeApp(dir, "app.cjs", programOfVersion("one"));
    const profiles = smallLadder(join(dir, "ladder"));
    const env = { DASHD_ACCESS_LOG: "json" };
    const dashd = await startDashd(t, { dir, app, stage: 1, profiles, env });
    const log = join(dashd.home, "logs/access.log");
    for (let visit = 0; visit < 20; visit++) {
      const response = await fetch(`${dashd.url}/missing?visit=${visit}&token=hush`);
      await response.arrayBuffer();
    }
    await dashd.stop();
    const lines = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const own = lines.filter(({ target }) => target.startsWith("/missing"));
    assert.deepEqual(
      own.map(({ target }) => String(target)).toSorted(),
      Array.from({ length: 20 }, (_, visit) => `/missing?visit=${visit}&token=(set)`).toSorted(),
    );
    for (const { status, address, bytes, slot } of own) {
      assert.deepEqual([status, address], [404, "127.0.0.1"]);
      assert.ok(bytes > 0 && [1, 2].includes(slot));
    }
  },
);

test(
  "off writes none; the log's level changes while it runs, config shows it, and a restart brings the setting back",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const app = writeApp(dir, "app.cjs", programOfVersion("one"));
    const profiles = smallLadder(join(dir, "ladder"));
    const dashd = await startDashd(t, { dir, app, stage: 1, profiles });
    await (await fetch(dashd.url)).arrayBuffer();
    const set = await dashd.run("logs", "--set-level", "debug");
    assert.deepEqual([set.code, set.stdout], [0, "The instance logs from debug up until its next start.\n"]);
    const shown = await dashd.run("config");
    assert.match(shown.stdout, /DASHD_LOG_LEVEL +info +default +needs a restart \(running with debug\)/);
    await dashd.run("reload");
    const logged = await until("a line of debug", async () => {
      const { stdout } = await dashd.run("logs", "--lines", "500");
      return / DEBUG /.test(stdout) ? stdout : null;
    });
    assert.match(logged, /Log level info → debug, until the next start/);
    const typo = await dashd.run("logs", "--set-level", "debg");
    assert.equal(typo.code, 64);
    assert.match(typo.stderr, /did you mean debug\?[^]*hint: dashd logs --set-level debug/);
    await dashd.stop();
    assert.ok(!existsSync(join(dashd.home, "logs/access.log")));
    const again = await startDashd(t, { dir, app, stage: 1, profiles, home: dashd.home });
    assert.match((await again.run("config")).stdout, /DASHD_LOG_LEVEL +info +default +yes/);
  },
);
