import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client, type QueryResult } from "pg";
import { shortHash } from "../../lib/home/paths.ts";
import { findBinaries, parseVersion, type PostgresBinaries } from "../../lib/services/embedded/find-binaries.ts";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { allGone, isAlive, signalIfAlive } from "./processes.ts";
import { quietPort } from "./quiet-port.ts";
import { serviceUser } from "./service-user.ts";
import { until } from "./until.ts";

/**
 * Why no PostgreSQL can be started here, for `test("…", { skip: postgresMissing() }, …)`; false where one can. On CI a
 * missing server is a failure, not a skip.
 */
export const postgresMissing = (): string | false =>
  process.env["CI"] === "true" || usable() !== null ? false : "no PostgreSQL programs that run here";

/**
 * A PostgreSQL of this test alone: on 127.0.0.1, superuser `postgres` with a password (scram), nothing forced to the disk.
 * Comes back once it answers. When the test ends, no process and no file of it are left.
 */
export const startPostgres = async (t: Cleanup, options: PostgresOptions = {}): Promise<PostgresServer> => {
  const found = usable();
  if (found === null) throw new Error("no PostgreSQL programs that run here");
  const dir = ownFolder();
  let running: Running | null = null;
  afterwards(t, async () => {
    await killAll(running);
    rmSync(dir, { recursive: true, force: true });
  });
  copyTemplate(template(found), join(dir, "data"));

  let port = options.port ?? (await quietPort());
  const launch = (): Promise<Running | null> => launchServer(found, dir, port, options);
  const start = async (): Promise<void> => {
    running = await launch();
    if (running !== null) return;
    // Another process took the port between the look and the start.
    if (options.port !== undefined) throw new Error(`port ${port} is taken`);
    port = await quietPort();
    return start();
  };
  await start();

  const url = (): string => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const pids = (): readonly number[] => (running === null ? [] : family(running.pid));
  const server: PostgresServer = {
    get url() {
      return url();
    },
    get port() {
      return port;
    },
    get pid() {
      return running?.pid ?? 0;
    },
    dir,
    pids,
    pause: () => {
      // The parent first, and then those who are its children by then: it starts no other meanwhile.
      signalIfAlive(server.pid, "SIGSTOP");
      for (const pid of pids()) signalIfAlive(pid, "SIGSTOP");
    },
    resume: () => {
      for (const pid of pids().toReversed()) signalIfAlive(pid, "SIGCONT");
    },
    stop: async () => {
      await stopPolitely(running);
      running = null;
    },
    kill: async () => {
      await killAll(running);
      running = null;
    },
    restart: async () => {
      await server.stop();
      running = await launch();
      if (running === null) throw new Error(`port ${port} was taken meanwhile`);
    },
    query: async (text, values = []) => {
      const client = new Client({ connectionString: url(), connectionTimeoutMillis: 10_000 });
      // A server that goes away while the query runs fails the query; this event adds nothing.
      client.on("error", () => undefined);
      await client.connect();
      try {
        return await client.query(text, [...values]);
      } finally {
        await client.end();
      }
    },
  };
  return server;
};

export interface PostgresOptions {
  /** 100 unless said; three of them are the superuser's. */
  readonly maxConnections?: number;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  readonly url: string;
  readonly port: number;
  /** Of the postmaster; another one after `restart`, 0 while there is none. */
  readonly pid: number;
  /** Holds `data` and `postgres.log`. */
  readonly dir: string;
  /** The postmaster first, then all its children. */
  pids(): readonly number[];
  /** Fast shutdown: running queries are aborted. */
  stop(): Promise<void>;
  /** SIGKILL to all of it. */
  kill(): Promise<void>;
  /** SIGSTOP to all of it: connections are taken by the kernel, nothing is answered. */
  pause(): void;
  resume(): void;
  /** Stops it if it runs; starts it with the same data on the same port. */
  restart(): Promise<void>;
  /** As superuser on a connection of its own: works while `max_connections` is used up by others. */
  query(text: string, values?: readonly unknown[]): Promise<QueryResult>;
}

const password = "only-for-tests";

interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly dataDir: string;
}

interface Usable extends PostgresBinaries {
  readonly version: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Programs that run here as the service's user: those of a folder it cannot enter do not. */
const usable = (): Usable | null => {
  known ??= { found: firstUsable() };
  return known.found;
};

let known: { readonly found: Usable | null } | undefined;

const firstUsable = (): Usable | null => {
  for (const binaries of findBinaries()) {
    const env = { PATH: process.env["PATH"], LC_ALL: "C", ...libraryPath(binaries) };
    const asked = spawnSync(binaries.postgres, ["--version"], { ...serviceUser(), env, cwd: "/", encoding: "utf8" });
    const version = asked.status === 0 ? parseVersion(asked.stdout) : null;
    if (version !== null) return { ...binaries, version, env };
  }
  return null;
};

/** npm may have been told to run no install scripts: the links that one makes are then made in a folder of ours. */
const libraryPath = ({ missingLinks }: PostgresBinaries): NodeJS.ProcessEnv => {
  if (missingLinks.size === 0) return {};
  // One for each place of the package: links into a folder that has gone would be found broken.
  const place = shortHash([...missingLinks.values()].join());
  const dir = join(tmpdir(), `dashd-test-pg-links-${place}-${process.getuid?.() ?? 0}`);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  for (const [name, file] of missingLinks) if (!existsSync(join(dir, name))) symlinkSync(file, join(dir, name));
  return { LD_LIBRARY_PATH: [dir, ...[...missingLinks.values()].map((file) => dirname(file))].join(":") };
};

/** initdb takes a second: made once for all test files and runs, then copied. */
const template = ({ initdb, version, env }: Usable): string => {
  const { uid, gid } = serviceUser();
  const ready = join(tmpdir(), `dashd-test-pg-${version}-${uid}`);
  if (existsSync(ready)) {
    if (statSync(ready).uid !== uid) throw new Error(`${ready} belongs to another`);
    return ready;
  }
  const beside = ownFolder();
  try {
    const passwordFile = join(beside, "password");
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o644 });
    const args = ["-D", join(beside, "data"), "-U", "postgres", `--pwfile=${passwordFile}`, "-A", "scram-sha-256"];
    const more = ["--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C"];
    const { status, stderr } = spawnSync(initdb, [...args, ...more], {
      ...{ uid, gid, env, cwd: beside, encoding: "utf8", timeout: 120_000 },
    });
    if (status !== 0) throw new Error(`initdb: ${stderr}`);
    try {
      renameSync(join(beside, "data"), ready);
    } catch (error) {
      // Another test file was faster.
      if (!existsSync(ready)) throw error;
    }
    return ready;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
};

const copyTemplate = (from: string, to: string): void => {
  const { uid, gid } = serviceUser();
  const { status, stderr } = spawnSync("cp", ["-r", "--preserve=mode", "--reflink=auto", from, to], {
    ...{ uid, gid, cwd: "/", encoding: "utf8", timeout: 60_000 },
  });
  if (status !== 0) throw new Error(`cp: ${stderr}`);
};

/** The service's user can enter it, nobody else (the scratch folders of tests are root's own). */
const ownFolder = (): string => {
  const { uid, gid } = serviceUser();
  const dir = mkdtempSync(join(tmpdir(), "dashd-test-pg-run-"));
  chownSync(dir, uid, gid);
  chmodSync(dir, 0o700);
  return dir;
};

/** null: the port is taken. */
const launchServer = async (
  { postgres, env }: Usable,
  dir: string,
  port: number,
  { maxConnections = 100, settings = {} }: PostgresOptions,
): Promise<Running | null> => {
  const dataDir = join(dir, "data");
  const values: Readonly<Record<string, string>> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: String(maxConnections),
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    shared_buffers: "32MB",
    // In the data folder: nothing stays in /dev/shm when the server is killed.
    dynamic_shared_memory_type: "mmap",
    ...settings,
  };
  const args = Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const logPath = join(dir, "postgres.log");
  const log = openSync(logPath, "a");
  const child = spawn(postgres, ["-D", dataDir, ...args], {
    ...serviceUser(),
    ...{ env, cwd: dir, stdio: ["ignore", log, log] },
  });
  closeSync(log);
  const logged = statSync(logPath).size;
  child.on("error", () => undefined);
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot spawn ${postgres}`);
  const outcome = await until(
    "PostgreSQL to answer",
    () => (child.exitCode !== null || child.signalCode !== null ? "ended" : isReady(dataDir, pid) ? "ready" : null),
    { deadlineMs: 60_000, everyMs: 20 },
  );
  if (outcome === "ready") return { pid, child, dataDir };
  const told = readFileSync(logPath, "utf8").slice(logged);
  if (told.includes("Address already in use")) return null;
  throw new Error(`PostgreSQL ended at its start: ${told}`);
};

/** Line 8 of `postmaster.pid` is its state; the first line the pid, since the file of a killed server stays. */
const isReady = (dataDir: string, pid: number): boolean => {
  const lines = pidFile(dataDir);
  return lines[0] === String(pid) && lines[7]?.trim() === "ready";
};

const pidFile = (dataDir: string): readonly string[] => {
  try {
    return readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
};

const family = (pid: number): readonly number[] => [
  pid,
  ...readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid),
];

const parentOf = (pid: number): number | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
};

const stopPolitely = async (running: Running | null): Promise<void> => {
  if (running === null) return;
  const all = family(running.pid);
  for (const pid of all.toReversed()) signalIfAlive(pid, "SIGCONT");
  signalIfAlive(running.pid, "SIGINT");
  try {
    await allGone(all, 20_000);
  } catch {
    await killAll(running);
  }
};

const killAll = async (running: Running | null): Promise<void> => {
  if (running === null) return;
  const shared = sharedMemoryId(running.dataDir);
  // Stopped first: a postmaster that sees a child end starts another.
  if (isAlive(running.pid)) signalIfAlive(running.pid, "SIGSTOP");
  const all = family(running.pid);
  for (const pid of all) signalIfAlive(pid, "SIGKILL");
  await allGone(all, 10_000);
  // A few bytes of System V memory outlive a killed server; a next start of the same folder would remove them.
  if (shared !== null) spawnSync("ipcrm", ["-m", shared]);
};

/** Line 7 of `postmaster.pid`: key and id. */
const sharedMemoryId = (dataDir: string): string | null => pidFile(dataDir)[6]?.trim().split(/\s+/)[1] ?? null;
