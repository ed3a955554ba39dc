import { readFileSync } from "node:fs";

/**
 * The terminal that this process's session has, `pts/3` or `tty1`, wherever its own streams lead; null without one (cron,
 * a service). Where the system does not tell (not Linux), what SSH says.
 */
export const ownTerminal = (env: NodeJS.ProcessEnv): string | null => {
  let stat: string;
  try {
    stat = readFileSync("/proc/self/stat", "utf8");
  } catch {
    return env["SSH_TTY"]?.replace(/^\/dev\//, "") ?? null;
  }
  return terminalIn(stat);
};

/** Field 7 of /proc/<pid>/stat is a device number. The name in field 2 may hold blanks and parentheses. */
export const terminalIn = (stat: string): string | null => {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const device = Number(fields[4] ?? 0);
  if (!Number.isInteger(device) || device <= 0) return null;
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return `tty ${major}:${minor}`;
};
