import { readFileSync } from "node:fs";

/** The parent's pid of a live process; null where there is no such process, or the system does not tell it in a file. */
export const parentOf = (pid: number): number | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in field 2 may hold blanks and parentheses; the state follows it, then the parent.
    const parent = Number(
      stat
        .slice(stat.lastIndexOf(")") + 1)
        .trim()
        .split(/\s+/)[1],
    );
    return Number.isSafeInteger(parent) ? parent : null;
  } catch {
    return null;
  }
};
