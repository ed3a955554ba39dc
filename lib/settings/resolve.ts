import { DashdError } from "../errors.ts";
import type { Facts, Message } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { isOwnPort } from "../upstream-url.ts";
import { configLayer, flagLayer, readDotEnv, variableLayer } from "./layers.ts";
import type { Flags, Layer, Said, Variables } from "./layers.ts";
import { holdsSecret } from "./redact.ts";
import type { SettingName, SettingSource, Settings } from "./settings.ts";
import { otherVariables, settingNames, settingTable } from "./table.ts";
import type { SettingDefinition, Surroundings } from "./table.ts";

export interface ResolvedSettings {
  readonly values: Settings;
  readonly sources: Readonly<Record<SettingName, SettingSource>>;
  /** Variables that look like ours and are not, and the like: worth a line at start, no reason to refuse. */
  readonly warnings: readonly Message[];
  /** What workers get on top of the environment: `.env` is the app's file too, and the service URLs are the app's. */
  readonly appEnvironment: Readonly<Record<string, string>>;
}

export interface ResolveInput {
  readonly flags: Flags;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly cwd: string;
  /** The system's locale, for hosts without LANG (Windows): `Intl.DateTimeFormat().resolvedOptions().locale`. */
  readonly locale?: string;
}

/**
 * Flag > environment > `.env` > `dashd.config.json` > default. All faults come at once, as the details of one E_SETTING
 * {count}.
 */
export const resolveSettings = ({ flags, env, cwd, locale = "" }: ResolveInput): ResolvedSettings => {
  const dotEnv = readDotEnv(cwd);
  const layers = [
    flagLayer(flags),
    variableLayer("environment", env, []),
    variableLayer(".env", dotEnv.variables, dotEnv.faults),
    configLayer(cwd),
  ];
  const read = createReader(layers, { env, cwd, locale });
  const values: Settings = {
    stage: read.one("stage"),
    host: read.one("host"),
    port: read.one("port"),
    adminHost: read.one("adminHost"),
    adminPort: read.one("adminPort"),
    adminToken: read.one("adminToken"),
    adminReadToken: read.one("adminReadToken"),
    adminTlsCert: read.one("adminTlsCert"),
    adminTlsKey: read.one("adminTlsKey"),
    panel: read.one("panel"),
    home: read.one("home"),
    upstream: read.one("upstream"),
    profiles: read.one("profiles"),
    workers: read.one("workers"),
    seal: read.one("seal"),
    sealKeep: read.one("sealKeep"),
    readyPath: read.one("readyPath"),
    healthPaths: read.one("healthPaths"),
    sticky: read.one("sticky"),
    adoptPort: read.one("adoptPort"),
    responseCacheMb: read.one("responseCacheMb"),
    trustProxy: read.one("trustProxy"),
    tlsCert: read.one("tlsCert"),
    tlsKey: read.one("tlsKey"),
    lang: read.one("lang"),
    logLevel: read.one("logLevel"),
    logDir: read.one("logDir"),
    logFormat: read.one("logFormat"),
    logMaxMb: read.one("logMaxMb"),
    logMaxDays: read.one("logMaxDays"),
    logKeep: read.one("logKeep"),
    accessLog: read.one("accessLog"),
    accessLogSample: read.one("accessLogSample"),
    databaseUrl: read.one("databaseUrl"),
    redisUrl: read.one("redisUrl"),
    redisSentinels: read.one("redisSentinels"),
    redisSentinelName: read.one("redisSentinelName"),
  };
  const faults = [...layers.flatMap((layer) => layer.faults), ...read.faults(), ...faultsAcrossSettings(values)];
  if (faults.length > 0) throw new DashdError("E_SETTING", { count: faults.length }, { details: faults });
  return {
    values,
    sources: sourcesOf(layers),
    warnings: [
      ...unknownVariables("environment", env),
      ...unknownVariables(".env", dotEnv.variables),
      ...weakTokens(values),
    ],
    appEnvironment: appEnvironmentOf(values, dotEnv.variables, env),
  };
};

interface Reader {
  one<Name extends SettingName>(name: Name): Settings[Name];
  faults(): readonly Message[];
}

/** Reads setting by setting; a faulty one reads as its fallback, so that the others are judged too. */
const createReader = (layers: readonly Layer[], surroundings: Surroundings): Reader => {
  const faults: Message[] = [];
  return {
    one(name) {
      const definition = settingTable[name];
      const layer = layers.find(({ said }) => said.has(name));
      const said = layer?.said.get(name);
      if (layer === undefined || said === undefined) return definition.fallback(surroundings);
      const parsed = definition.parse(said.text, surroundings);
      const fault = parsed.ok ? exposed(definition, layer, said) : faultOf(definition, layer, said, parsed.allowed);
      if (fault !== null) faults.push(fault);
      return parsed.ok ? parsed.value : definition.fallback(surroundings);
    },
    faults: () => faults,
  };
};

type Shown = Pick<SettingDefinition<unknown>, "secret" | "variables">;

const faultOf = ({ secret }: Shown, { source }: Layer, { label, text }: Said, allowed: Facts): Message => {
  const facts = { name: label, source };
  const found = secret === "no" ? JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text) : null;
  return { code: "fault.setting", facts: { ...facts, found, ...allowed } };
};

/** Flags show in `ps` to every user of the host. */
const exposed = ({ secret, variables }: Shown, { source }: Layer, { label, text }: Said): Message | null =>
  source === "flag" && secret === "password" && holdsSecret(text)
    ? { code: "fault.secret-on-command-line", facts: { name: label, variable: variables[0] } }
    : null;

const faultsAcrossSettings = (settings: Settings): readonly Message[] => [
  ...samePort(settings),
  ...loneTlsFile(settings.tlsCert, settings.tlsKey, "DASHD_TLS_"),
  ...loneTlsFile(settings.adminTlsCert, settings.adminTlsKey, "DASHD_ADMIN_TLS_"),
  ...sameToken(settings),
];

const sameToken = ({ adminToken, adminReadToken }: Settings): readonly Message[] =>
  adminToken !== null && adminToken === adminReadToken ? [{ code: "fault.same-token", facts: {} }] : [];

const samePort = ({ port, adminPort, upstream }: Settings): readonly Message[] => {
  const same = (name: string): Message => ({
    code: "fault.same-port",
    facts: { name, other: "DASHD_PORT", found: port },
  });
  return [
    ...(port !== 0 && port === adminPort ? [same("DASHD_ADMIN_PORT")] : []),
    // It would pass each request on to itself.
    ...(upstream !== null && isOwnPort(upstream, port) ? [same("DASHD_UPSTREAM")] : []),
  ];
};

const loneTlsFile = (cert: string | null, key: string | null, prefix: string): readonly Message[] => {
  if ((cert === null) === (key === null)) return [];
  const [name, other] = key === null ? [`${prefix}CERT`, `${prefix}KEY`] : [`${prefix}KEY`, `${prefix}CERT`];
  return [{ code: "fault.lone-tls-file", facts: { name, other } }];
};

const sourcesOf = (layers: readonly Layer[]): Readonly<Record<SettingName, SettingSource>> => {
  const source = (name: SettingName): SettingSource => layers.find(({ said }) => said.has(name))?.source ?? "default";
  const entries = settingNames.map((name) => [name, source(name)]);
  return Object.fromEntries(entries) as Record<SettingName, SettingSource>;
};

const unknownVariables = (source: SettingSource, variables: Variables): readonly Message[] => {
  const known = [...Object.values(settingTable).flatMap((definition) => definition.variables), ...otherVariables];
  return Object.keys(variables)
    .filter((name) => name.startsWith("DASHD_") && !known.includes(name))
    .map((name) => ({ code: "warning.unknown-variable", facts: { name, source, suggestion: nearest(name, known) } }));
};

const weakTokens = ({ adminToken, adminReadToken }: Settings): readonly Message[] => {
  const named = [
    ["DASHD_ADMIN_TOKEN", adminToken],
    ["DASHD_ADMIN_READ_TOKEN", adminReadToken],
  ] as const;
  return named.flatMap(([name, token]) =>
    token !== null && token.length < 16
      ? [{ code: "warning.short-token", facts: { name, found: token.length, atLeast: 16 } }]
      : [],
  );
};

const appEnvironmentOf = (
  { databaseUrl, redisUrl }: Settings,
  dotEnv: Variables,
  env: Variables,
): Readonly<Record<string, string>> => {
  const urls = { DATABASE_URL: databaseUrl ?? undefined, REDIS_URL: redisUrl ?? undefined };
  const entries = Object.entries({ ...dotEnv, ...definedOnly(env), ...definedOnly(urls) });
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      value === undefined || value === env[name] || name.startsWith("DASHD_") ? [] : [[name, value]],
    ),
  );
};

const definedOnly = (variables: Variables): Variables =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
