/**
 * Compiles bin and lib into dist: beside it first, then swapped, so that an instance running from dist never sees half
 * of a build. With --if-stale nothing is written while dist is younger than its sources: npm runs `prepare` not only at
 * `npm ci` but again at each user's first `npx dashd`, who may not be allowed to write here.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "dist");
const stamp = path.join(dist, ".sources");

const build = (): number => {
  const sources = fingerprint();
  if (process.argv.includes("--if-stale") && existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return 0;
  const fresh = `${dist}-${process.pid}`;
  const tsc = createRequire(import.meta.url).resolve("typescript/lib/tsc.js");
  const compiled = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", fresh], {
    cwd: root,
    stdio: "inherit",
  });
  if (compiled.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    return compiled.status ?? 1;
  }
  chmodSync(path.join(fresh, "bin/dashd.js"), 0o755);
  writeFileSync(path.join(fresh, ".sources"), sources);
  swap(fresh);
  return 0;
};

const swap = (fresh: string): void => {
  const old = `${fresh}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
};

/** Content, not times: a clone, a checkout and a copy set times as they like. */
const fingerprint = (): string => {
  const hash = createHash("sha256");
  for (const file of ["package.json", "tsconfig.json", "tsconfig.build.json", ...tree("bin"), ...tree("lib")]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
};

const tree = (dir: string): readonly string[] =>
  readdirSync(path.join(root, dir), { recursive: true, encoding: "utf8" })
    .map((name) => path.join(dir, name))
    .filter((file) => statSync(path.join(root, file)).isFile())
    .toSorted();

process.exitCode = build();
