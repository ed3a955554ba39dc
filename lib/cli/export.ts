import { writeFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep, win32 } from "node:path";
import { DashdError } from "../errors.ts";
import type { Launch } from "../fleet/launch.ts";
import { readThere } from "../fleet/read-there.ts";
import { orNotWritable } from "../fleet/or-not-writable.ts";
import { windowsFiles, windowsMark, type WindowsTask } from "../fleet/windows-task.ts";
import { makeFolder } from "../home/make-folder.ts";
import { nearest } from "../nearest.ts";
import { loadLadder, stageOf } from "../profile/load.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandContext, type CommandModule, type Given } from "./command.ts";
import { launchOf, launchWarnings } from "./launch-of.ts";
import { nameOf } from "./service-plan.ts";
import { appToStart } from "./start-app.ts";
import { declareStartFlags, textsOf } from "./start-flags.ts";

/**
 * `dashd export windows [app] --to DIR`: what runs the instance where there is no systemd. `prometheus`, `grafana`: what
 * watches it.
 */
export const exportCommand: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.usage(words("fleet.usage-export"));
    command.argument("<target>", words("fleet.arg-target"));
    command.argument("[app]", words("cli.arg-app"));
    command.option("--to <dir>", words("fleet.flag-to"));
    command.option("--folder <path>", words("fleet.flag-folder"));
    command.option("--name <name>", words("fleet.flag-name"));
    command.option("--user <name>", words("fleet.flag-windows-user"));
    declareStartFlags(command, lang);
  },
  run: async (given, context) => {
    const { io, lang, json, cwd } = context;
    const [target = ""] = given.args;
    if (target === "prometheus" || target === "grafana") {
      const { exportMonitoring } = await import("./export-monitoring.ts");
      return exportMonitoring(target, given, context);
    }
    if (target !== "windows") throw notATarget(target);
    const to = textOf(given.options["to"]);
    if (to === undefined) throw usage("dashd export windows", "fleet.expected-to");
    const dir = resolve(cwd, to);
    const { task, warnings } = await taskOf(given, dir, context);
    const files = windowsFiles(task).map(({ name, bytes }) => ({ path: join(dir, name), bytes }));
    for (const { path } of files) mustBeOurs(path);
    orNotWritable(dir, () => {
      makeFolder(dir);
      for (const { path, bytes } of files) writeFileSync(path, bytes);
    });

    const commands = [
      `schtasks /Create /TN ${task.name} /XML "${win32.join(task.scripts, `${task.name}.xml`)}"`,
      `schtasks /Run /TN ${task.name}`,
    ];
    if (json) {
      const paths = files.map(({ path }) => path);
      io.out(JSON.stringify({ schemaVersion: 1, name: task.name, files: paths, commands }, null, 2));
    } else {
      for (const { path } of files) io.out(say(lang, { code: "fleet.unit-written", facts: { path } }));
      io.out(say(lang, { code: "fleet.windows-next", facts: { folder: task.scripts, user: task.user } }));
      for (const command of commands) io.out(`  ${command}`);
    }
    for (const warning of warnings) io.err(`⚠ ${say(lang, warning)}`);
    return 0;
  },
};

const taskOf = async (given: Given, dir: string, context: CommandContext) => {
  const { env, cwd, flags, self } = context;
  const [, app] = given.args;
  const resolved = resolveSettings({ flags: { ...textsOf(given), ...flags }, env, cwd });
  const ladder = await loadLadder(resolved.values.profiles);
  if (resolved.values.stage !== null) stageOf(ladder, resolved.values.stage);
  appToStart({ args: app === undefined ? [] : [app], rest: given.rest }, context, resolved);
  const launch = launchOf(given, app, context, resolved);
  for (const word of [...launch.flags, ...launch.appArgs]) {
    // PowerShell 5 and 7 pass it on to a program in different ways.
    if (word.includes('"')) throw usage(word, "fleet.expected-no-quote");
  }
  const here = process.platform === "win32";
  const folder = textOf(given.options["folder"]) ?? (here ? cwd : undefined);
  if (folder === undefined || !win32.isAbsolute(folder))
    throw usage(`--folder ${folder ?? ""}`.trim(), "fleet.expected-windows-folder");
  const task: WindowsTask = {
    name: nameOf(given, launch.home),
    launch: there(launch, cwd),
    folder,
    scripts: isBelow(dir, cwd) ? win32.join(folder, windowsPath(relative(cwd, dir))) : folder,
    node: here ? self.execPath : null,
    dashd: here ? resolve(cwd, self.script) : "node_modules\\dashd\\dist\\bin\\dashd.js",
    user: textOf(given.options["user"]) ?? null,
  };
  return { task, warnings: launchWarnings(launch, resolved) };
};

/** The same in terms of the folder, which has another name on the other machine. */
const there = (launch: Launch, cwd: string): WindowsTask["launch"] => {
  const path = (found: string): string => {
    if (isBelow(found, cwd)) return `.\\${windowsPath(relative(cwd, found))}`;
    if (win32.isAbsolute(found) && process.platform === "win32") return found;
    throw usage(found, "fleet.expected-below");
  };
  return { ...launch, home: path(launch.home), app: launch.app === null ? null : path(launch.app) };
};

const isBelow = (path: string, dir: string): boolean => {
  const way = relative(dir, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

const windowsPath = (path: string): string => path.replaceAll(sep, "\\");

const mustBeOurs = (path: string): void => {
  const text = readThere(path, "latin1");
  if (text === null || text.replaceAll("\0", "").includes(windowsMark)) return;
  throw new DashdError("E_UNIT_TAKEN", { path, found: "another", home: null });
};

const notATarget = (found: string): DashdError => {
  const suggestion = nearest(found, ["windows", "prometheus", "grafana"]);
  const facts = { found, expected: "fleet.expected-target", suggestion };
  const isMonitoring = suggestion === "prometheus" || suggestion === "grafana";
  return new DashdError("E_USAGE", facts, isMonitoring ? { hint: `dashd export ${suggestion} --to monitoring` } : {});
};

const usage = (found: string, expected: string): DashdError =>
  new DashdError(
    "E_USAGE",
    { found, expected },
    { hint: "dashd export windows ./server.js --to service --folder C:\\apps\\shop" },
  );
