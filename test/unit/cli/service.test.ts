import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { CommandContext, Given } from "../../../lib/cli/command.ts";
import { createIo } from "../../../lib/cli/io.ts";
import { installService } from "../../../lib/cli/service-install.ts";
import { removeService } from "../../../lib/cli/service-remove.ts";
import type { SystemTools } from "../../../lib/cli/system-tools.ts";
import type { Cleanup } from "../../support/afterwards.ts";
import { scratchDir } from "../../support/scratch.ts";
import { run } from "./run.ts";

/** A machine whose programs only write down how they were called. */
const machine = (t: Cleanup, { booted = true, uid = 1000, fails = {} }: Machine = {}) => {
  const dir = scratchDir(t);
  const cwd = join(dir, "shop");
  const units = join(dir, "units");
  mkdirSync(cwd);
  writeFileSync(join(cwd, "server.mjs"), "export default () => {};\n");
  const calls: string[] = [];
  const tools: SystemTools = {
    platform: "linux",
    uid,
    isBooted: () => booted,
    lingers: () => true,
    unitFolder: () => units,
    run: (command) => {
      const call = command
        .join(" ")
        .replaceAll(dir, "")
        .replace(/\/\S*\/dashd-units-\w+\//, "");
      calls.push(call);
      const failure = Object.entries(fails).find(([part]) => call.includes(part))?.[1];
      // Nothing is active before it is started.
      return Promise.resolve(failure ?? { code: call.includes("is-active") ? 3 : 0, output: "" });
    },
  };
  const context: CommandContext = {
    io: createIo({ stdout: process.stdout, stderr: process.stderr, env: {} }),
    ...{ env: {}, cwd, lang: "en", json: false, flags: {}, version: "9.9.9" },
    interrupted: new AbortController().signal,
    terminal: () => null,
    handOverSignals: () => undefined,
    self: { execPath: "/usr/bin/node", execArgv: [], script: "/opt/dashd/dashd.js", argv: [] },
  };
  const given = (options: Given["options"] = {}): Given => ({ args: ["install", "server.mjs"], options, rest: [] });
  return {
    ...{ cwd, units, calls, context },
    install: (options: Given["options"] = {}) => installService(given(options), context, tools),
    remove: (options: Given["options"] = {}) => removeService(given(options), context, tools),
    systemctl: () => calls.filter((call) => call.startsWith("systemctl ")).map((call) => call.slice(10)),
  };
};

interface Machine {
  readonly booted?: boolean;
  readonly uid?: number;
  /** By a part of the call. */
  readonly fails?: Readonly<Record<string, { readonly code: number | null; readonly output: string }>>;
}

describe("service install", () => {
  test("checks the unit before it is put in place, then enables and starts it", async (t) => {
    const here = machine(t);
    const { state, verified, commands, units } = await here.install({ port: "9000" });
    assert.deepEqual({ state, verified, commands }, { state: "active", verified: true, commands: [] });
    assert.deepEqual(units, [{ path: join(here.units, "dashd-shop.service"), change: "written" }]);
    assert.match(
      readFileSync(join(here.units, "dashd-shop.service"), "utf8"),
      /start \S+\/shop\/server\.mjs --home \S+ --port 9000\n/,
    );
    assert.ok(
      here.calls.indexOf("systemd-analyze verify --user --man=no dashd-shop.service") >= 0,
      here.calls.join("\n"),
    );
    assert.deepEqual(here.systemctl(), [
      "--version",
      "--user daemon-reload",
      "--user is-active dashd-shop.service",
      "--user enable --now dashd-shop.service",
    ]);
    assert.equal(statSync(join(here.cwd, ".dashd")).mode & 0o077, 0);
  });

  test("leaves nothing behind when systemd would not take the unit", async (t) => {
    const refused = { code: 1, output: "dashd-shop.service: Unknown key name 'X' in section 'Service'" };
    const here = machine(t, { fails: { "systemd-analyze": refused } });
    await assert.rejects(here.install(), { code: "E_UNIT_FAULTY", facts: { found: refused.output } });
    assert.equal(existsSync(here.units), false);
    assert.equal(existsSync(join(here.cwd, ".dashd")), false);
  });

  test("does not mind what systemd says of other units, or that it cannot be asked", async (t) => {
    const other = machine(t, { fails: { "systemd-analyze": { code: 1, output: "cups.service: faulty" } } });
    assert.equal((await other.install()).verified, true);
    const bare = machine(t, { fails: { "systemd-analyze": { code: null, output: "ENOENT" } } });
    assert.equal((await bare.install()).verified, null);
  });

  test("where systemd does not run, writes the unit and names the commands that are left", async (t) => {
    const here = machine(t, { booted: false });
    const { state, commands } = await here.install({ socket: true });
    assert.equal(state, "no-systemd");
    assert.deepEqual(commands, [
      "systemctl --user daemon-reload",
      "systemctl --user enable --now dashd-shop.service dashd-shop.socket",
    ]);
    assert.deepEqual(here.systemctl(), ["--version"]);
    assert.deepEqual(readdirSync(here.units), ["dashd-shop.service", "dashd-shop.socket"]);
  });

  test("a second time changes nothing, and a changed unit that runs is left to run until its restart", async (t) => {
    const here = machine(t, { fails: { "is-active": { code: 0, output: "active" } } });
    await here.install();
    const again = await here.install();
    assert.deepEqual([again.units[0]?.change, again.commands], ["unchanged", []]);
    const changed = await here.install({ port: "9000" });
    assert.equal(changed.units[0]?.change, "replaced");
    assert.deepEqual(changed.commands, ["systemctl --user restart dashd-shop.service"]);
    assert.ok(
      here.calls.every((call) => !call.includes("--now")),
      here.calls.join("\n"),
    );
  });

  test("without its socket takes the old one away", async (t) => {
    const here = machine(t);
    await here.install({ socket: true });
    const { units } = await here.install();
    assert.deepEqual(
      units.map(({ change }) => change),
      ["replaced", "removed"],
    );
    assert.ok(here.systemctl().includes("--user disable --now dashd-shop.socket"));
    assert.deepEqual(readdirSync(here.units), ["dashd-shop.service"]);
  });

  test("says what systemd said when it does not start", async (t) => {
    const here = machine(t, { fails: { "enable --now": { code: 1, output: "Job failed." } } });
    await assert.rejects(here.install(), {
      code: "E_SYSTEMD",
      facts: { command: "systemctl --user enable --now dashd-shop.service", found: "Job failed." },
      hint: "journalctl --user -n 50 -u dashd-shop.service",
    });
  });

  test("by root runs as the owner of the folder, never as root unasked", async (t) => {
    const own = process.getuid?.() ?? 0;
    const named = (user: string, uid: number) => ({
      [`id -un`]: { code: 0, output: user },
      [`id -u `]: { code: 0, output: String(uid) },
      [`id -g`]: { code: 0, output: String(uid) },
    });
    const owned = machine(t, { uid: 0, booted: false, fails: named("shop", own === 0 ? 1234 : own) });
    const { plan } = await owned.install();
    assert.equal(plan.service.user, "shop");
    assert.ok(owned.calls.includes(`id -un ${own}`));
    assert.ok(
      owned.calls.some((call) => call.endsWith("/opt/dashd/dashd.js --version")),
      "tried as that user",
    );

    const rootly = machine(t, { uid: 0, booted: false, fails: named("root", 0) });
    await assert.rejects(rootly.install(), { code: "E_USAGE", exitCode: 64 });
    if (own === 0) assert.equal((await rootly.install({ user: "root" })).plan.service.user, "root");
    const nobody = machine(t, { uid: 0, fails: { "id -un": { code: 1, output: "no such user" } } });
    await assert.rejects(nobody.install({ user: "ghost" }), { code: "E_USAGE" });
  });

  test("without systemd says so, and writes nothing", async (t) => {
    const here = machine(t, { fails: { "systemctl --version": { code: null, output: "ENOENT" } } });
    await assert.rejects(here.install(), { code: "E_NO_SYSTEMD", exitCode: 1 });
    assert.equal(existsSync(here.units), false);
  });
});

describe("service remove", () => {
  test("stops it, socket first, and takes the files away; then there is nothing to do", async (t) => {
    const here = machine(t);
    await here.install({ socket: true });
    const { files, stopped } = await here.remove();
    assert.deepEqual([files.length, stopped], [2, true]);
    assert.deepEqual(here.systemctl().slice(-2), [
      "--user disable --now dashd-shop.socket dashd-shop.service",
      "--user daemon-reload",
    ]);
    assert.deepEqual(readdirSync(here.units), []);
    assert.deepEqual((await here.remove()).files, []);
    assert.ok(existsSync(join(here.cwd, ".dashd")), "the journal stays");
  });

  test("keeps its hands off a unit of another name's owner", async (t) => {
    const here = machine(t);
    mkdirSync(here.units, { recursive: true });
    writeFileSync(join(here.units, "nginx.service"), "[Service]\n");
    await assert.rejects(here.remove({ name: "nginx" }), { code: "E_UNIT_TAKEN" });
    assert.deepEqual(readdirSync(here.units), ["nginx.service"]);
  });
});

describe("on the command line", () => {
  test("--print shows the unit and writes nothing; what only this shell knows is named", async (t) => {
    const dir = scratchDir(t);
    const user = process.getuid?.() === 0 ? ["--user", "root"] : [];
    const env = { DATABASE_URL: "postgres://u:secret@db/x", DASHD_PORT: "9000" };
    const { code, stdout, stderr } = await run(dir, ["service", "install", "--print", "--stage", "2", ...user], {
      env,
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /ExecStart=/);
    assert.doesNotMatch(stdout, /secret|--stage/);
    assert.match(stderr, /DASHD_PORT, DATABASE_URL are set in this shell only/);
    assert.deepEqual(readdirSync(dir), []);
  });

  test("a word that is no action, a bad name and a folder that is not there are usage", async (t) => {
    const dir = scratchDir(t);
    const user = process.getuid?.() === 0 ? ["--user", "root"] : [];
    for (const [argv, expected] of [
      [["service", "instal"], /did you mean install\?/],
      [["service"], /<install\|remove> after it/],
      [["service", "install", "--print", ...user, "--name", "a/b"], /letters, digits/],
      [["service", "install", "--print", ...user, "--socket", "--port", "0"], /a fixed port/],
      [["service", "install", "--print", "--user", "no such"], /expected/],
      [["export", "launchd"], /windows/],
      [["export", "windows"], /--to DIR/],
      [["export", "windows", "--to", "service"], /--folder/],
    ] as const) {
      const { code, stderr } = await run(dir, argv);
      assert.equal(code, 64, argv.join(" "));
      assert.match(stderr, expected, argv.join(" "));
    }
    assert.deepEqual(readdirSync(dir), []);
  });

  test("export windows writes a task, a start and a stop script, and again over its own files only", async (t) => {
    const dir = scratchDir(t);
    writeFileSync(join(dir, "server.mjs"), "");
    const argv = [
      "export",
      "windows",
      "server.mjs",
      "--to",
      "service",
      "--folder",
      "C:\\shop",
      "--name",
      "shop",
      "--",
      "x",
    ];
    for (const _ of [1, 2]) assert.equal((await run(dir, argv)).code, 0);
    assert.deepEqual(readdirSync(join(dir, "service")).toSorted(), ["shop-start.ps1", "shop-stop.ps1", "shop.xml"]);
    const { stdout } = await run(dir, [...argv.slice(0, -2), "--json"]);
    assert.equal(JSON.parse(stdout).commands[0], 'schtasks /Create /TN shop /XML "C:\\shop\\service\\shop.xml"');
    writeFileSync(join(dir, "service", "shop.xml"), "<mine/>");
    const refused = await run(dir, argv);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /E_UNIT_TAKEN/);
  });
});
