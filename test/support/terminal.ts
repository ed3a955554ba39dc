import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { unpackDebian } from "./debian-binary.ts";
import { scratchDir } from "./scratch.ts";
import { until } from "./until.ts";

/** A real terminal: tmux, its own server, with a plain shell in it; gone when the test ends. */
export interface TestTerminal {
  /** What it shows, blank lines at the end apart. */
  screen(): Promise<string>;
  /** That and all that has scrolled away. */
  everything(): Promise<string>;
  /** What it shows with its colours, as escape sequences. */
  inColour(): Promise<string>;
  /** Names of tmux (`Enter`, `C-c`), or text. */
  press(...keys: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** What tmux knows of it: `#{alternate_on}`. */
  ask(format: string): Promise<string>;
  /** Waits until it shows this. */
  shows(what: string | RegExp): Promise<string>;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
  /** A shell without its owner's settings, unless said. */
  readonly shell?: readonly string[];
}

export const openTerminal = async (t: Cleanup, options: TerminalOptions): Promise<TestTerminal> => {
  const { cwd, env, columns = 80, rows = 24, shell = ["/bin/sh"] } = options;
  const { program, libraries } = findTmux();
  const server = ["-S", join(scratchDir(t), "tmux"), "-f", "/dev/null"];
  const ownEnv = { ...env, ...libraries, TERM: "xterm-256color" };
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await run(program, [...server, ...args], { cwd, env: ownEnv })).stdout;
  afterwards(t, async () => void (await tmux("kill-server").catch(() => undefined)));
  await tmux("-u", "new-session", "-d", "-x", String(columns), "-y", String(rows), ...shell);

  const terminal: TestTerminal = {
    screen: async () => (await tmux("capture-pane", "-p")).trimEnd(),
    everything: async () => (await tmux("capture-pane", "-p", "-S", "-")).trimEnd(),
    inColour: async () => (await tmux("capture-pane", "-p", "-e")).trimEnd(),
    press: async (...keys) => void (await tmux("send-keys", ...keys)),
    resize: async (x, y) => void (await tmux("resize-window", "-x", String(x), "-y", String(y))),
    ask: async (format) => (await tmux("display-message", "-p", format)).trim(),
    shows: (what) =>
      until(`the terminal to show ${String(what)}`, async () => {
        const screen = await terminal.screen();
        if (typeof what === "string" ? screen.includes(what) : what.test(screen)) return screen;
        throw new Error(screen);
      }),
  };
  return terminal;
};

/** false, or why there is no terminal to be had here. */
export const terminalMissing = (): string | false => {
  try {
    findTmux();
    return false;
  } catch (error) {
    return String(error);
  }
};

const run = promisify(execFile);

interface Found {
  readonly program: string;
  readonly libraries: Readonly<Record<string, string>>;
}

const findTmux = (): Found => {
  try {
    execFileSync("tmux", ["-V"], { stdio: "ignore" });
    return { program: "tmux", libraries: {} };
  } catch {
    const root = unpackDebian(["tmux", "libevent-core-2.1-7", "libutempter0", "libjemalloc2"]);
    const program = join(root, "usr/bin/tmux");
    if (!existsSync(program)) throw new Error(`no ${program}`);
    return { program, libraries: { LD_LIBRARY_PATH: join(root, "usr/lib/x86_64-linux-gnu") } };
  }
};
