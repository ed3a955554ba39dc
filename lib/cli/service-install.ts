import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DashdError, type Message } from "../errors.ts";
import type { UnitFile } from "../fleet/systemd-units.ts";
import { type ComparedUnit, createUnitFolder } from "../fleet/unit-folder.ts";
import { isAnswered } from "../home/is-answered.ts";
import { readLockRecord } from "../home/lock-record.ts";
import { openHome } from "../home/open-home.ts";
import { shellWord } from "../shell-word.ts";
import type { CommandContext, Given } from "./command.ts";
import { planService, type ServicePlan } from "./service-plan.ts";
import type { ServiceScope, SystemTools } from "./system-tools.ts";
import { mustHaveSystemd, mustRun, systemctl } from "./systemctl.ts";

/** What `service install` did. */
export interface Installed {
  readonly plan: ServicePlan;
  readonly units: readonly { readonly path: string; readonly change: ComparedUnit["change"] | "removed" }[];
  /** `systemd-analyze verify` found nothing; null: it is not here to ask. */
  readonly verified: true | null;
  readonly state: ServiceState;
  /** What is left to do by hand. */
  readonly commands: readonly string[];
  readonly notes: readonly Message[];
}

/** `waits`: another dashd runs in this home. `no-systemd`: none runs here, as while an image is built. */
export type ServiceState = "active" | "waits" | "no-systemd";

/** Proves the units, puts them in place, and starts them where systemd runs. Throws before anything is touched. */
export const installService = async (given: Given, context: CommandContext, tools: SystemTools): Promise<Installed> => {
  const plan = await planService(given, context, tools);
  const { scope, service, paths, owner } = plan;
  await mustHaveSystemd(tools);
  const folder = createUnitFolder(tools.unitFolder(scope), paths.dir);
  const compared = folder.compare(plan.units);
  mustOwnHome(plan);
  const verified = await verify(plan.units, scope, tools);
  const unreachable = await tryAsOwner(plan, tools);

  openHome(paths.dir);
  if (owner !== null) giveHome(paths.dir, owner);
  folder.write(compared);
  const outdated = folder
    .ours([`${service.name}.socket`])
    .filter((name) => plan.units.every((unit) => unit.name !== name));
  if (tools.isBooted()) {
    await mustRun(systemctl(scope, "daemon-reload"), tools);
    if (outdated.length > 0) await mustRun(systemctl(scope, "disable", "--now", ...outdated), tools);
  }
  folder.remove(outdated);
  const { state, commands } = await putInForce(plan, compared, tools);
  const ends = scope === "user" && !tools.lingers();
  return {
    plan,
    units: [
      ...compared.map(({ path, change }) => ({ path, change })),
      ...outdated.map((name) => ({ path: folder.pathOf(name), change: "removed" as const })),
    ],
    verified,
    state,
    commands: [...commands, ...(ends ? ["loginctl enable-linger"] : [])],
    notes: [
      { code: "fleet.runs-as", facts: { user: owner?.name ?? null, folder: service.launch.folder } },
      ...(scope === "system"
        ? [{ code: "fleet.may-write", facts: { folders: [paths.dir, ...service.writable] } }]
        : []),
      ...(ends ? [{ code: "fleet.linger", facts: {} }] : []),
      ...plan.warnings,
      ...unreachable,
    ],
  };
};

/** In a folder of its own, under its own name: what systemd would not take never gets near it. */
const verify = async (units: readonly UnitFile[], scope: ServiceScope, { run }: SystemTools): Promise<true | null> => {
  const dir = mkdtempSync(join(tmpdir(), "dashd-units-"));
  try {
    const files = units.map(({ name, text }) => {
      const path = join(dir, name);
      writeFileSync(path, text);
      return path;
    });
    const asked = ["systemd-analyze", "verify", ...(scope === "user" ? ["--user"] : []), "--man=no", ...files];
    const { code, output } = await run(asked);
    if (code === null) return null;
    // It ends with 0 over a key that it does not know; what it says of other units of the machine is no fault of ours.
    const ours = output
      .split("\n")
      .filter((line) => line.includes(dir) || units.some(({ name }) => line.includes(name)));
    if (ours.length > 0) throw new DashdError("E_UNIT_FAULTY", { found: ours.join("\n").replaceAll(`${dir}/`, "") });
    return true;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const mustOwnHome = ({ paths, owner }: ServicePlan): void => {
  const holder = statSync(paths.dir, { throwIfNoEntry: false })?.uid;
  if (owner === null || holder === undefined || holder === owner.uid) return;
  throw new DashdError(
    "E_HOME",
    { path: paths.dir, found: "fleet.home-of-another" },
    { hint: `chown -R ${owner.name} ${paths.dir}` },
  );
};

const giveHome = (dir: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void => {
  for (const path of [dir, join(dir, ".gitignore")]) {
    if (statSync(path, { throwIfNoEntry: false })?.uid === 0) chownSync(path, uid, gid);
  }
};

/** Below another user's closed folder nothing can be run, however right the unit is. */
const tryAsOwner = async ({ owner, service }: ServicePlan, { run }: SystemTools): Promise<readonly Message[]> => {
  if (owner === null || owner.uid === 0) return [];
  const { program, folder } = service.launch;
  const { code, output } = await run([...program, "--version"], { uid: owner.uid, gid: owner.gid, cwd: folder });
  const found = output.split("\n").find((line) => line.includes("Error")) ?? output;
  return code === 0 ? [] : [{ code: "fleet.unreachable", facts: { user: owner.name, found } }];
};

const putInForce = async (
  { scope, service, units, paths }: ServicePlan,
  compared: readonly ComparedUnit[],
  tools: SystemTools,
): Promise<Pick<Installed, "state" | "commands">> => {
  const names = units.map(({ name }) => name);
  const own = `${service.name}.service`;
  if (!tools.isBooted()) {
    const todo = [systemctl(scope, "daemon-reload"), systemctl(scope, "enable", "--now", ...names)];
    return { state: "no-systemd", commands: todo.map((words) => words.join(" ")) };
  }
  if ((await tools.run(systemctl(scope, "is-active", own))).code === 0) {
    await mustRun(systemctl(scope, "enable", ...names), tools);
    const changed = compared.filter(({ change }) => change !== "unchanged").map(({ name }) => name);
    // A socket is only opened anew when its service has let go of it.
    const anew = names.filter((name) => name === own || changed.includes(name));
    return {
      state: "active",
      commands: changed.length === 0 ? [] : [systemctl(scope, "restart", ...anew).join(" ")],
    };
  }
  if (readLockRecord(paths) !== null || (await isAnswered(paths.controlSocket))) {
    await mustRun(systemctl(scope, "enable", ...names), tools);
    const start = systemctl(scope, "start", ...names).join(" ");
    return { state: "waits", commands: [`dashd stop --home ${shellWord(paths.dir)}`, start] };
  }
  await mustRun(systemctl(scope, "enable", "--now", ...names), tools);
  return { state: "active", commands: [] };
};
