import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** What the process was started with, safe to print: at most 80 characters, no secret, no control character. */
export const commandOf = (pid: number): string => {
  const words = read(`/proc/${pid}/cmdline`)
    .split(/[\0\s]+/)
    .filter((word) => word !== "");
  const shown = words.length > 0 ? withoutSecrets(words).join(" ") : read(`/proc/${pid}/comm`).trim();
  return cut(shown.replaceAll(/\p{Cc}/gu, "?"));
};

/** Anyone may read a command line in /proc, but not everyone reads the place where an error is printed. */
export const withoutSecrets = (words: readonly string[]): readonly string[] =>
  words.map((word, index) => {
    if (index === 0) return basename(word);
    if (namesSecret.test(words[index - 1] ?? "")) return "…";
    return word.replace(/:\/\/\S*@/, "://…@").replace(/=.*$/s, "=…");
  });

/** A flag whose value is the next word. */
const namesSecret = /^-.*(pass|pwd|secret|token|key|auth|credential|cookie)[^=]*$/i;

const longest = 80;

const cut = (text: string): string => {
  const letters = [...text];
  return letters.length <= longest ? text : `${letters.slice(0, longest - 1).join("")}…`;
};

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};
