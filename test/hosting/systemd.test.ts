import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { serviceBounds } from "../../lib/fleet/service-bounds.ts";
import { systemdUnits } from "../../lib/fleet/systemd-units.ts";
import { marked } from "../../lib/fleet/unit-mark.ts";
import { builtInProfilesDir, loadLadder } from "../../lib/profile/load.ts";
import { requestOnce } from "../client/connection.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { fixtureApp } from "../support/apps.ts";
import { launchDashd, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { MARK } from "../support/processes.ts";
import { dashdBin } from "../support/program.ts";
import { quietPort } from "../support/quiet-port.ts";
import { scratchDir } from "../support/scratch.ts";
import { listenAsManager, systemdPath } from "../support/systemd.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;

/** Answers with what of systemd's it finds in its environment, once it has taken its time to load. */
const slowApp = `await new Promise((resolve) => setTimeout(resolve, 1_000));
const found = Object.keys(process.env).filter((name) => /^(NOTIFY|WATCHDOG|LISTEN)_/.test(name));
export default (req, res) => res.end(JSON.stringify({ pid: process.pid, found }));
`;

test(
  "systemd hears READY when it serves, pings while its loop turns, RELOADING and STOPPING",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const path = systemdPath(t);
    const ear = await listenAsManager(t, path);
    writeFileSync(join(dir, "app.mjs"), slowApp);
    const watchdogMs = 3_000;
    const launched = launchDashd(t, {
      ...{ dir, app: join(dir, "app.mjs"), profiles: smallLadder(join(dir, "ladder")), stage: 1 },
      env: { PATH: path, NOTIFY_SOCKET: ear.socket, WATCHDOG_USEC: String(watchdogMs * 1_000) },
    });
    const having = (word: string): number => ear.messages().filter((words) => words.includes(word)).length;

    await until("the first word", () => ear.messages().length > 0);
    assert.equal((await launched.status()).state, "starting");
    assert.equal(having("READY=1"), 0, "not before it serves");
    await until("READY", () => having("READY=1") > 0);
    const { state, drift, url } = await launched.status();
    assert.deepEqual({ state, drift }, { state: "held", drift: [] });
    const ready = ear.messages().find((words) => words.includes("READY=1")) ?? [];
    assert.match(ready.at(-1) ?? "", /^STATUS=OK stage 1 \(rev 1\) · 2\/2 workers/);
    const page = await fetchPage(Number(new URL(url).port), "/");
    assert.deepEqual(JSON.parse(page.body).found, [], "no worker is told");

    await until("pings", () => having("WATCHDOG=1") >= 3);
    launched.kill("SIGSTOP");
    const before = having("WATCHDOG=1");
    // As long as systemd would wait, and what was on its way when it was stopped.
    await new Promise((resolve) => setTimeout(resolve, watchdogMs));
    assert.ok(having("WATCHDOG=1") <= before + 1, "a stopped master does not ping");
    const stopped = having("WATCHDOG=1");
    launched.kill("SIGCONT");
    await until("pings again", () => having("WATCHDOG=1") > stopped);

    assert.equal((await launched.run("reload")).code, 0);
    await until("READY after the change", () => having("READY=1") >= 2);
    const changes = ear
      .messages()
      .flat()
      .filter((word) => word === "RELOADING=1" || word === "READY=1");
    assert.deepEqual(changes, ["READY=1", "RELOADING=1", "READY=1"]);
    assert.equal((await launched.stop()).code, 0);
    await until("STOPPING", () => having("STOPPING=1") === 1);
    assert.match(ear.messages().at(-1)?.join(" ") ?? "", /^STOPPING=1 EXTEND_TIMEOUT_USEC=\d+ STATUS=DRAINING/);
  },
);

test("clients who came before the start are served from the socket that systemd opened", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const path = systemdPath(t);
  const port = await quietPort();
  writeFileSync(join(dir, "app.mjs"), slowApp);
  const passed = ["PATH", "HOME", "XDG_RUNTIME_DIR", "LANG", MARK].flatMap((name) => ["--setenv", name]);
  const launched = launchDashd(t, {
    ...{ dir, app: join(dir, "app.mjs"), profiles: smallLadder(join(dir, "ladder")), stage: 1 },
    env: { PATH: path },
    under: ["systemd-socket-activate", ...passed, "--listen", `127.0.0.1:${port}`],
  });
  await until("the socket", () => launched.stderr().includes(`Listening on 127.0.0.1:${port}`));
  // The first of them is what starts dashd.
  const early = Array.from({ length: 20 }, () => requestOnce(port, "/"));
  const dashd = await launched.serving();
  assert.equal(dashd.port, port);
  for (const outcome of await Promise.all(early)) {
    assert.ok(outcome.kind === "answer" && outcome.status === 200, JSON.stringify(outcome));
    assert.deepEqual(JSON.parse(outcome.body).found, []);
  }
});

test(
  "a socket that is not one TCP listener is refused as usage, so that systemd does not try again",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"));
    const app = fixtureApp("exports-app.mjs");
    for (const [sockets, found] of [
      ["LISTEN_FDS=2", /2 sockets/],
      ["LISTEN_FDS=1", /cannot be served/],
    ] as const) {
      const under = ["sh", "-c", `LISTEN_PID=$$ ${sockets} exec "$@" 3</dev/null`, "sh"];
      const finished = await launchDashd(t, { dir, app, profiles, stage: 1, under }).ended();
      assert.equal(finished.code, 64, finished.stderr);
      assert.match(finished.stderr, found);
    }
  },
);

test("without systemd-notify it serves on, and says once what is missing", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const dashd = await startDashd(t, {
    ...{ dir, app: fixtureApp("exports-app.mjs"), profiles: smallLadder(join(dir, "ladder")), stage: 1 },
    env: { PATH: dir, NOTIFY_SOCKET: join(dir, "nobody.sock"), WATCHDOG_USEC: "3000000" },
  });
  await until("the warning", () => dashd.stderr().includes("systemd could not be told"));
  assert.equal((await fetchPage(dashd.port, "/")).status, 200);
  assert.equal(dashd.stderr().split("systemd could not be told").length, 2);
});

test("systemd-analyze finds nothing in any of the units, and finds a fault in a faulty one", { timeout }, async (t) => {
  const dir = join(scratchDir(t), "units 100%");
  mkdirSync(dir);
  const env = { ...process.env, PATH: systemdPath(t), XDG_RUNTIME_DIR: dir };
  const ladder = await loadLadder(builtInProfilesDir());
  const launch = {
    ...{ program: [process.execPath, dashdBin], folder: dir, home: join(dir, ".dashd"), app: join(dir, "it's.js") },
    ...{ flags: ["--port", "80"], appArgs: ["$HOME", 'say "hi"', "a;b", ""], firstStage: 2 },
  };
  const verify = (
    scope: readonly string[],
    units: readonly { readonly name: string; readonly text: string }[],
  ): string => {
    for (const { name, text } of units) writeFileSync(join(dir, name), text);
    const files = units.map(({ name }) => join(dir, name));
    const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", ...scope, "--man=no", ...files], {
      env,
      encoding: "utf8",
    });
    return `${stdout}${stderr}`
      .split("\n")
      .filter((line) => line.includes("dashd-odd"))
      .join("\n");
  };
  for (const [scope, user] of [
    [[], "root"],
    [[], "daemon"],
    [["--user"], null],
  ] as const) {
    const socket = { host: "::", port: 80, backlog: 4096 };
    const units = systemdUnits({
      ...{ name: "dashd-odd", launch, bounds: serviceBounds(ladder), user, socket },
      ...{ needsLowPort: true, writable: [join(dir, "up loads")] },
    }).map(({ name, text }) => ({ name, text: marked(text, launch.home) }));
    assert.equal(verify(scope, units), "", `${user}`);
    const faulty = units.map(({ name, text }) => ({ name, text: text.replace("KillMode=mixed", "KillMode=some") }));
    assert.match(verify(scope, faulty), /KillMode|kill mode/, "the fault is seen");
  }
});
