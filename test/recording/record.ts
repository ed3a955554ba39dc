import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import getPort from "get-port";
import { afterwards, type Cleanup } from "../support/afterwards.ts";
import { dashdBin, runDashd } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";
import { openTerminal, type TestTerminal } from "../support/terminal.ts";
import { until } from "../support/until.ts";
import type { Frame } from "./animated-svg.ts";

export interface RecordOptions {
  readonly loadSeconds: number;
  /** Of the stage change; null: the usual one. */
  readonly watchWindowSec: number | null;
  /** How long what a command said stays before the next one is typed. */
  readonly readMs: number;
  /** Between two letters; 0: all at once. */
  readonly letterMs: number;
}

export const topRows = 12;
export const bottomRows = 14;
export const columns = 100;

/**
 * A start, a load, a change of stage under it and the way back, typed into two real terminals of one folder. Nothing is
 * said here that the program did not say: what is kept are the terminals' own screens, with the time they were seen at.
 */
export const record = async (t: Cleanup, options: RecordOptions): Promise<Recording> => {
  const dir = folderWithDashd(t);
  const env = await environmentOf(dir);
  const open = (rows: number): Promise<TestTerminal> => openTerminal(t, { cwd: dir, env, columns, rows });
  const [top, bottom] = await Promise.all([open(topRows), open(bottomRows)]);
  afterwards(t, async () => void (await runDashd(["stop"], { cwd: dir, env })));
  for (const terminal of [top, bottom]) {
    await terminal.press("PS1='$ '; clear", "Enter");
    await shows(terminal, /^\$ *$/);
  }
  const watch = watchScreens(top, bottom);
  const type = typist(options.letterMs);
  const read = async (): Promise<void> => {
    await watch.look();
    await pause(options.readMs);
  };

  await type(top, "npx dashd start --stage 1 --detach");
  await shows(top, /Panel: .*\n+\$ *$/);
  await read();
  await type(bottom, `npx dashd load --users 20 --seconds ${options.loadSeconds}`);
  await shows(bottom, / 20 users · [1-9]/);
  await read();
  const window = options.watchWindowSec === null ? "" : ` --watch-window ${options.watchWindowSec}`;
  await clear(top);
  await type(top, `npx dashd stage 2${window}`);
  await shows(top, endOf("stage 2"));
  await read();
  await clear(top);
  await type(top, "npx dashd rollback");
  await shows(top, endOf("rollback"));
  await shows(bottom, /promise was (not )?kept[^$]*\n\$ *$/);
  await read();
  return { frames: await watch.stop(), loadSaid: await bottom.everything() };
};

export interface Recording {
  readonly frames: readonly Frame[];
  /** Whole, though the screen may have scrolled. */
  readonly loadSaid: string;
}

/** As `npm install dashd` leaves a folder, with the dashd that is here. */
const folderWithDashd = (t: Cleanup): string => {
  const dir = join(scratchDir(t), "shop");
  mkdirSync(join(dir, "node_modules", ".bin"), { recursive: true });
  symlinkSync(fileURLToPath(new URL("../..", import.meta.url)), join(dir, "node_modules", "dashd"));
  symlinkSync(dashdBin, join(dir, "node_modules", ".bin", "dashd"));
  writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "shop", private: true }));
  return dir;
};

/** It listens where it always does, or beside who is there already. */
const environmentOf = async (dir: string): Promise<NodeJS.ProcessEnv> => ({
  PATH: process.env["PATH"],
  HOME: dir,
  XDG_RUNTIME_DIR: dir,
  LANG: "C.UTF-8",
  DASHD_HOST: "127.0.0.1",
  npm_config_update_notifier: "false",
  DASHD_PORT: String(await getPort({ port: [8050, 8060, 8070] })),
  DASHD_ADMIN_PORT: String(await getPort({ port: [8051, 8061, 8071] })),
});

const shows = (terminal: TestTerminal, what: RegExp): Promise<true> =>
  until(
    `the terminal to show ${what}`,
    async () => {
      const screen = await terminal.screen();
      if (what.test(screen)) return true;
      throw new Error(screen);
    },
    { deadlineMs: 120_000 },
  );

/** As a person does, letter by letter. */
const typist =
  (letterMs: number) =>
  async (terminal: TestTerminal, command: string): Promise<void> => {
    for (const letters of letterMs === 0 ? [command] : command) {
      await terminal.press("-l", letters);
      await pause(letterMs);
    }
    await terminal.press("Enter");
  };

const clear = (terminal: TestTerminal): Promise<void> => terminal.press("clear", "Enter");

/** The prompt is back below what the command said. */
const endOf = (command: string): RegExp => new RegExp(`dashd ${command}[^$]*\\n[^$]+\\n\\$ *$`);

const watchScreens = (
  top: TestTerminal,
  bottom: TestTerminal,
): { look(): Promise<void>; stop(): Promise<readonly Frame[]> } => {
  const frames: Frame[] = [];
  const over = new AbortController();
  const startedAtMs = performance.now();
  const look = async (): Promise<void> => {
    const [above, below] = await Promise.all([top.inColour(), bottom.inColour()]);
    const lines = [...linesOf(above, topRows), "", ...linesOf(below, bottomRows)];
    if (lines.join("\n") !== frames.at(-1)?.lines.join("\n"))
      frames.push({ atMs: performance.now() - startedAtMs, lines });
  };
  const watching = (async () => {
    while (!over.signal.aborted) {
      await look();
      await pause(lookEveryMs);
    }
  })();
  return {
    look,
    stop: async () => {
      over.abort();
      await watching;
      return frames;
    },
  };
};

/** Each line with its own colours: tmux says one once, and not again on the next line. */
const linesOf = (screen: string, rows: number): readonly string[] => {
  let colours = "";
  const lines = screen.split("\n").map((line) => {
    const whole = colours + line;
    colours = (whole.match(colour) ?? []).join("");
    return whole;
  });
  return Array.from({ length: rows }, (_, row) => lines[row] ?? "");
};

const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

const lookEveryMs = 60;
