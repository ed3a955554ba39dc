import { resolve } from "node:path";
import { DashdError } from "../errors.ts";
import type { Launch } from "../fleet/launch.ts";
import { holdsControl } from "../fleet/systemd-text.ts";
import type { Message } from "../errors.ts";
import type { ResolvedSettings } from "../settings/resolve.ts";
import { settingNames, settingTable } from "../settings/table.ts";
import { textOf, type CommandContext, type Given } from "./command.ts";
import { textsOf } from "./start-flags.ts";

/** What a service manager is to run for what was typed as if for `dashd start`. Throws E_USAGE for what no file holds. */
export const launchOf = (
  given: Given,
  app: string | undefined,
  { self, cwd, flags }: Pick<CommandContext, "self" | "cwd" | "flags">,
  { values }: Pick<ResolvedSettings, "values">,
): Launch => {
  const typed = { ...textsOf(given), ...flags };
  const launch: Launch = {
    program: [self.execPath, ...self.execArgv, resolve(cwd, self.script)],
    folder: cwd,
    home: values.home,
    app: app === undefined ? null : resolve(cwd, app),
    flags: [
      ...settingNames.flatMap((name) => {
        const text = textOf(typed[name]);
        const { flag, placeholder } = settingTable[name];
        if (text === undefined || flag === null || name === "stage" || name === "home") return [];
        return placeholder === "" ? [flag] : [flag, text];
      }),
      ...(given.options["strict"] === true ? ["--strict"] : []),
    ],
    appArgs: given.rest,
    firstStage: typed["stage"] === undefined ? null : values.stage,
  };
  const unwritable = [...launch.program, launch.folder, launch.home, launch.app ?? "", ...launch.flags, ...given.rest];
  for (const word of unwritable) {
    if (holdsControl(word))
      throw new DashdError("E_USAGE", { found: JSON.stringify(word), expected: "fleet.expected-line" });
  }
  return launch;
};

/** What a service will not find as this shell did. */
export const launchWarnings = (launch: Launch, { sources }: Pick<ResolvedSettings, "sources">): readonly Message[] => {
  const ofShell = settingNames.filter((name) => sources[name] === "environment" && name !== "home" && name !== "lang");
  return [
    ...(ofShell.length === 0
      ? []
      : [{ code: "fleet.only-in-shell", facts: { names: ofShell.map((name) => settingTable[name].variables[0]) } }]),
    ...(launch.program.some((word) => /[\\/]_npx[\\/]/.test(word)) ? [{ code: "fleet.npx-cache", facts: {} }] : []),
  ];
};
