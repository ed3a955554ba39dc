import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { createControlClient } from "../../lib/control/client.ts";
import { DashdError } from "../../lib/errors.ts";
import type { Outcome } from "../../lib/protocol/control.ts";
import { say } from "../../lib/words/say.ts";
import { assertNoneFailed, gatherCrowd } from "../client/crowd.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { smallDisk } from "../faults/small-disk.ts";
import { afterwards } from "../support/afterwards.ts";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { readyWorkers, startDashd, type Instance, type StartOptions } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { command, versionOf } from "../support/versioned.ts";

const timeout = 120_000;

/** A release of the shop: a package with code, a page, an installed module and a database beside it. */
const writeRelease = (folder: string, version: string): void => {
  writeApp(folder, "server.cjs", shop(version));
  mkdirSync(join(folder, "views"), { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "shop", version, scripts: { start: "node server.cjs" } }),
  );
  writeFileSync(join(folder, "views", "page.html"), `<p>${version}</p>`);
  if (!existsSync(join(folder, "orders.db"))) writeFileSync(join(folder, "orders.db"), "");
};

const shop = (version: string): string =>
  programOfVersion(version).replace(
    "app.listen(3000);",
    `const { readFileSync, appendFileSync, realpathSync } = require("node:fs");
const { join } = require("node:path");
app.get("/page", (req, res) => res.type("text").send(readFileSync(join(__dirname, "views/page.html"), "utf8")));
app.get("/order", (req, res) => { appendFileSync(join(__dirname, "orders.db"), "x"); res.type("text").send("ok"); });
app.get("/remember", (req, res) => { appendFileSync(join(__dirname, "memory.txt"), "x"); res.type("text").send("ok"); });
app.get("/where", (req, res) => res.json({ dir: __dirname, cwd: process.cwd(), isMain: require.main === module }));
app.listen(3000);`,
  );

const startSealed = async (t: TestContext, more: Partial<StartOptions> = {}): Promise<Sealed> => {
  const dir = scratchDir(t);
  const release = join(dir, "release");
  writeRelease(release, "one");
  const setting = {
    dir,
    app: release,
    profiles: smallLadder(join(dir, "ladder")),
    stage: 1,
    args: ["--seal"],
    ...more,
  };
  return { ...(await startDashd(t, setting)), release, setting };
};

interface Sealed extends Instance {
  readonly release: string;
  readonly setting: StartOptions;
}

const text = async (port: number, path: string): Promise<string> => {
  const page = await fetchPage(port, path);
  return page.body;
};

const killOne = async (dashd: Instance): Promise<number> => {
  const [victim] = readyWorkers(await dashd.status());
  assert.ok(victim !== undefined);
  process.kill(victim.pid, "SIGKILL");
  await until("another worker in its slot", async () => {
    const now = readyWorkers(await dashd.status()).find(({ slot }) => slot === victim.slot);
    return now !== undefined && now.pid !== victim.pid;
  });
  return victim.slot;
};

/** Asked on many connections, so that every worker answers. */
const versionsOf = async (port: number): Promise<ReadonlySet<string | undefined>> =>
  new Set(await Promise.all(Array.from({ length: 20 }, () => versionOf(port))));

test(
  "a worker that replaces a killed one runs the generation's code, whatever was written over it",
  { timeout },
  async (t) => {
    const dashd = await startSealed(t);
    const where = JSON.parse(await text(dashd.port, "/where"));
    assert.ok(where.dir.startsWith(join(dashd.home, "sealed")), where.dir);
    assert.equal(where.cwd, dashd.release, "it runs where it always ran");
    assert.equal(where.isMain, true);

    // In place: the inode stays, as with `cp` and most editors.
    writeFileSync(join(dashd.release, "server.cjs"), "throw new Error('half a deployment');");
    writeFileSync(join(dashd.release, "views", "page.html"), "<p>two</p>");
    rmSync(join(dashd.release, "node_modules"));
    await killOne(dashd);
    await killOne(dashd);
    assert.deepEqual([...(await versionsOf(dashd.port))], ["one"]);
    assert.equal(await text(dashd.port, "/page"), "<p>one</p>");

    const status = await until("the drift", async () => {
      const now = await dashd.status();
      return now.drift.includes("app") ? now : null;
    });
    assert.ok(
      status.workers.every(({ changedCode }) => !changedCode),
      "nobody runs other code",
    );
    assert.ok(!status.warnings.some(({ code }) => code === "warning.changed-code"));
    const page = await dashd.run("status");
    assert.match(page.stdout, /It runs from its sealed copy, and so does a worker that is restarted/);
  },
);

test(
  "a rollback restores exactly the old code when the original was overwritten, then deleted",
  { timeout },
  async (t) => {
    const dashd = await startSealed(t);
    writeRelease(dashd.release, "two");
    await command(dashd, "reload");
    assert.deepEqual([...(await versionsOf(dashd.port))], ["two"]);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 20, oneShot: 2, thinkMs: 50 });
    afterwards(t, async () => void (await crowd.leave()));
    await command(dashd, "rollback");
    assertNoneFailed(await crowd.leave(), 10);
    assert.deepEqual([...(await versionsOf(dashd.port))], ["one"]);
    assert.equal(await text(dashd.port, "/page"), "<p>one</p>");

    rmSync(dashd.release, { recursive: true });
    await command(dashd, "rollback", "--to", "2");
    assert.deepEqual([...(await versionsOf(dashd.port))], ["two"]);
    await killOne(dashd);
    assert.deepEqual([...(await versionsOf(dashd.port))], ["two"], "revived without its folder");
    await command(dashd, "stage", "2");
    assert.deepEqual([...(await versionsOf(dashd.port))], ["two"], "a change of stage takes the code along");
    const gone = await dashd.run("reload");
    assert.equal(gone.code, 64, "there is nothing to reload from");
    assert.match(gone.stderr, /E_APP_NOT_FOUND|E_START_SCRIPT/);
  },
);

test(
  "a reload follows the link to the next release, and a rollback gets the pruned one back",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    for (const version of ["one", "two"]) writeRelease(join(dir, "releases", version), version);
    symlinkSync("releases/one", join(dir, "current"));
    const profiles = smallLadder(join(dir, "ladder"));
    const app = join(dir, "current", "server.cjs");
    const dashd = await startDashd(t, { dir, app, profiles, stage: 1, args: ["--seal"] });
    symlinkSync("releases/two", join(dir, "next"));
    renameSync(join(dir, "next"), join(dir, "current"));
    await command(dashd, "reload");
    assert.equal(await versionOf(dashd.port), "two");
    rmSync(join(dir, "releases", "one"), { recursive: true });
    await command(dashd, "rollback");
    assert.equal(await versionOf(dashd.port), "one");
    const { app: named } = JSON.parse((await dashd.run("history", "3", "--json")).stdout);
    assert.ok(named.path.endsWith("releases/one/server.cjs"));
    assert.match(named.sealed, /^[0-9a-f]{24}$/);
  },
);

test(
  "data stays with the original: what one generation writes, the next one reads; what goes into the copy is warned of",
  { timeout },
  async (t) => {
    const dashd = await startSealed(t);
    await text(dashd.port, "/order");
    writeRelease(dashd.release, "two");
    await command(dashd, "reload");
    await text(dashd.port, "/order");
    assert.equal(readFileSync(join(dashd.release, "orders.db"), "utf8"), "xx");

    await text(dashd.port, "/remember");
    const found = await until(
      "the warning",
      async () => {
        const { warnings } = await dashd.status();
        return warnings.find(({ code }) => code === "warning.seal-written") ?? null;
      },
      { deadlineMs: 20_000 },
    );
    assert.deepEqual(found.facts["files"], ["memory.txt"]);
    assert.match((await dashd.run("status", "--lang", "zh")).stdout, /DASHD_SEAL_KEEP/);
  },
);

test("copies out of reach are removed, those of the last ten are not", { timeout: 2 * timeout }, async (t) => {
  const dashd = await startSealed(t);
  for (let release = 1; release <= 12; release++) {
    writeRelease(dashd.release, `r${release}`);
    await command(dashd, "reload");
  }
  const copies = () => readdirSync(join(dashd.home, "sealed")).filter((name) => /^[0-9a-f]{24}$/.test(name));
  await until("old copies to go", () => copies().length === 10);
  await command(dashd, "rollback", "--to", "5");
  assert.equal(await versionOf(dashd.port), "r4");
  const refused = await dashd.run("rollback", "--to", "2");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /E_CODE_GONE/);
  assert.match(refused.stderr, /or its copy in the home/);
});

test("a full disk refuses the change with a sentence, and leaves nothing half done", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const disk = smallDisk(join(dir, "home"), 3_000);
  if (disk === null) return t.skip("no mount namespace here");
  const dashd = await startSealed(t, { dir, ...disk.options });
  const seen = dashd.paths.dir;
  writeRelease(dashd.release, "two");
  appendFileSync(join(dashd.release, "views", "page.html"), "x".repeat(200_000));
  disk.fill(seen);
  // Over the control socket: the command would look for the home where it is not mounted.
  const reload = async (): Promise<Pick<Outcome, "exitCode" | "message">> => {
    const client = createControlClient({ paths: dashd.paths });
    try {
      for await (const line of client.change({ kind: "reload", by: "a test", reason: null })) {
        if (line.type === "outcome") return line;
      }
      throw new Error("no outcome");
    } catch (error) {
      // Refused before a word was said of copying.
      if (!(error instanceof DashdError)) throw error;
      return { exitCode: error.exitCode, message: { code: error.code, facts: error.facts } };
    }
  };
  const refused = await reload();
  disk.free(seen);
  assert.deepEqual([refused.message.code, refused.exitCode], ["E_SEAL", 6]);
  assert.match(say("en", refused.message), /the disk is full.*Nothing has changed/);
  assert.equal(await versionOf(dashd.port), "one");
  assert.equal(readdirSync(join(seen, "sealed")).length, 1);
  assert.equal((await reload()).exitCode, 0);
  assert.equal(await versionOf(dashd.port), "two");
});

test("a start does not bring back the code that a rollback took away", { timeout }, async (t) => {
  const dashd = await startSealed(t);
  writeRelease(dashd.release, "two");
  await command(dashd, "reload");
  await command(dashd, "rollback");
  await dashd.stop();
  const again = await startDashd(t, { ...dashd.setting, home: dashd.home });
  assert.equal(await versionOf(again.port), "one", "as before the reboot");
  assert.ok((await again.status()).warnings.some(({ code }) => code === "warning.rolled-back-code"));
  await again.stop();

  writeRelease(dashd.release, "three");
  const third = await startDashd(t, { ...dashd.setting, home: dashd.home });
  assert.equal(await versionOf(third.port), "three", "code that is new is served");
  await third.stop();

  await third.run("rollback");
  const { app: _, ...withoutApp } = dashd.setting;
  const back = await startDashd(t, { ...withoutApp, home: dashd.home });
  assert.equal(await versionOf(back.port), "one", "a rollback while stopped restores the copy");
  await back.stop();

  await back.run("rollback", "--to", "2");
  rmSync(dashd.release, { recursive: true });
  rmSync(join(dashd.home, "sealed"), { recursive: true });
  const gone = await back.run("start", "--port", "0", "--admin-port", "0");
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /revision 2 ran at .* is no longer there: .*E_CODE_GONE/);
});

test(
  "without --seal a revived worker that loads changed code is marked, in status, in the log, until the generation goes",
  { timeout },
  async (t) => {
    const dashd = await startSealed(t, { args: [] });
    assert.equal((await dashd.status()).app.sealed, null);
    assert.ok((await dashd.status()).workers.every(({ changedCode }) => !changedCode));
    writeRelease(dashd.release, "two");
    const slot = await killOne(dashd);
    const marked = await until("the mark", async () => {
      const now = await dashd.status();
      return now.workers.some(({ changedCode }) => changedCode) ? now : null;
    });
    assert.deepEqual(
      marked.workers.filter(({ changedCode }) => changedCode).map((worker) => worker.slot),
      [slot],
    );
    const warning = marked.warnings.find(({ code }) => code === "warning.changed-code");
    assert.deepEqual(warning?.facts, { slots: [String(slot)] });
    const page = await dashd.run("status");
    assert.match(page.stdout, /ready, other code/);
    assert.match(page.stdout, /dashd reload.*--seal/);
    assert.match(
      (await dashd.run("logs")).stdout,
      new RegExp(`Slot ${slot}: pid \\d+ loaded code that has changed since generation 1`),
    );

    const refused = await dashd.run("rollback", "--to", "1");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /With `dashd start --seal` each generation keeps a copy of its own/);

    await command(dashd, "reload");
    const after = await dashd.status();
    assert.ok(
      after.workers
        .filter(({ generation }) => generation === after.generation)
        .every(({ changedCode }) => !changedCode),
    );
    assert.ok(!after.warnings.some(({ code }) => code === "warning.changed-code"));
  },
);

test(
  "shapes of programs run from their copy: an ES module with a hook of its own, a lone file in a typeless folder",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const folder = join(dir, "esm");
    writeApp(folder, "hook.mjs", `globalThis.hooked = import.meta.url;`);
    writeApp(
      folder,
      "server.mjs",
      `import { createServer } from "node:http";
import express from "express";
const app = express();
app.get("/", (req, res) => res.json({ url: import.meta.url, hooked: globalThis.hooked, cwd: process.cwd() }));
createServer(app).listen(3000);`,
    );
    const scripts = { start: "node --import ./hook.mjs server.mjs" };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", scripts }));
    const profiles = smallLadder(join(dir, "ladder"));
    const home = join(folder, ".dashd");
    const esm = await startDashd(t, { dir, home, app: folder, profiles, stage: 1, args: ["--seal"] });
    const found = JSON.parse(await text(esm.port, "/"));
    for (const url of [found.url, found.hooked]) assert.ok(url.includes("/.dashd/sealed/"), url);
    assert.equal(found.cwd, folder);

    // Above the home lies a package of another type: the lone file has none.
    const lone = join(dir, "lone");
    writeApp(lone, "shop.js", programOfVersion("one"));
    const other = { dir: lone, home: join(folder, "home"), app: join(lone, "shop.js"), profiles, stage: 1 };
    const dashd = await startDashd(t, { ...other, args: ["--seal"] });
    writeFileSync(join(lone, "shop.js"), programOfVersion("two"));
    await killOne(dashd);
    assert.deepEqual([...(await versionsOf(dashd.port))], ["one"]);
  },
);

test("a worker that is revived from a copy somebody wrote into is marked like any other", { timeout }, async (t) => {
  const dashd = await startSealed(t);
  const { sealed } = (await dashd.status()).app;
  const code = join(dashd.home, "sealed", sealed ?? "", "tree", "server.cjs");
  chmodSync(code, 0o644);
  writeFileSync(code, shop("other"));
  const slot = await killOne(dashd);
  const marked = await until("the mark", async () => {
    const { workers } = await dashd.status();
    return workers.find(({ changedCode }) => changedCode) ?? null;
  });
  assert.equal(marked.slot, slot);
  await command(dashd, "reload");
  assert.deepEqual([...(await versionsOf(dashd.port))], ["one"], "made anew from the original");
});

test("--seal with the built-in board or an upstream says that there is nothing to seal", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const args = ["--upstream", "http://127.0.0.1:9", "--seal"];
  const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), stage: 1, args });
  assert.ok((await dashd.status()).warnings.some(({ code }) => code === "warning.nothing-to-seal"));
  assert.ok(!existsSync(join(dashd.home, "sealed")));
});
