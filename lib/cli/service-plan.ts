import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DashdError, type Message } from "../errors.ts";
import { instanceName, isInstanceName } from "../fleet/instance-name.ts";
import { serviceBounds } from "../fleet/service-bounds.ts";
import { holdsControl } from "../fleet/systemd-text.ts";
import { type SystemdService, systemdUnits, type UnitFile } from "../fleet/systemd-units.ts";
import type { HomePaths } from "../home/paths.ts";
import { homePaths } from "../home/paths.ts";
import { loadLadder, stageOf } from "../profile/load.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { textOf, type CommandContext, type Given } from "./command.ts";
import { launchOf, launchWarnings } from "./launch-of.ts";
import { appToStart } from "./start-app.ts";
import { textsOf } from "./start-flags.ts";
import type { ServiceScope, SystemTools } from "./system-tools.ts";

export interface ServicePlan {
  readonly scope: ServiceScope;
  readonly service: SystemdService;
  readonly units: readonly UnitFile[];
  readonly paths: HomePaths;
  /** Who it runs as; null: whoever asks. */
  readonly owner: ServiceUser | null;
  readonly warnings: readonly Message[];
}

export interface ServiceUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What `service install` would put in place; nothing is touched, and every fault of what was typed is thrown. */
export const planService = async (given: Given, context: CommandContext, tools: SystemTools): Promise<ServicePlan> => {
  const { env, cwd, flags } = context;
  const [, app] = given.args;
  const resolved = resolveSettings({ flags: { ...textsOf(given), ...flags }, env, cwd });
  const { values } = resolved;
  const ladder = await loadLadder(values.profiles);
  if (values.stage !== null) stageOf(ladder, values.stage);
  appToStart({ args: app === undefined ? [] : [app], rest: given.rest }, context, resolved);

  const launch = launchOf(given, app, context, resolved);
  const paths = homePaths(values.home, { logDir: values.logDir });
  const scope = tools.uid === 0 ? "system" : "user";
  const owner = await ownerOf(textOf(given.options["user"]), paths.dir, cwd, scope, tools);
  if (scope === "user" && given.options["writable"] !== undefined) throw usage("--writable", "fleet.expected-root");
  const byUs = given.options["socket"] !== true;
  if (!byUs && values.port === 0) throw usage("--port 0", "fleet.expected-port");
  const service: SystemdService = {
    name: nameOf(given, paths.dir),
    launch,
    bounds: serviceBounds(ladder),
    user: owner?.name ?? null,
    socket: byUs ? null : { host: values.host, port: values.port, backlog: socketBacklog },
    needsLowPort: byUs && values.port > 0 && values.port < 1024,
    writable: [
      ...(values.logDir === null || values.logDir === "off" ? [] : [values.logDir]),
      ...writableOf(given, cwd),
    ],
  };
  return { scope, service, units: systemdUnits(service), paths, owner, warnings: launchWarnings(launch, resolved) };
};

export const nameOf = ({ options }: Pick<Given, "options">, home: string): string => {
  const typed = textOf(options["name"]);
  if (typed === undefined) return instanceName(home);
  if (!isInstanceName(typed)) throw usage(`--name ${typed}`, "fleet.expected-name");
  return typed;
};

const writableOf = ({ options }: Given, cwd: string): readonly string[] =>
  (textOf(options["writable"]) ?? "")
    .split(",")
    .filter((path) => path.trim() !== "")
    .map((path) => {
      const dir = resolve(cwd, path.trim());
      // systemd refuses to start what names a folder that is not there.
      if (holdsControl(dir) || statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw usage(`--writable ${path}`, "fleet.expected-folder");
      }
      return dir;
    });

/** A unit of the machine says who it runs as: who was named, else who owns the home or the folder. Never root unasked. */
const ownerOf = async (
  typed: string | undefined,
  home: string,
  cwd: string,
  scope: ServiceScope,
  tools: SystemTools,
): Promise<ServiceUser | null> => {
  if (scope === "user") {
    if (typed !== undefined)
      throw new DashdError("E_USAGE", { found: `--user ${typed}`, expected: "fleet.expected-root" });
    return null;
  }
  const holder = (statSync(home, { throwIfNoEntry: false }) ?? statSync(cwd)).uid;
  const user = await lookUp(typed ?? String(holder), tools);
  if (user === null) throw usage(typed === undefined ? `uid ${holder}` : `--user ${typed}`, "fleet.expected-user");
  if (user.uid === 0 && typed === undefined) {
    throw new DashdError(
      "E_USAGE",
      { found: cwd, expected: "fleet.expected-not-root" },
      { hint: "dashd service install --user www-data" },
    );
  }
  return user;
};

const lookUp = async (nameOrUid: string, { run }: SystemTools): Promise<ServiceUser | null> => {
  if (!/^[\w][\w.@-]*$/.test(nameOrUid)) return null;
  const asked = await Promise.all(["-un", "-u", "-g"].map((flag) => run(["id", flag, nameOrUid])));
  const [name, uid, gid] = asked.map(({ code, output }) => (code === 0 ? output : ""));
  return name === undefined || name === "" || uid === undefined || gid === undefined
    ? null
    : { name, uid: Number(uid), gid: Number(gid) };
};

const usage = (found: string, expected: string): DashdError =>
  new DashdError("E_USAGE", { found, expected }, { hint: "dashd help service" });

/** Bounded by net.core.somaxconn. */
const socketBacklog = 4096;
