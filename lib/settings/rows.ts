import { redactUrl, SET } from "./redact.ts";
import type { ResolvedSettings } from "./resolve.ts";
import type { SettingName, SettingSource } from "./settings.ts";
import { settingNames, settingTable } from "./table.ts";

/** A line of `dashd config`. `value` is "" where the setting is not set; secrets are "(set)". */
export interface SettingRow {
  readonly name: SettingName;
  readonly variable: string;
  readonly flag: string | null;
  readonly value: string;
  readonly source: SettingSource;
}

export const settingRows = ({ values, sources }: Pick<ResolvedSettings, "values" | "sources">): readonly SettingRow[] =>
  settingNames.map((name) => {
    const { variables, flag, secret } = settingTable[name];
    const text = name === "healthPaths" && values.healthPaths === null ? "off" : plain(values[name]);
    return { name, variable: variables[0], flag, value: text === "" ? "" : shown[secret](text), source: sources[name] };
  });

const shown = {
  no: (text: string) => text,
  whole: () => SET,
  password: redactUrl,
} as const;

const plain = (value: ResolvedSettings["values"][SettingName]): string => {
  if (value === null) return "";
  if (typeof value === "string" || typeof value === "number") return String(value);
  return "health" in value ? `${value.health},${value.ready}` : value.join(",");
};
