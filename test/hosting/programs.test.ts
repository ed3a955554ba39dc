import assert from "node:assert/strict";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fetchPage } from "../client/fetch-page.ts";
import { isListening } from "../client/reachable.ts";
import { repositoryDir, writeApp } from "../support/apps.ts";
import { launchDashd, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { program } from "../support/mini-master.ts";
import { isAlive, signalIfAlive } from "../support/processes.ts";
import { quietPort } from "../support/quiet-port.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

const answers = `require("node:http").createServer((req, res) => res.end(JSON.stringify({
  argv: process.argv.slice(1), execArgv: process.execArgv, cwd: process.cwd(), city: process.env.CITY,
}))).listen(3000);`;

test("a TypeScript program is served through the user's own loader", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const folder = join(dir, "shop");
  const app = writeApp(folder, "server.ts", readFileSync(program("server.ts"), "utf8"));
  writeApp(folder, "package.json", JSON.stringify({ type: "module" }));
  symlinkSync(join(repositoryDir, "node_modules"), join(dir, "node_modules"));
  const dashd = await startDashd(t, {
    dir,
    profiles: smallLadder(join(dir, "ladder")),
    app,
    stage: 1,
    appArgs: ["a", "b"],
    env: { NODE_OPTIONS: "--import tsx" },
  });
  assert.equal((await fetchPage(dashd.port, "/x")).body, "north /x a,b");
});

test(
  "a folder starts as `npm start` would, in that folder, and a reload follows its package.json",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const folder = join(dir, "shop");
    const startWith = (start: string): string =>
      writeApp(folder, "package.json", JSON.stringify({ main: "other.js", scripts: { start } }));
    startWith("node -r dotenv/config x.js arg");
    writeApp(folder, "x.js", answers);
    writeFileSync(join(folder, ".env"), "CITY=Kunming\n");
    const dashd = await startDashd(t, {
      dir,
      profiles: smallLadder(join(dir, "ladder")),
      app: "./shop",
      stage: 1,
      appArgs: ["--more"],
    });
    const page = async () => JSON.parse((await fetchPage(dashd.port, "/")).body);
    const first = {
      argv: [join(folder, "x.js"), "arg", "--more"],
      execArgv: ["-r", "dotenv/config"],
      cwd: folder,
      city: "Kunming",
    };
    assert.deepEqual(await page(), first);

    startWith("node --max-old-space-size=300 y.js");
    writeApp(folder, "y.js", answers);
    assert.equal((await dashd.run("reload")).code, 0);
    const second = { argv: [join(folder, "y.js"), "--more"], execArgv: ["--max-old-space-size=300"], cwd: folder };
    assert.deepEqual(await page(), second);

    // A worker that is born later is born for its generation.
    const [{ pid } = { pid: 0 }] = (await dashd.status()).workers;
    signalIfAlive(pid, "SIGKILL");
    await until("another worker", async () => {
      const { workers } = await dashd.status();
      return workers.every((worker) => worker.pid !== pid && worker.state === "ready");
    });
    for (let n = 0; n < 4; n++) assert.deepEqual(await page(), second);

    // Back to the file and the flags of then: the code is what it was but for package.json.
    startWith("node -r dotenv/config x.js arg");
    writeFileSync(join(folder, "y.js"), "");
    assert.equal((await dashd.run("reload")).code, 0);
    assert.deepEqual(await page(), first);
  },
);

test("a start script that needs a shell is refused, naming the file as the way out", { timeout }, async (t) => {
  const dir = scratchDir(t);
  writeApp(dir, "server.js", answers);
  for (const [start, main, hint] of [
    ["NODE_ENV=production node server.js", undefined, "dashd start ./server.js"],
    ["node migrate.js && node server.js", "lib/app.js", "dashd start ./lib/app.js"],
    ["next start", undefined, "dashd start ./server.js"],
    ["node gone.js", undefined, "dashd start ./server.js"],
  ] as const) {
    writeApp(dir, "package.json", JSON.stringify({ main, scripts: { start } }));
    writeApp(join(dir, "lib"), "app.js", answers);
    const launched = launchDashd(t, { dir, app: ".", stage: 1 });
    const { code, stderr } = await launched.ended();
    assert.equal(code, 64, stderr);
    assert.ok(stderr.includes(start) && stderr.includes(hint), stderr);
  }
});

test("without a start script it is main, server.js, index.js", { timeout }, async (t) => {
  const dir = scratchDir(t);
  writeApp(dir, "package.json", "{}");
  writeApp(dir, "server.js", answers);
  writeApp(dir, "index.js", "throw new Error('not this one')");
  const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), app: ".", stage: 1 });
  assert.deepEqual(JSON.parse((await fetchPage(dashd.port, "/")).body).argv, [join(dir, "server.js")]);
});

test("a program that forks with node:cluster is refused in one sentence with its line", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const launched = launchDashd(t, { dir, app: program("forks.cjs"), stage: 1, profiles: smallLadder(join(dir, "l")) });
  const { code, stderr } = await launched.ended();
  assert.equal(code, 1);
  assert.match(stderr, /starts workers of its own \(cluster\.fork\(\)\), which is what dashd does.*forks\.cjs:15:77/);
});

test(
  "of a program on several ports the named one is served, the other is left alone and named in status",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const metrics = await quietPort();
    const shop = await quietPort();
    const dashd = await startDashd(t, {
      dir,
      profiles: smallLadder(join(dir, "ladder")),
      app: program("shapes.cjs"),
      stage: 1,
      args: ["--adopt-port", String(shop)],
      appArgs: ["several-ports", String(metrics), String(shop)],
    });
    assert.equal((await fetchPage(dashd.port, "/")).body, "shop");
    assert.equal((await fetchPage(metrics, "/")).body, "metrics");
    assert.equal(await isListening(shop), false);
    const warnings = await until("the warning", async () => {
      const found = (await dashd.status()).warnings.filter(({ code }) => code === "W_SERVER_LEFT_ALONE");
      return found.length > 0 && found;
    });
    assert.deepEqual(warnings, [{ code: "W_SERVER_LEFT_ALONE", facts: { detail: String(metrics) } }]);
    assert.match((await dashd.run("status")).stdout, new RegExp(`also listens on ${metrics}`));
    assert.match((await dashd.run("logs")).stdout, new RegExp(`also listens on ${metrics}`));
  },
);

test("where nothing listens on the named port, the start says which ports it saw", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const ports = [await quietPort(), await quietPort()].map(String);
  const launched = launchDashd(t, {
    dir,
    profiles: smallLadder(join(dir, "ladder"), { bootTimeoutSec: 6 }),
    app: program("shapes.cjs"),
    stage: 1,
    args: ["--adopt-port", "81"],
    appArgs: ["several-ports", ...ports],
  });
  const { code, stderr } = await launched.ended();
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`boot time-out: listen\\(${ports[0]}\\), listen\\(${ports[1]}\\), DASHD_ADOPT_PORT=81`),
  );
});

test(
  "a program that exits in its stop handler is no crash, neither at a reload nor at the stop",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const dashd = await startDashd(t, {
      dir,
      profiles: smallLadder(join(dir, "ladder")),
      app: program("pm2.cjs"),
      stage: 1,
      appArgs: ["SIGINT", "exit"],
    });
    const old = (await dashd.status()).workers.map(({ pid }) => pid);
    assert.equal((await dashd.run("reload")).code, 0);
    await until("the old workers to go", () => old.every((pid) => !isAlive(pid)));
    const { workers, state } = await dashd.status();
    assert.deepEqual([state, workers.map(({ restarts }) => restarts)], ["held", [0, 0]]);
    assert.equal((await dashd.run("stop")).code, 0);
    const lines = (await dashd.run("logs", "--lines", "500")).stdout;
    assert.equal(lines.match(/stopping on SIGINT/g)?.length, 4);
    assert.doesNotMatch((await dashd.run("logs", "--level", "warn")).stdout, /exit|crash|ended/i);
  },
);

test("a warning of the app goes with the generation that deserved it", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const app = join(dir, "server.cjs");
  writeApp(dir, "server.cjs", readFileSync(program("memory.cjs"), "utf8"));
  const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), app, stage: 1 });
  await fetchPage(dashd.port, "/session");
  await fetchPage(dashd.port, "/socket.io/?EIO=4&transport=polling");
  const codes = async () => (await dashd.status()).warnings.map(({ code }) => code).toSorted();
  await until("both warnings", async () => (await codes()).length === 2);
  assert.deepEqual(await codes(), ["W_MEMORY_SESSIONS", "W_POLLING"]);
  writeFileSync(app, answers);
  assert.equal((await dashd.run("reload")).code, 0);
  assert.deepEqual(await codes(), []);
});

test("there is never more than one leader, through a reload and a kill", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const seen = join(dir, "leaders");
  const app = writeApp(
    dir,
    "leads.mjs",
    `import { appendFileSync } from "node:fs";
    export default (context) => {
      setInterval(() => {
        if (context.leader) appendFileSync(${JSON.stringify(seen)}, process.pid + " " + process.hrtime.bigint() + "\\n");
      }, 2);
      return (req, res) => res.end("ok");
    };`,
  );
  const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), app, stage: 2 });
  const leaders = (): readonly number[] => [
    ...new Set(
      readFileSync(seen, "utf8")
        .trim()
        .split("\n")
        .map((line) => Number(line.split(" ")[0])),
    ),
  ];
  const another = (count: number) => until(`leader number ${count}`, () => leaders().length === count);
  await another(1);
  assert.equal((await dashd.run("reload")).code, 0);
  await another(2);
  signalIfAlive(leaders()[1] ?? 0, "SIGKILL");
  await another(3);
  assert.equal((await dashd.run("reload")).code, 0);
  await another(4);
  const turns = readFileSync(seen, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const inTime = turns.toSorted((a, b) => (BigInt(a[1] ?? 0) < BigInt(b[1] ?? 0) ? -1 : 1)).map(([pid]) => Number(pid));
  const reigns = inTime.filter((pid, n) => pid !== inTime[n - 1]);
  assert.deepEqual(reigns, leaders(), "each leads once, and none while another does");
});
