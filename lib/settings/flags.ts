import type { Message } from "../errors.ts";
import type { SettingName } from "./settings.ts";
import { settingNames, settingTable } from "./table.ts";

/** A flag as commander takes it; `help` and `note` (the variable and the default) are put into words by the caller. */
export interface SettingFlag {
  readonly name: SettingName;
  /** `--port <n>` */
  readonly flags: string;
  readonly help: Message;
  /** `[DASHD_PORT, default 8050]` */
  readonly note: Message;
}

/** Every flag that is a setting, in the table's order. commander's own name for each is the setting's name. */
export const settingFlags = (): readonly SettingFlag[] =>
  settingNames.flatMap((name) => {
    const { flag, placeholder, variables, fallbackText } = settingTable[name];
    if (flag === null) return [];
    const note: Message = { code: "word.flag-note", facts: { variables, fallback: fallbackText } };
    return [{ name, flags: `${flag} ${placeholder}`.trim(), help: helpOf(name), note }];
  });

export const helpOf = (name: SettingName): Message => ({ code: `setting.${name}`, facts: {} });
