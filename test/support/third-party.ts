import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { repositoryDir } from "./apps.ts";

/** A file of `test/third-party`, with its packages installed. */
export const thirdParty = (...path: readonly string[]): string => {
  installPackages();
  return join(programsDir, ...path);
};

/** One of their packages, loaded into the test: the clients of Socket.IO and ws. Its shape is the caller's word. */
export const requireThirdParty = <T>(name: string): T => createRequire(thirdParty("package.json"))(name);

/**
 * A copy of a program's folder in which `npm run build` was run once. Later runs find it again as long as neither the
 * program nor its packages change. Safe for test files that run beside each other: the first to finish names its copy, and
 * nothing that was built is moved.
 */
export const builtProgram = (name: string): string => {
  const source = thirdParty(name);
  const key = digestOf([lockFile, ...filesOf(source)]);
  const pointer = join(builtDir, `${name}-${key}.path`);
  if (existsSync(pointer)) return readFileSync(pointer, "utf8");
  mkdirSync(builtDir, { recursive: true });
  const outdated = readdirSync(builtDir).filter((file) => file.startsWith(`${name}-`) && !file.includes(key));
  for (const file of outdated) rmSync(join(builtDir, file), { recursive: true, force: true });
  const dir = mkdtempSync(join(builtDir, `${name}-${key}-`));
  cpSync(source, dir, { recursive: true });
  npm(["run", "build"], dir, { NEXT_TELEMETRY_DISABLED: "1" });
  writeFileSync(`${dir}.path`, dir);
  try {
    linkSync(`${dir}.path`, pointer);
  } catch (error) {
    if (!existsSync(pointer)) throw error;
    rmSync(dir, { recursive: true, force: true });
  }
  rmSync(`${dir}.path`);
  return readFileSync(pointer, "utf8");
};

const failed: unknown[] = [];
const programsDir = join(repositoryDir, "test/third-party");
const builtDir = join(programsDir, ".built");
const lockFile = join(programsDir, "package-lock.json");
const modulesDir = join(programsDir, "node_modules");

/**
 * Once for each state of the lock file, into a folder beside, which then takes the place of `node_modules`. The packages
 * weigh half a gigabyte, Next.js most of them: they are no part of the project's own `npm ci`.
 */
const installPackages = (): void => {
  const stamp = `.of-${digestOf([lockFile])}`;
  if (existsSync(join(modulesDir, stamp))) return;
  // The other tests of a file need not wait for the same.
  if (failed.length > 0) throw failed[0];
  mkdirSync(builtDir, { recursive: true });
  forgetAborted();
  const beside = mkdtempSync(join(builtDir, "installing-"));
  try {
    for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(programsDir, file), join(beside, file));
    npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], beside);
    writeFileSync(join(beside, "node_modules", stamp), "");
    if (existsSync(modulesDir) && !existsSync(join(modulesDir, stamp)))
      renameSync(modulesDir, join(beside, "outdated"));
    renameSync(join(beside, "node_modules"), modulesDir);
  } catch (error) {
    // Another test file was faster.
    if (existsSync(join(modulesDir, stamp))) return;
    failed.push(error);
    throw error;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
};

/** What a run left that was ended while it installed; nobody installs for so long. */
const forgetAborted = (): void => {
  const aborted = readdirSync(builtDir).filter(
    (name) => name.startsWith("installing-") && statSync(join(builtDir, name)).mtimeMs < Date.now() - 600_000,
  );
  for (const name of aborted) rmSync(join(builtDir, name), { recursive: true, force: true });
};

const npm = (args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}): void => {
  const own = Object.entries(process.env).filter(([name]) => !ofThisRun.test(name));
  const env = { ...Object.fromEntries(own), ...more };
  const { status, stdout, stderr, error } = spawnSync("npm", args, { cwd, env, encoding: "utf8", timeout: 200_000 });
  if (status === 0) return;
  const said = `${error?.message ?? ""}\n${stdout ?? ""}\n${stderr ?? ""}`.trim();
  if (/ENOTFOUND|EAI_AGAIN|ENETUNREACH|ECONNREFUSED|ENOTCACHED|ETIMEDOUT/.test(said))
    throw new Error(`The third-party programs need the npm registry once, to install ${lockFile}; it was not reached.`);
  throw new Error(`npm ${args.join(" ")} in ${cwd}: ${said.slice(-4_000)}`);
};

/** What npm and node:test tell the scripts that they run; a registry or a certificate that the user named is not among it. */
const ofThisRun = /^(npm_(package_|lifecycle_|command$|config_local_prefix$)|NODE_(ENV|OPTIONS|TEST_CONTEXT)$)/;

const filesOf = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((name) => join(dir, name))
    .filter((file) => statSync(file).isFile())
    .toSorted();

const digestOf = (files: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const file of files)
    hash
      .update(`${file.slice(programsDir.length)}\0`)
      .update(readFileSync(file))
      .update("\0");
  return hash.digest("hex").slice(0, 12);
};
