import { join } from "node:path";
import { readLockRecord } from "../home/lock-record.ts";
import { homePaths, type HomePaths } from "../home/paths.ts";
import { resolveSettings } from "../settings/resolve.ts";
import type { Settings } from "../settings/settings.ts";
import type { CommandContext } from "./command.ts";

/** The home that a command is about: --home, else the setting. Nothing is touched on disk. */
export const homeOf = ({ flags, env, cwd }: Pick<CommandContext, "flags" | "env" | "cwd">): HomePaths => {
  const { values } = resolveSettings({ flags, env, cwd });
  return homePaths(values.home, { logDir: values.logDir });
};

/** A development run lives inside the home and leaves production's journal, lock and logs alone. Nothing is touched. */
export const devHomeOf = ({ home, logDir }: Pick<Settings, "home" | "logDir">): HomePaths =>
  homePaths(join(home, "dev"), { logDir: logDir === null || logDir === "off" ? logDir : join(logDir, "dev") });

/** The home of what runs: production's; the development run's when that is all that runs. */
export const runningHomeOf = (context: Pick<CommandContext, "flags" | "env" | "cwd">): HomePaths => {
  const { flags, env, cwd } = context;
  const production = homeOf(context);
  if (readLockRecord(production) !== null) return production;
  const dev = devHomeOf(resolveSettings({ flags, env, cwd }).values);
  return readLockRecord(dev) === null ? production : dev;
};
