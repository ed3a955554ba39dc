import { createUnitFolder } from "../fleet/unit-folder.ts";
import type { CommandContext, Given } from "./command.ts";
import { homeOf } from "./home-of.ts";
import { nameOf } from "./service-plan.ts";
import type { SystemTools } from "./system-tools.ts";
import { mustHaveSystemd, mustRun, systemctl } from "./systemctl.ts";

export interface Removed {
  readonly name: string;
  /** Where they would be. */
  readonly folder: string;
  /** Absolute; none: there was nothing of ours. */
  readonly files: readonly string[];
  /** systemd runs here, and has stopped it. */
  readonly stopped: boolean;
}

/** Stops the service, which drains it, and takes away what `service install` wrote for this home; the home stays. */
export const removeService = async (given: Given, context: CommandContext, tools: SystemTools): Promise<Removed> => {
  const home = homeOf(context).dir;
  const name = nameOf(given, home);
  await mustHaveSystemd(tools);
  const scope = tools.uid === 0 ? "system" : "user";
  const dir = tools.unitFolder(scope);
  const folder = createUnitFolder(dir, home);
  // The socket first: it would start the service again for the next client.
  const names = folder.ours([`${name}.socket`, `${name}.service`]);
  const removed: Removed = {
    name,
    folder: dir,
    files: names.map(folder.pathOf),
    stopped: tools.isBooted(),
  };
  if (names.length === 0) return removed;
  if (tools.isBooted()) await mustRun(systemctl(scope, "disable", "--now", ...names), tools);
  // Without systemd this only takes the links away.
  else await tools.run(systemctl(scope, "disable", ...names));
  folder.remove(names);
  if (tools.isBooted()) await mustRun(systemctl(scope, "daemon-reload"), tools);
  return removed;
};
