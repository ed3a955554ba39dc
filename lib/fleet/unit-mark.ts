import { createHash } from "node:crypto";

/** What a unit file says of who wrote it. */
export interface UnitMark {
  readonly home: string;
  /** Nobody has edited it since. */
  readonly untouched: boolean;
}

/** The file as it is written: whose it is, and by what an edited one is known. */
export const marked = (text: string, home: string): string =>
  [
    `# Written by: dashd service install --home ${home}`,
    "# Changes of your own belong in a drop-in (systemctl edit), which outlives the next install.",
    `${sumLabel}${sumOf(text)}`,
    "",
    text,
  ].join("\n");

/** Null where the file is not ours. */
export const readMark = (file: string): UnitMark | null => {
  const found = /^# Written by: dashd service install --home (.+)\n#.*\n# Sum of what follows: (\w+)\n\n/.exec(file);
  const [head, home, sum] = found ?? [];
  if (head === undefined || home === undefined) return null;
  return { home, untouched: sumOf(file.slice(head.length)) === sum };
};

const sumLabel = "# Sum of what follows: ";
const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
