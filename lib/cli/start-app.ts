import { join } from "node:path";
import { DashdError } from "../errors.ts";
import { readJournal } from "../home/journal.ts";
import { homePaths } from "../home/paths.ts";
import { find, pendingNext } from "../home/revisions.ts";
import { packageRoot } from "../package-root.ts";
import type { AppToRun } from "../master/app-identity.ts";
import { upstreamApp, upstreamOf } from "../master/upstream-app.ts";
import type { ResolvedSettings } from "../settings/resolve.ts";
import { appOf } from "./app-argument.ts";
import type { CommandContext, Given } from "./command.ts";

/**
 * What is to be served: the app or the upstream that was typed, the one that a rollback while stopped has set, the
 * upstream of the settings, or the built-in board.
 */
export const appToStart = (
  { args, rest }: Pick<Given, "args" | "rest">,
  { cwd }: Pick<CommandContext, "cwd">,
  { values: { home, upstream }, sources }: Pick<ResolvedSettings, "values" | "sources">,
): AppToRun => {
  if (upstream !== null && (args[0] !== undefined || rest.length > 0)) throw twoApps(args[0] ?? `-- ${rest.join(" ")}`);
  if (args[0] !== undefined) return typedApp(args[0], cwd, rest);
  if (upstream !== null && sources.upstream === "flag") return upstreamApp(upstream);
  const restored = restoredApp(home);
  if (restored !== null) return { ...restored, args: rest.length === 0 ? restored.args : rest };
  if (upstream !== null) return upstreamApp(upstream);
  return { path: builtInBoard(), builtIn: true, args: rest };
};

/** What it means by now: a reload follows a folder's package.json to another file or other flags. */
export const appAgain = ({ args, rest }: Given, { cwd }: Pick<CommandContext, "cwd">, first: AppToRun): AppToRun =>
  args[0] === undefined ? first : typedApp(args[0], cwd, rest);

const typedApp = (typed: string, cwd: string, rest: readonly string[]): AppToRun => {
  const app = appOf(typed, cwd);
  return { ...app, builtIn: false, args: [...app.args, ...rest] };
};

const twoApps = (found: string): DashdError =>
  new DashdError("E_USAGE", { found, expected: "cli.expected-one-app" }, { hint: "dashd config" });

/** The app that was typed, or the built-in board; what production runs or would run says nothing here. */
export const appToDevelop = (typed: string | undefined, args: readonly string[], cwd: string): AppToRun =>
  typed === undefined ? { path: builtInBoard(), builtIn: true, args } : typedApp(typed, cwd, args);

const builtInBoard = (): string => join(packageRoot(), "dist", "lib", "board", "main.js");

const restoredApp = (home: string): AppToRun | null => {
  const entries = readJournal(homePaths(home).journal);
  const revision = pendingNext(entries)?.revision ?? null;
  const entry = revision === null ? null : find(entries, revision);
  if (entry === null) return null;
  const upstream = upstreamOf(entry.app);
  if (upstream !== null) return upstreamApp(upstream);
  if (entry.app.builtIn) return null;
  const { path, builtIn, args, execArgv = [], cwd, sealed } = entry.app;
  // With a copy of its own it may be gone.
  return {
    path: sealed === undefined ? appOf(path, home).path : path,
    builtIn,
    args,
    execArgv,
    ...(cwd !== undefined && { cwd }),
  };
};
