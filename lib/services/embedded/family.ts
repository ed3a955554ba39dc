import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { identityOf, isSame, type ProcessIdentity } from "../../host/process-identity.ts";

/** The server's own children; a process group does not tell them, since each makes its own. */
export const childrenOf = (pid: number): readonly ProcessIdentity[] =>
  (process.platform === "linux" ? parentsFromProc() : parentsFromPs())
    .filter(([, parent]) => parent === pid)
    .map(([child]) => identityOf(child))
    .filter((identity) => identity !== null);

/**
 * Ends a server and all its children, and waits for their end: SIGINT (fast shutdown: queries are aborted, everything is
 * written), after `deadlineMs` SIGQUIT, then SIGKILL. Works for an adopted server, which is nobody's child, and for a
 * stopped one. False: something is left even so.
 */
export const endFamily = async (server: ProcessIdentity, deadlineMs: number): Promise<boolean> => {
  const children = childrenOf(server.pid);
  for (const one of [...children, server]) signal(one, "SIGCONT");
  signal(server, "SIGINT");
  if (!(await ended([server], deadlineMs))) signal(server, "SIGQUIT");
  if (!(await ended([server], quitMs))) {
    // Stopped first, so that it starts no other child meanwhile.
    signal(server, "SIGSTOP");
    const all = [server, ...childrenOf(server.pid)];
    for (const one of all) signal(one, "SIGKILL");
    await ended(all, killMs);
  }
  if (!(await ended(children, childrenMs))) for (const one of children) signal(one, "SIGKILL");
  return ended([server, ...children], killMs);
};

/** PostgreSQL itself gives children 5 s after SIGQUIT. */
const quitMs = 6_000;
const killMs = 3_000;
/** Children that outlive their parent see its death at once, unless they hang. */
const childrenMs = 1_000;

const signal = (process_: ProcessIdentity, name: NodeJS.Signals): void => {
  if (!isSame(process_)) return;
  try {
    process.kill(process_.pid, name);
  } catch {
    // Gone meanwhile, or of another user: the look afterwards tells which.
  }
};

const ended = async (processes: readonly ProcessIdentity[], deadlineMs: number): Promise<boolean> => {
  const endsAtMs = performance.now() + deadlineMs;
  while (processes.some(isSame)) {
    if (performance.now() >= endsAtMs) return false;
    await pause(20);
  }
  return true;
};

type PidAndParent = readonly [pid: number, parent: number];

const parentsFromProc = (): readonly PidAndParent[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        // The name in field 2 may hold blanks and parentheses; state and parent follow it.
        const parent = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1];
        return [[Number(name), Number(parent)] as const];
      } catch {
        return [];
      }
    });

const parentsFromPs = (): readonly PidAndParent[] =>
  spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8", timeout: 5_000 })
    .stdout.split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, parent]) => (pid === undefined || parent === undefined ? [] : [[pid, parent] as const]));
