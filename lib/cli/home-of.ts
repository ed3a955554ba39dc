import { homePaths, type HomePaths } from "../home/paths.ts";
import { resolveSettings } from "../settings/resolve.ts";
import type { CommandContext } from "./command.ts";

/** The home that a command is about: --home, else the setting. Nothing is touched on disk. */
export const homeOf = ({ flags, env, cwd }: Pick<CommandContext, "flags" | "env" | "cwd">): HomePaths => {
  const { values } = resolveSettings({ flags, env, cwd });
  return homePaths(values.home, { logDir: values.logDir });
};
