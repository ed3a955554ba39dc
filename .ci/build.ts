/**
 * Compiles bin and lib into dist: beside it first, then swapped, so that an instance running from dist never sees half
 * of a build.
 *
 * Each program is joined into few files: a worker's own modules cost 20 ms of CPU as one file and 50 ms as forty
 * (measured beside a boot of Node of 120 ms, in one run), and sixteen of them start at once. As CommonJS it spares a
 * program that is CommonJS the loader of ES modules, another 13 ms (TRAPS 39 holds either way). The command line keeps its
 * commands apart (chunks), so that `status` loads what it needs. Dependencies stay packages.
 *
 * With --if-stale nothing is written while dist is younger than its sources: npm runs `prepare` not only at
 * `npm ci` but again at each user's first `npx dashd`, who may not be allowed to write here.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { build as buildWith, buildSync, type Plugin } from "esbuild";
import { notOnThePage } from "./page-words.ts";

const root = path.resolve(import.meta.dirname, "..");
const dist = path.join(root, "dist");
const stamp = path.join(dist, ".sources");

const build = async (): Promise<number> => {
  const sources = fingerprint();
  if (process.argv.includes("--if-stale") && existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return 0;
  const fresh = `${dist}-${process.pid}`;
  try {
    declare(fresh);
    join(fresh);
    await joinPage(fresh);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
  chmodSync(path.join(fresh, "bin/dashd.js"), 0o755);
  writeFileSync(path.join(fresh, ".sources"), sources);
  swap(fresh);
  return 0;
};

/** The types that app authors see; `npm run types` checks everything else. */
const declare = (fresh: string): void => {
  const tsc = createRequire(import.meta.url).resolve("typescript/lib/tsc.js");
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", fresh];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error("the types of lib/index.ts do not compile");
};

const join = (fresh: string): void => {
  const common = {
    absWorkingDir: root,
    outbase: ".",
    outdir: fresh,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20.19",
    format: "esm",
    logLevel: "warning",
  } as const;
  buildSync({
    ...common,
    entryPoints: [
      "bin/dashd.ts",
      "lib/index.ts",
      "lib/board/main.ts",
      "lib/upstream/main.ts",
      "lib/load/main.ts",
      "lib/verify/drill/main.ts",
      "lib/verify/probe-app.ts",
    ],
    splitting: true,
    chunkNames: "lib/chunks/[name]-[hash]",
  });
  buildSync({
    ...common,
    entryPoints: ["lib/worker/main.ts", "lib/worker/watchdog-thread.ts"],
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    define: { "import.meta.url": "importMetaUrl" },
    banner: { js: `const importMetaUrl = require("node:url").pathToFileURL(__filename).href;` },
  });
};

/** The panel's page: one script, one style sheet, one document; what it needs of packages is joined in. */
const joinPage = async (fresh: string): Promise<void> => {
  const page = path.join(root, "lib/panel/page");
  const out = path.join(fresh, "lib/panel/page");
  await buildWith({
    absWorkingDir: root,
    plugins: [withoutWords],
    entryPoints: { panel: path.join(page, "main.ts") },
    outdir: out,
    bundle: true,
    minify: true,
    platform: "browser",
    target: ["chrome110", "firefox110", "safari16"],
    format: "iife",
    logLevel: "warning",
  });
  buildSync({
    absWorkingDir: root,
    entryPoints: { panel: path.join(page, "panel.css") },
    outdir: out,
    bundle: true,
    minify: true,
    target: ["chrome110", "firefox110", "safari16"],
    logLevel: "warning",
  });
  copyFileSync(path.join(page, "index.html"), path.join(out, "index.html"));
};

const withoutWords: Plugin = {
  name: "without-words",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]words[\\/]catalogue[\\/][\w-]+\.ts$/ }, ({ path: file }) => {
      if (!notOnThePage.includes(path.basename(file, ".ts"))) return undefined;
      const names = readFileSync(file, "utf8").matchAll(/^export const (\w+)/gm);
      return { contents: [...names].map(([, name]) => `export const ${name} = {};`).join("\n"), loader: "js" };
    });
  },
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

process.exitCode = await build();
