import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Message } from "../errors.ts";
import { isJsonArray, isJsonObject } from "../json-text.ts";
import { readJsonFile, readTextFile } from "../read-file.ts";
import type { Json } from "../json-text.ts";
import { nearest } from "../nearest.ts";
import { settingNames, settingTable } from "./table.ts";
import type { SettingName, SettingSource } from "./settings.ts";

/** One place where settings are said, all of it as text. */
export interface Layer {
  readonly source: SettingSource;
  readonly said: ReadonlyMap<SettingName, Said>;
  readonly faults: readonly Message[];
}

export interface Said {
  /** As the operator wrote it: `--port`, `DASHD_PORT`, `port`. */
  readonly label: string;
  readonly text: string;
}

/** Flags by the setting's name, as commander gives them. */
export type Flags = Readonly<Partial<Record<SettingName, string | undefined>>>;

export type Variables = Readonly<Record<string, string | undefined>>;

export const flagLayer = (flags: Flags): Layer => ({
  source: "flag",
  said: collect((name) => {
    const text = flags[name];
    return text === undefined ? null : { label: settingTable[name].flag ?? name, text };
  }),
  faults: [],
});

/** An empty variable counts as not set: that is how compose files and unit files pass what they were not given. */
export const variableLayer = (
  source: "environment" | ".env",
  variables: Variables,
  faults: readonly Message[],
): Layer => ({
  source,
  said: collect((name) => {
    const label = settingTable[name].variables.find((variable) => (variables[variable] ?? "") !== "");
    return label === undefined ? null : { label, text: variables[label] ?? "" };
  }),
  faults,
});

/** `.env` of the folder; nothing when there is none. */
export const readDotEnv = (cwd: string): { readonly variables: Variables; readonly faults: readonly Message[] } => {
  const file = join(cwd, ".env");
  const read = readTextFile(file);
  if (typeof read !== "string") return { variables: {}, faults: unlessMissing(read) };
  const text = read.replace(/^\uFEFF/, "");
  const variables = Object.fromEntries(
    Object.entries(parseEnv(text)).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return { variables, faults: linesWithoutValue(text, file) };
};

/** `parseEnv` skips in silence what it does not understand: a line that begins like a setting of ours must be one. */
const linesWithoutValue = (text: string, file: string): readonly Message[] =>
  text.split(/\r?\n/).flatMap((line, index) => {
    const [, name, next] = /^\s*(?:export\s+)?(DASHD_\w*)\s*(.?)/.exec(line) ?? [];
    return name === undefined || next === "="
      ? []
      : [{ code: "fault.env-line", facts: { file, line: index + 1, found: name } }];
  });

/** `dashd.config.json` of the folder: settings by their names, `{ "adminPort": 9051, "trustProxy": ["loopback"] }`. */
export const configLayer = (cwd: string): Layer => {
  const file = join(cwd, "dashd.config.json");
  const layer = (said: Layer["said"], faults: readonly Message[]): Layer => ({ source: "config file", said, faults });
  const read = readJsonFile(file);
  if ("fault" in read) return layer(new Map(), unlessMissing(read.fault));
  const { value } = read;
  if (!isJsonObject(value)) {
    const facts = { file, path: "", found: JSON.stringify(value).slice(0, 60), kind: "object" };
    return layer(new Map(), [{ code: "fault.value", facts }]);
  }
  const known = settingNames.filter((name) => Object.hasOwn(value, name));
  const texts = known.map((name) => ({ name, text: textOf(value[name] ?? null) }));
  return layer(new Map(texts.flatMap(({ name, text }) => (text === null ? [] : [[name, { label: name, text }]]))), [
    ...Object.keys(value)
      .filter((key) => !known.some((name) => name === key))
      .map((key) => ({
        code: "fault.unknown-key",
        facts: { file, path: key, suggestion: nearest(key, settingNames) },
      })),
    ...texts
      .filter(({ text }) => text === null)
      .map(({ name }) => ({ code: "fault.config-value", facts: { file, path: name } })),
  ]);
};

const textOf = (value: Json): string | null => {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return isJsonArray(value) && value.every((item) => typeof item === "string") ? value.join(",") : null;
};

const collect = (say: (name: SettingName) => Said | null): ReadonlyMap<SettingName, Said> =>
  new Map(
    settingNames.flatMap((name) => {
      const said = say(name);
      return said === null ? [] : [[name, said] as const];
    }),
  );

/** Nobody needs to have such a file. */
const unlessMissing = (fault: Message): readonly Message[] => (fault.facts["found"] === "ENOENT" ? [] : [fault]);
