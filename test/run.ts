import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * `node --import tsx test/run.ts unit integration`: every test file in those folders or of those names; with `-- word`
 * only those whose path contains a word. Node 20 knows neither globs nor TypeScript in `node --test`.
 */
const main = (): void => {
  const [places, words] = splitAt(process.argv.slice(2), "--");
  const files = places
    .flatMap((place) => (place.endsWith(suffix) ? [join(import.meta.dirname, place)] : testFilesIn(place)))
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
  if (files.length === 0) {
    process.stderr.write(`no test file in ${places.join(", ")}\n`);
    process.exitCode = 1;
    return;
  }
  // Four on two cores, three of the larger ones: they mostly wait. Those at full stages have the machine for themselves.
  const together = places.includes("long") ? 1 : places.includes("hosting") ? 3 : 4;
  const limits = [`--test-concurrency=${together}`, `--test-timeout=${fileTimeoutMs}`];
  const args = ["--import", "tsx", "--test", "--test-reporter=spec", ...limits, ...files];
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  child.once("exit", (code) => (process.exitCode = code ?? 1));
};

const suffix = ".test.ts";

/** A file that hangs ends here, and not at the time limit of whoever waits for the run. */
const fileTimeoutMs = 600_000;

const testFilesIn = (folder: string): readonly string[] => {
  const dir = join(import.meta.dirname, folder);
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(suffix))
    .map((name) => join(dir, name))
    .toSorted();
};

const splitAt = (words: readonly string[], mark: string): readonly [readonly string[], readonly string[]] => {
  const at = words.indexOf(mark);
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
};

main();
