import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { type TestContext } from "node:test";
import { scratchDir } from "./support/scratch.ts";

const root = path.resolve(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { readonly version: string };

test("npm pack holds the compiled program, its profiles and its papers, and nothing else", (t) => {
  const { files } = pack(scratchDir(t));
  const papers = [".env.example", "CHANGELOG.md", "LICENSE", "README.md", "README.zh-CN.md", "package.json"];
  const profiles = ["profile.schema.json", "stage-1.json", "stage-2.json", "stage-3.json"].map(
    (name) => `profiles/${name}`,
  );
  const compiled = files.filter((file) => file.startsWith("dist/"));
  assert.deepEqual(files.filter((file) => !compiled.includes(file)).toSorted(), [...papers, ...profiles].toSorted());
  const programs = [
    "bin/dashd.js",
    "lib/board/main.js",
    "lib/index.js",
    "lib/load/main.js",
    "lib/panel/page/index.html",
    "lib/panel/page/panel.css",
    "lib/panel/page/panel.js",
    "lib/upstream/main.js",
    "lib/verify/drill/main.js",
    "lib/verify/probe-app.js",
    "lib/worker/main.cjs",
    "lib/worker/watchdog-thread.cjs",
  ];
  const isPart = (file: string): boolean => /^dist\/lib\/chunks\/[\w-]+\.js$/.test(file) || file.endsWith(".d.ts");
  assert.deepEqual(
    compiled.filter((file) => !isPart(file)).toSorted(),
    programs.map((file) => `dist/${file}`),
  );
  assert.deepEqual(
    compiled.filter((file) => file.endsWith(".d.ts") && !existsSync(sourceOf(file))),
    [],
    "each declaration has its source",
  );
});

test(
  "installed from its tarball into an empty folder, dashd runs without a TypeScript loader",
  { timeout: 120_000 },
  (t) => {
    const dir = scratchDir(t);
    const { tarball } = pack(dir);
    const place = path.join(dir, "empty");
    mkdirSync(place);
    writeFileSync(path.join(place, "package.json"), `{ "private": true, "type": "module" }\n`);
    const installed = npm(
      ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball],
      place,
    );
    if (installed.status !== 0 && outOfReach(t, installed.stderr)) return;
    assert.equal(installed.status, 0, installed.stderr);

    const packages = readdirSync(path.join(place, "node_modules"));
    assert.deepEqual(
      packages.filter((name) => ["tsx", "typescript", "esbuild", "ts-node"].includes(name)),
      [],
    );
    const ours = path.join(place, "node_modules/dashd/dist");
    const called = node([path.join(ours, "bin/dashd.js"), "--version"], place);
    assert.deepEqual(
      { status: called.status, said: called.stdout.trim() },
      { status: 0, said: version },
      called.stderr,
    );
    const ladder = node([path.join(ours, "bin/dashd.js"), "profiles", "2", "--json"], place);
    assert.equal(ladder.status, 0, ladder.stderr);
    const api = node(
      ["--eval", `await import("dashd"); await import("dashd/package.json", { with: { type: "json" } });`],
      place,
    );
    assert.equal(api.status, 0, api.stderr);
  },
);

interface Pack {
  readonly tarball: string;
  readonly files: readonly string[];
}

/** What `npm test` compiled is packed as it is. */
const pack = (dir: string): Pack => {
  const packed = npm(["pack", "--json", "--ignore-scripts", "--pack-destination", dir], root);
  assert.equal(packed.status, 0, packed.stderr);
  const listed = JSON.parse(packed.stdout) as readonly PackListing[] | Readonly<Record<string, PackListing>>;
  const [listing] = Object.values(listed);
  assert.ok(listing);
  return { tarball: path.join(dir, listing.filename), files: listing.files.map((file) => file.path) };
};

interface PackListing {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const sourceOf = (declaration: string): string =>
  path.join(root, declaration.replace(/^dist\//, "").replace(/\.d\.ts$/, ".ts"));

/** Without a registry and with an empty npm cache there is nothing to install from: said, and a failure in CI. */
const outOfReach = (t: TestContext, stderr: string): boolean => {
  if (process.env["CI"] === "true" || !/ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(stderr))
    return false;
  t.skip("the npm registry is out of reach and its packages are not in npm's cache");
  return true;
};

const node = (args: readonly string[], cwd: string) =>
  spawnSync(process.execPath, args, { cwd, encoding: "utf8", env: bareEnv, timeout: 60_000 });

/** npm's own script when npm runs the tests: no shell, on Windows neither. */
const npm = (args: readonly string[], cwd: string) => {
  const script = process.env["npm_execpath"];
  const options = { cwd, encoding: "utf8", env: process.env, timeout: 110_000 } as const;
  return script === undefined
    ? spawnSync("npm", args, options)
    : spawnSync(process.execPath, [script, ...args], options);
};

/** Nothing of tsx, of npm or of this test run reaches the installed program. */
const bareEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|TSX|DASHD_)/i.test(name)),
);
