import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Names one process for ever: pids are used again, the pair is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** On Linux the boot's id and the start in clock ticks since then; elsewhere the start as the system words it. */
  readonly startedAt: string;
}

/** null when there is no such process, when it is a zombie (it has ended, its parent has not looked), or cannot be told. */
export const identityOf = (pid: number): ProcessIdentity | null => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  const startedAt = startOf(pid);
  return startedAt === null ? null : { pid, startedAt };
};

/** False for a dead process and for another one that got the same pid. */
export const isSame = (identity: ProcessIdentity): boolean =>
  identityOf(identity.pid)?.startedAt === identity.startedAt;

export const isProcessIdentity = (value: unknown): value is ProcessIdentity =>
  typeof value === "object" &&
  value !== null &&
  "pid" in value &&
  typeof value.pid === "number" &&
  "startedAt" in value &&
  typeof value.startedAt === "string";

/** State and start time (fields 3 and 22) of /proc/<pid>/stat. The name in field 2 may hold blanks and parentheses. */
export const parseStat = (stat: string): { readonly state: string; readonly startTicks: string } | null => {
  const nameEnds = stat.lastIndexOf(")");
  if (nameEnds < 0) return null;
  const [state, ...rest] = stat
    .slice(nameEnds + 1)
    .trim()
    .split(/\s+/);
  const startTicks = rest[18];
  if (state === undefined || startTicks === undefined || !/^\d+$/.test(startTicks)) return null;
  return { state, startTicks };
};

const startOf = (pid: number): string | null => {
  switch (process.platform) {
    case "linux":
      return startOnLinux(pid);
    case "win32":
      return ask("powershell.exe", ["-NoProfile", "-Command", `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`]);
    default:
      return startByPs(pid);
  }
};

const startOnLinux = (pid: number): string | null => {
  const stat = read(`/proc/${pid}/stat`);
  const parsed = stat === null ? null : parseStat(stat);
  if (parsed === null || ended.has(parsed.state)) return null;
  return `${read("/proc/sys/kernel/random/boot_id")?.trim() ?? "boot"}/${parsed.startTicks}`;
};

/** POSIX: the state comes first and holds no blank, the start is the rest. */
const startByPs = (pid: number): string | null => {
  const [state = "", ...start] = (ask("ps", ["-o", "stat=,lstart=", "-p", String(pid)]) ?? "").split(/\s+/);
  return start.length === 0 || state.startsWith("Z") ? null : start.join(" ");
};

/** Zombie, and dead in both spellings. */
const ended: ReadonlySet<string> = new Set(["Z", "X", "x"]);

const ask = (command: string, args: readonly string[]): string | null => {
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", timeout: 5000, windowsHide: true, env });
  const answer = status === 0 ? stdout.trim() : "";
  return answer === "" ? null : answer;
};

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
};
