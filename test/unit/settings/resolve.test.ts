import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { DashdError, type Message } from "../../../lib/errors.ts";
import { builtInProfilesDir } from "../../../lib/profile/load.ts";
import { resolveSettings, type ResolveInput } from "../../../lib/settings/resolve.ts";
import { say } from "../../../lib/words/say.ts";
import { scratchDir } from "../../support/scratch.ts";

interface Said extends Partial<Pick<ResolveInput, "flags" | "env" | "locale">> {
  readonly dotEnv?: string;
  readonly config?: unknown;
}

const resolveIn = (cwd: string, { flags = {}, env = {}, locale = "", dotEnv, config }: Said) => {
  if (dotEnv !== undefined) writeFileSync(join(cwd, ".env"), dotEnv);
  if (config !== undefined) {
    writeFileSync(join(cwd, "dashd.config.json"), typeof config === "string" ? config : JSON.stringify(config));
  }
  return resolveSettings({ flags, env, cwd, locale });
};

const resolve = (t: TestContext, said: Said) => resolveIn(scratchDir(t), said);

const faultsOf = (t: TestContext, said: Said): readonly Message[] => {
  try {
    resolve(t, said);
  } catch (error) {
    assert.ok(error instanceof DashdError);
    assert.equal(error.code, "E_SETTING");
    assert.equal(error.facts["count"], error.details.length);
    return error.details;
  }
  return [];
};

const subjects = (faults: readonly Message[]): readonly string[] =>
  faults.map(({ code, facts }) => `${code} ${String(facts["name"] ?? facts["path"] ?? facts["found"])}`);

test("without a word from anybody, the defaults of the contract hold", (t) => {
  const cwd = scratchDir(t);
  const { values, sources, warnings } = resolveIn(cwd, {});
  assert.deepEqual(values, {
    stage: null,
    host: "0.0.0.0",
    port: 8050,
    adminHost: "127.0.0.1",
    adminPort: 8051,
    adminToken: null,
    adminReadToken: null,
    adminTlsCert: null,
    adminTlsKey: null,
    panel: "on",
    home: join(cwd, ".dashd"),
    upstream: null,
    profiles: builtInProfilesDir(),
    workers: null,
    seal: "off",
    sealKeep: [],
    readyPath: "/",
    healthPaths: { health: "/healthz", ready: "/readyz" },
    sticky: "off",
    adoptPort: null,
    responseCacheMb: 32,
    trustProxy: [],
    tlsCert: null,
    tlsKey: null,
    lang: "en",
    logLevel: "info",
    logDir: null,
    logFormat: "text",
    logMaxMb: 50,
    logMaxDays: null,
    logKeep: 10,
    accessLog: "off",
    accessLogSample: 1,
    databaseUrl: null,
    redisUrl: null,
    redisSentinels: [],
    redisSentinelName: null,
  });
  assert.ok(Object.values(sources).every((source) => source === "default"));
  assert.deepEqual(warnings, []);
});

test("a flag goes before the environment, that before .env, that before dashd.config.json, that before the default", (t) => {
  const layers = [
    { said: { flags: { port: "1001" } }, source: "flag", port: 1001 },
    { said: { env: { DASHD_PORT: "1002" } }, source: "environment", port: 1002 },
    { said: { dotEnv: "DASHD_PORT=1003" }, source: ".env", port: 1003 },
    { said: { config: { port: 1004 } }, source: "config file", port: 1004 },
    { said: {}, source: "default", port: 8050 },
  ] as const;
  for (const [index, { source, port }] of layers.entries()) {
    const { values, sources } = resolve(t, Object.assign({}, ...layers.slice(index).map(({ said }) => said)));
    assert.deepEqual([values.port, sources.port], [port, source]);
  }
});

test("to seal is said by a bare flag, a word, or true, and what is kept are names below the app's folder", (t) => {
  for (const said of [{ flags: { seal: "on" } }, { env: { DASHD_SEAL: "1" } }, { config: { seal: true } }]) {
    assert.equal(resolve(t, said).values.seal, "on");
  }
  assert.equal(resolve(t, { flags: { seal: "on" }, env: { DASHD_SEAL: "off" } }).values.seal, "on");
  assert.deepEqual(resolve(t, { env: { DASHD_SEAL_KEEP: "files, board.db" } }).values.sealKeep, ["files", "board.db"]);
  for (const bad of ["/srv/files", "../files", "a/../../b", "."]) {
    assert.equal(faultsOf(t, { env: { DASHD_SEAL_KEEP: bad } }).length, 1, bad);
  }
  assert.equal(faultsOf(t, { env: { DASHD_SEAL: "yes please" } }).length, 1);
});

test("PORT is a second name of DASHD_PORT, and gives way to it", (t) => {
  assert.equal(resolve(t, { env: { PORT: "3000" } }).values.port, 3000);
  assert.equal(resolve(t, { env: { PORT: "3000", DASHD_PORT: "4000" } }).values.port, 4000);
});

test("an empty variable counts as not set", (t) => {
  const { values, sources } = resolve(t, { env: { DASHD_PORT: "" }, dotEnv: "DASHD_PORT=9000\nDASHD_STAGE=" });
  assert.deepEqual([values.port, sources.port, values.stage], [9000, ".env", null]);
});

test("all faults come at once, each with its name and place", (t) => {
  const faults = faultsOf(t, {
    flags: { logLevel: "loud", home: "" },
    env: { DASHD_PORT: "65536", DASHD_HOST: "999.1.1.1", DASHD_TRUST_PROXY: "10.0.0.0/33" },
    dotEnv: "DASHD_WORKERS=0\nDASHD_STAGE 2\n",
    config: { healthPaths: "/a", readyPath: "ready", color: true, logKeep: null, lang: "fr" },
  });
  assert.deepEqual(subjects(faults).toSorted(), [
    "fault.config-value logKeep",
    "fault.env-line DASHD_STAGE",
    "fault.setting --home",
    "fault.setting --log-level",
    "fault.setting DASHD_HOST",
    "fault.setting DASHD_PORT",
    "fault.setting DASHD_TRUST_PROXY",
    "fault.setting DASHD_WORKERS",
    "fault.setting healthPaths",
    "fault.setting lang",
    "fault.setting readyPath",
    "fault.unknown-key color",
  ]);
});

test("a fault says what was found, where, and what is allowed, in both languages", (t) => {
  const [fault] = faultsOf(t, { env: { DASHD_PORT: "http" } });
  assert.ok(fault !== undefined);
  assert.equal(say("en", fault), 'DASHD_PORT (environment) is "http"; expected a whole number from 0 to 65535');
  assert.equal(say("zh", fault), 'DASHD_PORT（环境变量）为 "http"；应为整数（0 至 65535）');
});

test("stickiness is off, or goes by address", (t) => {
  assert.equal(resolve(t, { env: {} }).values.sticky, "off");
  assert.equal(resolve(t, { env: { DASHD_STICKY: "ip" } }).values.sticky, "ip");
  const [fault] = faultsOf(t, { env: { DASHD_STICKY: "cookie" } });
  assert.equal(fault?.facts["name"], "DASHD_STICKY");
});

test("a certificate goes with its key; their paths are made absolute", (t) => {
  const cwd = scratchDir(t);
  const { values } = resolveIn(cwd, { env: { DASHD_TLS_CERT: "a.crt", DASHD_TLS_KEY: "a.key" } });
  assert.deepEqual([values.tlsCert, values.tlsKey], [join(cwd, "a.crt"), join(cwd, "a.key")]);
  for (const name of ["DASHD_TLS_CERT", "DASHD_TLS_KEY"]) {
    assert.deepEqual(subjects(faultsOf(t, { env: { [name]: "a.pem" } })), [`fault.lone-tls-file ${name}`]);
  }
});

test("addresses of hosts and proxies are checked", (t) => {
  const trusted = ["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "loopback"];
  const { values } = resolve(t, { env: { DASHD_TRUST_PROXY: trusted.join(", "), DASHD_HOST: "::" } });
  assert.deepEqual(values.trustProxy, trusted);
  for (const host of ["", "a b", "1.2.3", "http://a", "[::1]", "*"]) {
    assert.equal(faultsOf(t, { flags: { host } }).length, 1, host);
  }
  for (const proxy of ["10.0.0.0/", "10.0.0.0/8/8", "::1/129", "everyone", ","]) {
    assert.equal(faultsOf(t, { flags: { trustProxy: proxy } }).length, 1, proxy);
  }
});

test("health paths are two different paths, or off", (t) => {
  assert.equal(resolve(t, { env: { DASHD_HEALTH_PATHS: "off" } }).values.healthPaths, null);
  const { values } = resolve(t, { config: { healthPaths: ["/live", "/ready"] } });
  assert.deepEqual(values.healthPaths, { health: "/live", ready: "/ready" });
  for (const paths of ["/a,/a", "/a,b", "/a,/b,/c", "//a,/b", "/a?b,/c", ""]) {
    assert.equal(faultsOf(t, { flags: { healthPaths: paths } }).length, 1, paths);
  }
});

test("the service and the admin side need two ports, but both may pick a free one", (t) => {
  assert.deepEqual(subjects(faultsOf(t, { env: { DASHD_PORT: "8051" } })), ["fault.same-port DASHD_ADMIN_PORT"]);
  assert.equal(resolve(t, { env: { DASHD_PORT: "0", DASHD_ADMIN_PORT: "0" } }).values.adminPort, 0);
});

test("a secret is never repeated in a fault, and a password is not taken from the command line", (t) => {
  const secret = "hunter 2";
  const faults = faultsOf(t, { env: { DASHD_ADMIN_TOKEN: secret, DATABASE_URL: `postgres://u:${secret}@h/d` } });
  assert.equal(faults.length, 2);
  for (const fault of faults) {
    assert.ok(!JSON.stringify(fault).includes(secret));
    assert.ok(!say("en", fault).includes(secret) && !say("zh", fault).includes(secret));
  }
  const onCommandLine = faultsOf(t, { flags: { databaseUrl: "postgres://u:p@h/d", redisUrl: "redis://h" } });
  assert.deepEqual(subjects(onCommandLine), ["fault.secret-on-command-line --database-url"]);
});

test("variables that look like ours and are not get a warning with what was probably meant", (t) => {
  const { warnings } = resolve(t, { env: { DASHD_PROT: "1", DASHD_DEBUG: "1" }, dotEnv: "DASHD_NOTHING_LIKE_IT=1" });
  assert.deepEqual(
    warnings.map(({ code, facts }) => [code, facts["name"], facts["source"], facts["suggestion"]]),
    [
      ["warning.unknown-variable", "DASHD_PROT", "environment", "DASHD_PORT"],
      ["warning.unknown-variable", "DASHD_NOTHING_LIKE_IT", ".env", null],
    ],
  );
});

test("a short token is taken with a warning", (t) => {
  const { values, warnings } = resolve(t, { env: { DASHD_ADMIN_TOKEN: "short" } });
  assert.deepEqual([values.adminToken, warnings.map(({ code }) => code)], ["short", ["warning.short-token"]]);
});

test("the language is the one asked for, else the locale's", (t) => {
  const lang = (said: Said) => resolve(t, said).values.lang;
  assert.equal(lang({ env: { LANG: "zh_CN.UTF-8" } }), "zh");
  assert.equal(lang({ env: { LANG: "zh_CN.UTF-8", LC_ALL: "C.UTF-8" } }), "en");
  assert.equal(lang({ env: { LANG: "zh_CN.UTF-8", DASHD_LANG: "en" } }), "en");
  assert.equal(lang({ locale: "zh-CN" }), "zh");
});

test("paths are made absolute from the folder of the command", (t) => {
  const cwd = scratchDir(t);
  const { values } = resolveIn(cwd, { flags: { home: "here", logDir: "../logs" }, config: { profiles: "./ladder" } });
  assert.deepEqual(
    [values.home, values.logDir, values.profiles],
    [join(cwd, "here"), join(cwd, "../logs"), join(cwd, "ladder")],
  );
});

test("the app gets what .env holds for it, and the services that were named, but nothing of ours", (t) => {
  const { appEnvironment } = resolve(t, {
    env: { PATH: "/bin", API_KEY: "from outside" },
    dotEnv: 'API_KEY=inside\nGREETING="good day"\nDASHD_PORT=9000\nDATABASE_URL=postgres://h/d\n',
    config: { redisUrl: "redis://h" },
  });
  assert.deepEqual(appEnvironment, { GREETING: "good day", DATABASE_URL: "postgres://h/d", REDIS_URL: "redis://h" });
});

test("files that cannot be read or understood are faults, not silence", (t) => {
  assert.deepEqual(
    faultsOf(t, { config: '{ "port": 1, }' }).map(({ code, facts }) => [code, facts["line"], facts["column"]]),
    [["fault.json", 1, 14]],
  );
  assert.deepEqual(
    faultsOf(t, { config: "[]" }).map(({ code }) => code),
    ["fault.value"],
  );
  const cwd = scratchDir(t);
  mkdirSync(join(cwd, ".env"));
  assert.throws(
    () => resolveIn(cwd, {}),
    (error) => error instanceof DashdError && error.details[0]?.facts["found"] === "EISDIR",
  );
});
