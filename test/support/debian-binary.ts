import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Programs of Debian packages without installing them: downloaded and unpacked once into a folder of this user that later
 * runs find again. Safe for test files that run beside each other. Nothing of the machine is changed, except for the
 * lists of packages where there are none and we are root. Throws where a package cannot be had.
 */
export const unpackDebian = (packages: readonly string[], as = packages.join("+")): string => {
  const shelf = ownShelf();
  const unpacked = join(shelf, as);
  if (existsSync(unpacked)) return unpacked;
  const beside = mkdtempSync(join(shelf, ".unpacking-"));
  try {
    download(packages, beside);
    for (const file of readdirSync(beside).filter((name) => name.endsWith(".deb"))) {
      run("dpkg", ["-x", file, "."], beside);
      rmSync(join(beside, file));
    }
    chmodSync(beside, 0o755);
    renameSync(beside, unpacked);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    // Another test file was faster.
    if (!existsSync(unpacked)) throw error;
  }
  return unpacked;
};

/** A package and what it needs that this machine has not: names for {@link unpackDebian}. */
export const missingWith = (name: string): readonly string[] => {
  const args = ["install", "--yes", "--no-install-recommends", "--print-uris", name];
  const { status, stdout, stderr } = spawnSync("apt-get", args, { encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new Error(`apt-get ${args.join(" ")}: ${stderr.trim()}`);
  return [...stdout.matchAll(/^'[^']+' ([^_ ]+)_\S+\.deb /gm)].map(([, found = ""]) => found);
};

/** Nobody else may have put programs there for us to run. */
const ownShelf = (): string => {
  const uid = process.getuid?.() ?? 0;
  const shelf = join(tmpdir(), `dashd-test-bin-${uid}`);
  mkdirSync(shelf, { recursive: true, mode: 0o755 });
  const { uid: owner, mode } = lstatSync(shelf);
  if (owner !== uid || (mode & 0o022) !== 0) throw new Error(`${shelf} belongs to another, or others may write to it`);
  return shelf;
};

const download = (packages: readonly string[], dir: string): void => {
  try {
    run("apt-get", ["download", ...packages], dir);
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    run("apt-get", ["update"], dir);
    run("apt-get", ["download", ...packages], dir);
  }
};

const run = (command: string, args: readonly string[], cwd: string): void => {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 120_000 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
};
