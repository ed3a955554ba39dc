import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { homePaths } from "../home/paths.ts";
import type { SettingInForce } from "../protocol/control.ts";
import { settingFlags } from "../settings/flags.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { settingRows, type SettingRow } from "../settings/rows.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandModule } from "./command.ts";
import { tableLines } from "./table.ts";

/** `dashd config`: every setting as a start here and now would take it, beside what the running instance has. */
export const config: CommandModule = {
  declare: (command, lang) => {
    for (const { name, flags, help } of settingFlags()) if (name === "profiles") command.option(flags, say(lang, help));
  },
  run: async ({ options }, { io, env, cwd, lang, json, flags }) => {
    const resolved = resolveSettings({ flags: { ...flags, profiles: textOf(options["profiles"]) }, env, cwd });
    const running = await runningSettings(resolved.values.home);
    const rows = settingRows(resolved).map((row) => ({ ...row, ...comparedWith(running, row) }));
    if (json) {
      io.out(JSON.stringify({ schemaVersion: 1, running: running !== null, settings: rows }, null, 2));
      return 0;
    }
    const title = (code: string) => ({ title: say(lang, { code, facts: {} }), align: "left" as const });
    const columns = ["setting", "value", "source", "inForce"].map((column) => title(`word.${column}`));
    const cells = rows.map(({ variable, value, source, inForce, needs }) => [
      variable,
      value === "" ? "–" : value,
      say(lang, { code: `source.${source}`, facts: {} }),
      say(lang, { code: `in-force.${running === null ? "not-running" : (needs ?? "yes")}`, facts: { inForce } }),
    ]);
    for (const line of tableLines(columns, cells)) io.out(line);
    for (const warning of resolved.warnings) io.err(`⚠ ${say(lang, warning)}`);
    return 0;
  },
};

interface Compared {
  /** What the running instance has; null when none runs. */
  readonly inForce: string | null;
  /** What brings the value of this line into force; null when it is. */
  readonly needs: "restart" | null;
}

/** A master reads its settings once: only a restart takes new ones. The stage is no setting once a journal holds one. */
const comparedWith = (running: readonly SettingInForce[] | null, { name, value }: SettingRow): Compared => {
  const inForce = running?.find((row) => row.name === name)?.value ?? null;
  return { inForce, needs: inForce === null || inForce === value || name === "stage" ? null : "restart" };
};

const runningSettings = async (home: string): Promise<readonly SettingInForce[] | null> => {
  try {
    return await createControlClient({ paths: homePaths(home) }).settings();
  } catch (error) {
    if (error instanceof DashdError && error.code === "E_NOT_RUNNING") return null;
    throw error;
  }
};
