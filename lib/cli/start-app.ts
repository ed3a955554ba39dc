import { join } from "node:path";
import { readJournal } from "../home/journal.ts";
import { homePaths } from "../home/paths.ts";
import { find, pendingNext } from "../home/revisions.ts";
import { packageRoot } from "../package-root.ts";
import type { AppToRun } from "../master/app-identity.ts";
import type { Settings } from "../settings/settings.ts";
import { appFile } from "./app-argument.ts";
import type { CommandContext, Given } from "./command.ts";

/** What is to be served: the app that was typed, the one that a rollback while stopped has set, or the built-in board. */
export const appToStart = (
  { args, rest }: Given,
  { cwd }: Pick<CommandContext, "cwd">,
  { home }: Pick<Settings, "home">,
): AppToRun => {
  if (args[0] !== undefined) return { path: appFile(args[0], cwd), builtIn: false, args: rest };
  const restored = restoredApp(home);
  if (restored !== null) return { ...restored, args: rest.length === 0 ? restored.args : rest };
  return { path: builtInBoard(), builtIn: true, args: rest };
};

const builtInBoard = (): string => join(packageRoot(), "dist", "lib", "board", "main.js");

const restoredApp = (home: string): AppToRun | null => {
  const entries = readJournal(homePaths(home).journal);
  const revision = pendingNext(entries)?.revision ?? null;
  const entry = revision === null ? null : find(entries, revision);
  if (entry === null || entry.app.builtIn) return null;
  const { path, builtIn, args } = entry.app;
  return { path: appFile(path, home), builtIn, args };
};
