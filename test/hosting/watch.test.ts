import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { type Instance, startDashd, testEnv } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { signalIfAlive } from "../support/processes.ts";
import { dashdBin } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";
import { openTerminal, terminalMissing, type TestTerminal } from "../support/terminal.ts";
import { until } from "../support/until.ts";

const skip = terminalMissing();
const timeout = 180_000;

test(
  "status --watch takes the terminal and gives it back as it was: q, Ctrl-C, SIGTERM, Ctrl-Z, the master gone",
  { timeout, skip },
  async (t) => {
    const { dashd, terminal } = await opened(t, {});
    await terminal.press("echo before the view; stty -a > found", "Enter");
    const ways: readonly Way[] = [
      { leave: () => terminal.press("q"), code: 0 },
      { leave: () => terminal.press("C-c"), code: 130 },
      { leave: async () => signalIfAlive(await viewPid(terminal), "SIGTERM"), code: 130 },
      { leave: async () => signalIfAlive(await viewPid(terminal), "SIGINT"), code: 130 },
      // The last: nothing runs after it.
      { leave: async () => void (await dashd.stop()), code: 8 },
    ];
    for (const [index, { leave, code }] of ways.entries()) {
      await terminal.press(watching(dashd, `echo left ${index} with $?; stty -a > left`), "Enter");
      await terminal.shows(/OK stage 1 [^]*q quit/);
      assert.equal(await terminal.ask("#{alternate_on} #{cursor_flag} #{wrap_flag}"), "1 0 0");
      if (index === 1) {
        await terminal.resize(9, 2);
        await until("the view to fit", async () => /^OK stage…\n(s|h) stag/.test(await terminal.screen()));
        await terminal.resize(100, 30);
        await terminal.shows(/0 held · queue 0 · p95 . · errors/);
      }
      if (index === 2) {
        await terminal.press("C-z");
        await terminal.shows(/Stopped|suspended/i);
        assert.equal(await terminal.ask("#{alternate_on} #{cursor_flag} #{wrap_flag}"), "0 1 1");
        // The rest of the line went on when its command stopped.
        await terminal.press("clear; fg; echo left 2 with $?; stty -a > left", "Enter");
        await until("the view to be back", async () => (await terminal.ask("#{alternate_on}")) === "1");
      }
      await leave();
      const screen = await terminal.shows(`left ${index} with ${code}`);
      assert.match(screen, index < 2 ? /before the view/ : /left 2/);
      assert.equal(await terminal.ask("#{alternate_on} #{cursor_flag} #{wrap_flag}"), "0 1 1");
      await until("stty to have told", () => read(dashd, "left") === read(dashd, "found"));
    }
    assert.match(await terminal.screen(), /E_NOT_RUNNING/);
  },
);

test(
  "from the view: a stage change asked for with its sums, seen as it happens, then rolled back, in Chinese",
  { timeout, skip },
  async (t) => {
    const { dashd, terminal } = await opened(t, { watchWindowSec: 3 });
    await terminal.press(watching(dashd, "echo left with $?", "--lang zh"), "Enter");
    await terminal.shows(/正常 阶段 1[^]*第 1 代：2 就绪/);

    await terminal.press("s");
    await terminal.shows("可选：1、2");
    await terminal.press("2", "Enter");
    const plan = await terminal.shows("确定切换到阶段 2？y/n");
    assert.match(plan, /host\.memory|workers/);
    await terminal.press("y");
    await terminal.shows("正在启动第 2 代：3 个工作进程");
    await terminal.press("Escape");
    await terminal.shows(/第 1 代：2 就绪[^]*第 2 代：3 就绪/);
    await until("the change to be committed", async () => (await dashd.status()).revision === 2);
    await terminal.shows(/正常 阶段 2（修订 2）/);

    await terminal.press("b");
    await terminal.shows(/回退到修订 1：阶段 1/);
    await terminal.press("y");
    await terminal.shows("已完成：回退");
    assert.equal((await dashd.status()).stage, 1);

    await terminal.press("l");
    await terminal.shows(/INFO +.*第 3 代/);
    await terminal.press("q");
    await terminal.shows("left with 0");
  },
);

test("a change that was asked for in the view goes on when the view is left", { timeout, skip }, async (t) => {
  const { dashd, terminal } = await opened(t, { watchWindowSec: 3 });
  await terminal.press(watching(dashd, "echo left with $?"), "Enter");
  await terminal.shows("q quit");
  await terminal.press("r");
  await terminal.shows("Really reload? y/n");
  await terminal.press("y");
  await terminal.shows("Forking generation 2");
  await terminal.press("q");
  await terminal.shows(/Detached: it goes on[^]*left with 0/);
  await until("the reload to be committed", async () => (await dashd.status()).revision === 2);
});

test(
  "where it is no terminal, --watch says one plain line a second, and --json one document",
  { timeout },
  async (t) => {
    const { dashd } = await instance(t, {});
    for (const [args, line] of [
      [[], /^OK stage 1 .*\n$/m],
      [["--json"], /^\{"schemaVersion":1.*\}\n$/m],
    ] as const) {
      const watch = dashd.spawn("status", "--watch", ...args);
      await until("two looks", () => watch.stdout().split("\n").length > 2);
      watch.child.kill("SIGINT");
      const { code, stdout } = await watch.exited;
      assert.equal(code, 130);
      assert.match(stdout, line);
      assert.ok(!stdout.includes("\u001b"));
    }
  },
);

interface Way {
  readonly leave: () => Promise<void>;
  readonly code: number;
}

const instance = async (t: TestContext, overrides: Readonly<Record<string, unknown>>) => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "app.cjs", programOfVersion("one"));
  const profiles = smallLadder(join(dir, "ladder"), overrides);
  return { dir, dashd: await startDashd(t, { dir, app, stage: 1, profiles }) };
};

const opened = async (t: TestContext, overrides: Readonly<Record<string, unknown>>) => {
  const { dir, dashd } = await instance(t, overrides);
  const env = testEnv(dir, { DASHD_PROFILES: join(dir, "ladder"), PS1: "$ " });
  // Job control is there for Ctrl-Z.
  const terminal = await openTerminal(t, { cwd: dir, env, shell: ["/bin/sh", "-m"] });
  return { dashd, terminal };
};

const watching = ({ home }: Instance, then: string, ...flags: readonly string[]): string =>
  `${process.execPath} ${dashdBin} status --watch --home ${home} ${flags.join(" ")}; ${then}`;

/** The one foreground child of the shell. */
const viewPid = async (terminal: TestTerminal): Promise<number> => {
  const shell = await terminal.ask("#{pane_pid}");
  const children = readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim().split(" ");
  return Number(children.at(-1));
};

/** The size apart, which the test itself changes. */
const read = ({ dir }: Instance, name: string): string =>
  readFileSync(join(dir, name), "utf8").replace(/rows \d+; columns \d+;/, "");
