import { join, resolve } from "node:path";
import { localeLang } from "../lang.ts";
import { packageRoot } from "../package-root.ts";
import { parseRedisUrl, parseSentinels } from "../redis-url.ts";
import { parseUpstreamUrl } from "../upstream-url.ts";
import {
  addresses,
  anyUrl,
  folderOrOff,
  healthPaths,
  host,
  integer,
  namesBelow,
  oneOf,
  onOff,
  orOff,
  path,
  share,
  token,
  urlPath,
  word,
} from "./parsers.ts";
import type { Parser } from "./parsers.ts";
import { accessLogs, logFormats, logLevels, stickiness } from "./settings.ts";
import type { AccessLog, LogFormat, OnOff, SettingName, Settings } from "./settings.ts";

/** One row per setting, CONTRACT section 4. Help is the message `setting.<name>` of `lib/words`. */
export interface SettingDefinition<T> {
  /** Names in the environment and in `.env`, the first one ours. */
  readonly variables: readonly [string, ...string[]];
  /** null: no flag, since every user of the host can read the command line of a process. */
  readonly flag: string | null;
  /** What stands for the value in `--help`; "" for a flag that takes none and means on, or off where it begins with `--no-`. */
  readonly placeholder: string;
  readonly parse: Parser<T>;
  /** The value when nobody says anything. */
  readonly fallback: (surroundings: Surroundings) => T;
  /** The fallback as written in help and in `.env.example`; null where it is nothing, or the locale's or the home's. */
  readonly fallbackText: string | null;
  /** `whole`: never shown. `password`: a URL, shown without its password. */
  readonly secret: "no" | "whole" | "password";
}

export interface Surroundings {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly cwd: string;
  readonly locale: string;
}

type SettingTable = { readonly [Name in SettingName]: SettingDefinition<Settings[Name]> };

/** A row with everything that can be told from the variable's name. */
const row = <T>(
  variable: string,
  placeholder: string,
  parse: Parser<T>,
  fallback: (surroundings: Surroundings) => T,
  more: Partial<Pick<SettingDefinition<T>, "variables" | "flag" | "fallbackText" | "secret">> = {},
): SettingDefinition<T> => ({
  variables: [variable],
  flag: `--${variable
    .replace(/^DASHD_/, "")
    .toLowerCase()
    .replaceAll("_", "-")}`,
  placeholder,
  parse,
  fallback,
  fallbackText: null,
  secret: "no",
  ...more,
});

/** A row whose fallback is a plain text, read by the row's own parser: help cannot tell another default than the code. */
const rowWithDefault = <T>(
  variable: string,
  placeholder: string,
  parse: Parser<T>,
  fallback: T,
  fallbackText = String(fallback),
  more: Partial<Pick<SettingDefinition<T>, "variables" | "flag">> = {},
): SettingDefinition<T> => row(variable, placeholder, parse, () => fallback, { fallbackText, ...more });

const nothing = (): null => null;
const port = integer(0, 65_535);
const defaultPaths = { health: "/healthz", ready: "/readyz" };

export const settingTable: SettingTable = {
  stage: row<number | null>("DASHD_STAGE", "<n>", integer(1, 999), nothing),
  host: rowWithDefault("DASHD_HOST", "<address>", host, "0.0.0.0"),
  port: rowWithDefault("DASHD_PORT", "<n>", port, 8050, "8050", { variables: ["DASHD_PORT", "PORT"] }),
  adminHost: rowWithDefault("DASHD_ADMIN_HOST", "<address>", host, "127.0.0.1"),
  adminPort: rowWithDefault("DASHD_ADMIN_PORT", "<n>", port, 8051),
  adminToken: row<string | null>("DASHD_ADMIN_TOKEN", "<token>", token, nothing, { flag: null, secret: "whole" }),
  adminReadToken: row<string | null>("DASHD_ADMIN_READ_TOKEN", "<token>", token, nothing, {
    flag: null,
    secret: "whole",
  }),
  adminTlsCert: row<string | null>("DASHD_ADMIN_TLS_CERT", "<file>", path, nothing),
  adminTlsKey: row<string | null>("DASHD_ADMIN_TLS_KEY", "<file>", path, nothing),
  panel: rowWithDefault<OnOff>("DASHD_PANEL", "", onOff, "on", "on", { flag: "--no-panel" }),
  home: row("DASHD_HOME", "<dir>", path, ({ cwd }) => resolve(cwd, ".dashd"), { fallbackText: "./.dashd" }),
  upstream: row<string | null>("DASHD_UPSTREAM", "<url>", parseUpstreamUrl, nothing, { secret: "password" }),
  profiles: row("DASHD_PROFILES", "<dir>", path, () => join(packageRoot(), "profiles")),
  workers: row<number | null>("DASHD_WORKERS", "<n>", integer(1, 1024), nothing),
  seal: rowWithDefault<OnOff>("DASHD_SEAL", "", onOff, "off"),
  sealKeep: row<readonly string[]>("DASHD_SEAL_KEEP", "<list>", namesBelow, () => []),
  readyPath: rowWithDefault("DASHD_READY_PATH", "<path>", urlPath, "/"),
  healthPaths: rowWithDefault("DASHD_HEALTH_PATHS", "<paths>", healthPaths, defaultPaths, "/healthz,/readyz"),
  sticky: rowWithDefault("DASHD_STICKY", "<off|ip>", oneOf(stickiness), "off"),
  adoptPort: row<number | null>("DASHD_ADOPT_PORT", "<n>", integer(1, 65_535), nothing),
  responseCacheMb: rowWithDefault("DASHD_RESPONSE_CACHE_MB", "<n|off>", orOff(integer(0, 100_000)), 32),
  trustProxy: row<readonly string[]>("DASHD_TRUST_PROXY", "<list>", addresses, () => []),
  tlsCert: row<string | null>("DASHD_TLS_CERT", "<file>", path, nothing),
  tlsKey: row<string | null>("DASHD_TLS_KEY", "<file>", path, nothing),
  lang: row("DASHD_LANG", "<en|zh>", oneOf(["en", "zh"] as const), ({ env, locale }) => localeLang(env, locale)),
  logLevel: rowWithDefault("DASHD_LOG_LEVEL", "<level>", oneOf(logLevels), "info"),
  logDir: row<string | null>("DASHD_LOG_DIR", "<dir|off>", folderOrOff, nothing),
  logFormat: rowWithDefault<LogFormat>("DASHD_LOG_FORMAT", "<text|json>", oneOf(logFormats), "text"),
  logMaxMb: rowWithDefault("DASHD_LOG_MAX_MB", "<n>", integer(1, 100_000), 50),
  logMaxDays: row<number | null>("DASHD_LOG_MAX_DAYS", "<n>", integer(1, 3650), nothing),
  logKeep: rowWithDefault("DASHD_LOG_KEEP", "<n>", integer(1, 1000), 10),
  accessLog: rowWithDefault<AccessLog>("DASHD_ACCESS_LOG", "<off|combined|json>", oneOf(accessLogs), "off"),
  accessLogSample: rowWithDefault("DASHD_ACCESS_LOG_SAMPLE", "<share>", share, 1),
  databaseUrl: row<string | null>("DATABASE_URL", "<url>", anyUrl, nothing, { secret: "password" }),
  redisUrl: row<string | null>("REDIS_URL", "<url>", parseRedisUrl, nothing, { secret: "password" }),
  redisSentinels: row<readonly string[]>("REDIS_SENTINELS", "<list>", parseSentinels, () => []),
  redisSentinelName: row<string | null>("REDIS_SENTINEL_NAME", "<name>", word, nothing),
};

/** In the table's order. */
export const settingNames = Object.keys(settingTable).filter((name): name is SettingName =>
  Object.hasOwn(settingTable, name),
);

/** Variables of dashd that are no settings. */
export const otherVariables: readonly string[] = ["DASHD_DEBUG"];
