import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Redis } from "ioredis";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { unpackDebian } from "./debian-binary.ts";
import { allGone, signalIfAlive } from "./processes.ts";
import { quietPort } from "./quiet-port.ts";
import { scratchDir } from "./scratch.ts";
import { until } from "./until.ts";

/**
 * Why no Redis can be started here, for `test("…", { skip: redisMissing() }, …)`; false where one can. The first call of a
 * machine may download it. On CI a missing server is a failure, not a skip.
 */
export const redisMissing = (): string | false => {
  if (process.env["CI"] === "true") return false;
  try {
    programs();
    return false;
  } catch (error) {
    return `no redis-server: ${String(error)}`;
  }
};

/**
 * A Redis of this test alone on 127.0.0.1, without persistence unless `args` say so. Comes back once it answers. Its end
 * is waited for when the test ends.
 */
export const startRedis = async (t: Cleanup, options: RedisOptions = {}): Promise<RedisServer> => {
  const dir = scratchDir(t);
  const certificate = options.tls === true ? makeCertificate(dir) : null;
  const fixedPort = options.port;
  let port = fixedPort ?? (await quietPort());
  let running: Running | null = null;
  afterwards(t, () => endHard(running));

  const args = (): readonly string[] => [
    ...(certificate === null
      ? ["--port", String(port)]
      : ["--port", "0", "--tls-port", String(port), ...certificate.args]),
    ...["--bind", "127.0.0.1", "--dir", dir, "--daemonize", "no", "--save", "", "--appendonly", "no"],
    // A replica is served at once instead of after five seconds of waiting for others.
    ...["--repl-diskless-sync-delay", "0", "--enable-debug-command", "yes"],
    ...(options.password === undefined ? [] : ["--requirepass", options.password, "--masterauth", options.password]),
    ...(options.args ?? []),
  ];
  const launch = (): Promise<Running | null> => launchServer("redis-server", args(), dir, port);
  const start = async (): Promise<void> => {
    running = await launch();
    if (running !== null) return;
    if (fixedPort !== undefined) throw new Error(`port ${port} is taken`);
    port = await quietPort();
    return start();
  };
  await start();

  const server: RedisServer = {
    get url() {
      const auth = options.password === undefined ? "" : `:${encodeURIComponent(options.password)}@`;
      return `${certificate === null ? "redis" : "rediss"}://${auth}127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    get pid() {
      return running?.pid ?? 0;
    },
    dir,
    password: options.password ?? null,
    ca: certificate?.text ?? null,
    pause: () => signalIfAlive(alive(running), "SIGSTOP"),
    resume: () => signalIfAlive(alive(running), "SIGCONT"),
    stop: async () => {
      await endPolitely(running);
      running = null;
    },
    kill: async () => {
      await endHard(running);
      running = null;
    },
    restart: async () => {
      await server.stop();
      running = await launch();
      if (running === null) throw new Error(`port ${port} was taken meanwhile`);
    },
    command: async (name, ...rest) => {
      const client = new Redis(server.url, {
        ...(certificate === null ? {} : { tls: { ca: certificate.text } }),
        ...{ lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 },
        ...{ connectTimeout: 5_000, enableReadyCheck: false },
      });
      // A failed connection also rejects `connect` below.
      client.on("error", () => undefined);
      try {
        await client.connect();
        return await client.call(name, ...rest.map(String));
      } finally {
        client.disconnect();
      }
    },
  };
  await until("Redis to answer", async () => /PONG|LOADING|READONLY/.test(String(await server.command("PING"))));
  return server;
};

/** A replica of `master` with the same password and without TLS; comes back once it is in step. */
export const startReplica = async (
  t: Cleanup,
  master: RedisServer,
  options: RedisOptions = {},
): Promise<RedisServer> => {
  const { args = [], ...rest } = options;
  const replica = await startRedis(t, {
    ...(master.password === null ? {} : { password: master.password }),
    ...rest,
    args: ["--replicaof", `127.0.0.1 ${master.port}`, ...args],
  });
  // The replica knows before its master does.
  const inStep = async (): Promise<boolean> =>
    String(await replica.command("INFO", "replication")).includes("master_link_status:up") &&
    String(await master.command("INFO", "replication")).includes(`port=${replica.port},state=online`);
  await until("the replica to be in step", inStep, { everyMs: 50 });
  return replica;
};

/** Sentinels that watch `master` under `name`; come back once they know each other and every replica. */
export const startSentinels = async (
  t: Cleanup,
  { master, name, count, downAfterMs }: SentinelOptions,
): Promise<Sentinels> => {
  const started = await Promise.all(
    Array.from({ length: count }, () => startSentinel(t, { master, name, count, downAfterMs })),
  );
  const replicas = Number(/connected_slaves:(\d+)/.exec(String(await master.command("INFO", "replication")))?.[1] ?? 0);
  for (const { port } of started)
    await until(
      `sentinel ${port} to know the others`,
      async () => {
        const told = pairs(await sentinelCommand(port, "SENTINEL", "MASTER", name));
        return Number(told.get("num-other-sentinels")) === count - 1 && Number(told.get("num-slaves")) >= replicas;
      },
      { everyMs: 100 },
    );
  const ports = started.map(({ port }) => port);
  return {
    ports,
    pids: started.map(({ pid }) => pid),
    addresses: ports.map((port) => `127.0.0.1:${port}`),
    masterPort: async () => {
      const address = await sentinelCommand(ports[0] ?? 0, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", name);
      return Array.isArray(address) ? Number(address[1]) : 0;
    },
    stop: async () => {
      await Promise.all(started.map(endPolitely));
    },
  };
};

export interface RedisOptions {
  readonly port?: number;
  /** As on redis-server's command line, two dashes included; they win over this helper's own. */
  readonly args?: readonly string[];
  readonly password?: string;
  /** Speaks TLS only, with a certificate for 127.0.0.1 that `ca` vouches for. */
  readonly tls?: boolean;
}

export interface RedisServer {
  /** With the password, where there is one. */
  readonly url: string;
  readonly port: number;
  /** Another one after `restart`, 0 while there is none. */
  readonly pid: number;
  /** Its working folder; `redis.log` lies there. */
  readonly dir: string;
  readonly password: string | null;
  /** The certificate to trust, as PEM text; null without TLS. */
  readonly ca: string | null;
  /** As SIGTERM does it. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections are taken by the kernel, nothing is answered. */
  pause(): void;
  resume(): void;
  /** Stops it if it runs; starts it on the same port, empty unless `args` say otherwise. */
  restart(): Promise<void>;
  /** On a connection of its own. */
  command(name: string, ...args: readonly (string | number)[]): Promise<unknown>;
}

export interface SentinelOptions {
  readonly master: RedisServer;
  readonly name: string;
  readonly count: number;
  /** From the master's silence to a sentinel's vote. */
  readonly downAfterMs: number;
}

export interface Sentinels {
  /** `host:port` each. */
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  readonly pids: readonly number[];
  /** Where the first sentinel sees the master now. */
  masterPort(): Promise<number>;
  stop(): Promise<void>;
}

interface Running {
  readonly pid: number;
  readonly port: number;
  readonly child: ChildProcess;
}

const startSentinel = async (t: Cleanup, options: SentinelOptions): Promise<Running> => {
  const { master, name, count, downAfterMs } = options;
  const dir = scratchDir(t);
  const port = await quietPort();
  const file = join(dir, "sentinel.conf");
  // A sentinel writes into its file, and takes some of these settings from nowhere else.
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${dir}`,
    `sentinel monitor ${name} 127.0.0.1 ${master.port} ${Math.floor(count / 2) + 1}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    // Bounds one try; the next one waits twice as long. Its default is three minutes.
    `sentinel failover-timeout ${name} 3000`,
    ...(master.password === null ? [] : [`sentinel auth-pass ${name} ${master.password}`]),
  ];
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  const running = await launchServer("redis-sentinel", [file], dir, port);
  if (running === null) return startSentinel(t, options);
  afterwards(t, () => endHard(running));
  return running;
};

const sentinelCommand = async (port: number, name: string, ...args: readonly string[]): Promise<unknown> => {
  const client = new Redis({
    port,
    host: "127.0.0.1",
    lazyConnect: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
};

/** A flat list of names and values, as Redis tells a map. */
const pairs = (reply: unknown): ReadonlyMap<string, string> => {
  const list = Array.isArray(reply) ? reply.map(String) : [];
  return new Map(list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? ""] as const] : [])));
};

/** null: the port is taken. */
const launchServer = async (
  program: keyof Programs["paths"],
  args: readonly string[],
  dir: string,
  port: number,
): Promise<Running | null> => {
  const { paths, env } = programs();
  const logPath = join(dir, "redis.log");
  const log = openSync(logPath, "a");
  const logged = statSync(logPath).size;
  const child = spawn(paths[program], args, { cwd: dir, env: { ...process.env, ...env }, stdio: ["ignore", log, log] });
  closeSync(log);
  child.on("error", () => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot spawn ${paths[program]}`);
  const told = (): string => readFileSync(logPath, "utf8").slice(logged);
  const outcome = await until(
    `${program} to listen`,
    () => {
      if (child.exitCode !== null || child.signalCode !== null) return "ended";
      return /Ready to accept connections|# Sentinel ID is|\+monitor/.test(told()) ? "listens" : null;
    },
    { everyMs: 10 },
  );
  if (outcome === "listens") return { pid, port, child };
  if (/Address already in use/i.test(told())) return null;
  throw new Error(`${program} ended at its start: ${told()}`);
};

const alive = (running: Running | null): number => {
  if (running === null) throw new Error("this Redis does not run");
  return running.pid;
};

const endPolitely = async (running: Running | null): Promise<void> => {
  if (running === null) return;
  signalIfAlive(running.pid, "SIGCONT");
  signalIfAlive(running.pid, "SIGTERM");
  try {
    await allGone([running.pid], 10_000);
  } catch {
    await endHard(running);
  }
};

const endHard = async (running: Running | null): Promise<void> => {
  // A child that has ended leaves a pid that may be another's by now.
  if (running === null || running.child.exitCode !== null || running.child.signalCode !== null) return;
  signalIfAlive(running.pid, "SIGKILL");
  await allGone([running.pid], 10_000);
};

interface Programs {
  readonly paths: Readonly<Record<"redis-server" | "redis-sentinel", string>>;
  readonly env: NodeJS.ProcessEnv;
}

/** From PATH; else Debian's `redis-tools`, where the server lies under another name (TRAPS 18), and its libraries. */
const programs = (): Programs => {
  known ??= installed() ?? unpacked();
  return known;
};

let known: Programs | undefined;

const installed = (): Programs | null => {
  const find = (name: string): string | undefined =>
    (process.env["PATH"] ?? "")
      .split(delimiter)
      .map((dir) => join(dir, name))
      .find(existsSync);
  const [server, sentinel] = [find("redis-server"), find("redis-sentinel")];
  if (server === undefined || sentinel === undefined) return null;
  return { paths: { "redis-server": server, "redis-sentinel": sentinel }, env: {} };
};

const unpacked = (): Programs => {
  const root = unpackDebian(["redis-tools", "liblzf1", "libjemalloc2"]);
  const libraries = join(root, "usr/lib");
  const env = {
    LD_LIBRARY_PATH: readdirSync(libraries)
      .filter((name) => name.endsWith("-linux-gnu"))
      .map((name) => join(libraries, name))
      .join(delimiter),
  };
  // What the program is depends on the name it is called by.
  const named = (name: string): string => {
    const path = join(root, "dashd", name);
    mkdirSync(dirname(path), { recursive: true });
    try {
      symlinkSync("../usr/bin/redis-check-rdb", path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    }
    return path;
  };
  const paths = { "redis-server": named("redis-server"), "redis-sentinel": named("redis-sentinel") };
  const { status, stderr } = spawnSync(paths["redis-server"], ["--version"], {
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr.trim());
  return { paths, env };
};

const makeCertificate = (dir: string): { readonly args: readonly string[]; readonly text: string } => {
  const [key, certificate] = [join(dir, "tls.key"), join(dir, "tls.crt")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const { status, stderr } = spawnSync(
    "openssl",
    ["req", "-x509", ...kind, "-keyout", key, "-out", certificate, ...subject],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`openssl: ${stderr}`);
  const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
  return {
    args: [...files, "--tls-auth-clients", "no", "--tls-replication", "yes"],
    text: readFileSync(certificate, "utf8"),
  };
};
