import type { Lang } from "../lang.ts";

/** What the operator asked for: every setting of CONTRACT section 4, resolved and checked. Paths are absolute. */
export interface Settings {
  /** null: not asked for. Whether it applies while the journal holds a stage is the command's business. */
  readonly stage: number | null;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** null: the home's own token. */
  readonly adminToken: string | null;
  /** Looks at everything, changes nothing; null: the home's own. */
  readonly adminReadToken: string | null;
  /** PEM files; both or neither. */
  readonly adminTlsCert: string | null;
  readonly adminTlsKey: string | null;
  /** `off`: the admin port serves the API alone. */
  readonly panel: OnOff;
  readonly home: string;
  /** The server that workers stand in front of; null: an app of their own. */
  readonly upstream: string | null;
  /** Folder of the ladder. */
  readonly profiles: string;
  /** null: as many as the stage says. */
  readonly workers: number | null;
  /** `on`: each generation runs from a copy of its own. */
  readonly seal: OnOff;
  /** Below the app's folder: what stays where it is. */
  readonly sealKeep: readonly string[];
  readonly readyPath: string;
  /** null: off. */
  readonly healthPaths: HealthPaths | null;
  /** `ip`: a client's address decides over its slot. */
  readonly sticky: Stickiness;
  /** Of a program's servers, only the one that listens on this port is adopted; null: the first. */
  readonly adoptPort: number | null;
  /** Of the whole instance; 0: off. */
  readonly responseCacheMb: number;
  /** Addresses, CIDR ranges, and the words loopback, linklocal, uniquelocal. */
  readonly trustProxy: readonly string[];
  /** PEM files; both or neither. */
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  readonly lang: Lang;
  readonly logLevel: LogLevel;
  /** null: the log folder of the home; `off`: no files, the standard output alone. */
  readonly logDir: string | null;
  /** Of the lines on the standard output, or on that for errors. */
  readonly logFormat: LogFormat;
  readonly logMaxMb: number;
  /** null: a file is full by its size alone. */
  readonly logMaxDays: number | null;
  readonly logKeep: number;
  readonly accessLog: AccessLog;
  /** Of all requests, 0..1. */
  readonly accessLogSample: number;
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  readonly redisSentinels: readonly string[];
  readonly redisSentinelName: string | null;
}

export interface HealthPaths {
  readonly health: string;
  readonly ready: string;
}

export type OnOff = "on" | "off";

export const stickiness = ["off", "ip"] as const;
export type Stickiness = (typeof stickiness)[number];

export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ["text", "json"] as const;
export type LogFormat = (typeof logFormats)[number];

export const accessLogs = ["off", "combined", "json"] as const;
export type AccessLog = (typeof accessLogs)[number];

export type SettingName = keyof Settings;

/** Where a value came from, strongest first. */
export type SettingSource = "flag" | "environment" | ".env" | "config file" | "default";
