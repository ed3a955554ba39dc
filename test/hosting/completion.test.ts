import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { unpackDebian } from "../support/debian-binary.ts";
import { type Instance, startDashd, testEnv } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { dashdBin } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";
import { openTerminal, terminalMissing, type TestTerminal } from "../support/terminal.ts";

/** Keys as a person types them, in the shells themselves. */
interface Shell {
  readonly name: string;
  /** The program with its arguments, and what it needs around it. Throws where it cannot be had. */
  readonly find: () => { readonly shell: readonly string[]; readonly env: Readonly<Record<string, string>> };
  /** Before the script. */
  readonly prepare: readonly string[];
  readonly load: string;
}

const lib = "usr/lib/x86_64-linux-gnu";

const shells: readonly Shell[] = [
  {
    name: "bash",
    find: () => {
      execFileSync("bash", ["--version"], { stdio: "ignore" });
      return { shell: ["bash", "--norc", "--noprofile"], env: {} };
    },
    prepare: [],
    load: 'eval "$(dashd completion bash)"',
  },
  {
    name: "zsh",
    find: () => {
      const root = unpackDebian(["zsh", "zsh-common"]);
      const program = existingFile(join(root, "bin/zsh"));
      const modules = join(root, lib, "zsh/5.9");
      const functions = join(root, "usr/share/zsh/functions");
      const paths = ["Completion", "Completion/Base", "Completion/Unix", "Completion/Zsh", "Misc"];
      const fpath = paths.map((path) => join(functions, path)).join(":");
      return { shell: [program, "-f", "-i"], env: { FPATH: fpath, MODULES: modules } };
    },
    prepare: ["module_path=($MODULES)", "autoload -Uz compinit && compinit -u -D"],
    load: 'eval "$(dashd completion zsh)"',
  },
  {
    name: "fish",
    find: () => {
      const root = unpackDebian(["fish", "fish-common", "libpcre2-32-0"]);
      const program = existingFile(join(root, "usr/bin/fish"));
      return { shell: [program, "--no-config"], env: { LD_LIBRARY_PATH: join(root, lib) } };
    },
    prepare: [],
    load: "dashd completion fish | source",
  },
];

for (const { name, find, prepare, load } of shells) {
  test(
    `in ${name}, TAB completes commands, flags, their values, stages, revisions and slots`,
    { timeout: 180_000, skip: terminalMissing() || missing(find) },
    async (t) => {
      const { dashd, env } = await instance(t);
      const { shell, env: own } = find();
      const terminal = await openTerminal(t, {
        ...{ cwd: dashd.dir, columns: 120, rows: 40, shell },
        env: { ...env, ...own, PS1: "$ " },
      });
      for (const line of [...prepare, load, "echo script loaded"]) await terminal.press(line, "Enter");
      await terminal.shows(/^script loaded/m);

      assert.match(await completed(terminal, "dashd rel", /dashd reload/), /dashd reload/);
      await completed(terminal, "dashd logs --le", /dashd logs --level/);
      await completed(terminal, "dashd logs --level wa", /dashd logs --level warn/);
      await completed(terminal, "dashd help from-w", /dashd help from-waitress/);
      await completed(terminal, `dashd --home ${dashd.home} rollback --to `, /rollback --to 1/);
      await completed(terminal, `dashd logs --home ${dashd.home} --slot 1`, /--slot 1[12]?/);
      // Stages 41 and 42: what they begin with is filled in, and the next TAB lists them.
      const stages = await completed(terminal, "dashd stage ", /\b41\b[^]*\b42\b/, 3);
      assert.doesNotMatch(stages, /\b43\b/);
      await completed(terminal, "dashd start app.c", /app\.cjs/);
    },
  );
}

/** Types it, asks for what follows until it is there, and empties the line again. */
const completed = async (terminal: TestTerminal, typed: string, expected: RegExp, tabs = 1): Promise<string> => {
  await terminal.press("C-l", typed);
  await terminal.shows(typed.trim().slice(-20));
  for (let tab = 0; tab < tabs; tab++) await terminal.press("Tab");
  const screen = await terminal.shows(expected);
  await terminal.press("C-c");
  await terminal.press("clear", "Enter");
  return screen;
};

const instance = async (t: TestContext) => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "app.cjs", programOfVersion("one"));
  const profiles = smallLadder(join(dir, "ladder"));
  const dashd: Instance = await startDashd(t, { dir, app, stage: 1, profiles });
  mkdirSync(join(dir, "bin"));
  const program = join(dir, "bin/dashd");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${dashdBin}' "$@"\n`);
  chmodSync(program, 0o755);
  const ladder = join(dir, "stages");
  mkdirSync(ladder);
  for (const stage of [41, 42]) {
    const profile = { stage, extends: 1, why: "A stage with a number of its own." };
    writeFileSync(join(ladder, `stage-${stage}.json`), JSON.stringify(profile));
  }
  const PATH = `${join(dir, "bin")}:${process.env["PATH"] ?? ""}`;
  return { dashd, env: testEnv(dir, { PATH, DASHD_PROFILES: ladder }) };
};

function existingFile(path: string): string {
  if (!existsSync(path)) throw new Error(`no ${path}`);
  return path;
}

function missing(find: () => unknown): string | false {
  try {
    find();
    return false;
  } catch (error) {
    return String(error);
  }
}
