import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import { openHome } from "../../../lib/home/open-home.ts";
import { repositoryDir } from "../../support/apps.ts";
import { scratchDir } from "../../support/scratch.ts";

const refusal = (found: string, path?: string) => (error: unknown) =>
  error instanceof DashdError &&
  error.code === "E_HOME" &&
  error.facts["found"] === found &&
  (path === undefined || error.facts["path"] === path);

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** Opens the home in a process of its own, started by `wrapper` after `before`, and says what came of it. */
const openElsewhere = (wrapper: readonly string[], before: string, dir: string): string => {
  const program = `import { openHome } from ${JSON.stringify(join(repositoryDir, "lib/home/open-home.ts"))};
    try { openHome(${JSON.stringify(dir)}); console.log("opened"); }
    catch (error) { console.log(error.code, error.facts.found); }`;
  const script = `${before} && exec "$NODE" --import tsx --input-type=module -e "$PROGRAM"`;
  const { stdout, stderr } = spawnSync("env", [...wrapper, "sh", "-c", script], {
    env: { ...process.env, NODE: process.execPath, PROGRAM: program },
    encoding: "utf8",
    cwd: repositoryDir,
  });
  return stdout.trim() || stderr;
};

test("a new home is the owner's alone, kept out of git, and holds nothing else", (t) => {
  const dir = join(scratchDir(t), "deep", "home");
  const { warnings, controlSocket } = openHome(dir);
  assert.equal(modeOf(dir), 0o700);
  assert.notEqual(modeOf(join(dir, "..")), 0o700);
  assert.deepEqual(readdirSync(dir), [".gitignore"]);
  assert.equal(readFileSync(join(dir, ".gitignore"), "utf8"), "*\n");
  assert.deepEqual(warnings, []);
  assert.equal(controlSocket, join(dir, "control.sock"));
  openHome(dir);
});

test("a home that is open to others is closed, one that is closed further is left", (t) => {
  const dir = join(scratchDir(t), "home");
  mkdirSync(dir);
  chmodSync(dir, 0o777);
  openHome(dir);
  assert.equal(modeOf(dir) & 0o066, 0);
  chmodSync(dir, 0o700);
  openHome(dir);
  assert.equal(modeOf(dir), 0o700);
});

test("a folder of another user that is open to others works, with a warning", (t) => {
  if (process.getuid?.() !== 0) return t.skip("needs root");
  const dir = join(scratchDir(t), "home");
  mkdirSync(dir);
  chownSync(dir, 65534, 65534);
  chmodSync(dir, 0o777);
  assert.deepEqual(openHome(dir).warnings, [{ code: "HOME_OPEN_TO_OTHERS", facts: { path: dir } }]);
  assert.equal(modeOf(dir), 0o777);
});

test("a file where the home or a folder above it should be is named", (t) => {
  const dir = scratchDir(t);
  const file = join(dir, "file");
  writeFileSync(file, "");
  assert.throws(() => openHome(file), refusal("not-a-directory", file));
  assert.throws(() => openHome(join(file, "home")), refusal("not-a-directory"));
  symlinkSync("loop", join(dir, "loop"));
  assert.throws(() => openHome(join(dir, "loop")), refusal("ELOOP"));
  assert.throws(() => openHome(join(dir, "x".repeat(300))), refusal("name-too-long"));
});

test("a home through a link is the same home", (t) => {
  const dir = scratchDir(t);
  openHome(join(dir, "home"));
  symlinkSync("home", join(dir, "link"));
  openHome(join(dir, "link"));
});

test("a home that may not be written is refused", (t) => {
  const above = scratchDir(t);
  const dir = join(above, "home");
  mkdirSync(dir, { mode: 0o500 });
  if (process.getuid?.() !== 0) {
    assert.throws(() => openHome(dir), refusal("permission-denied"));
    return;
  }
  // Root may write everywhere: lay that power down.
  const powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"];
  if (spawnSync("setpriv", [...powerless.slice(1), "true"]).status !== 0)
    return t.skip("setpriv cannot drop capabilities");
  assert.equal(openElsewhere(powerless, "true", dir), "E_HOME permission-denied");
});

test("a read-only file system and a full disk are found by writing", (t) => {
  const dir = join(scratchDir(t), "mount");
  const home = join(dir, "home");
  mkdirSync(dir);
  if (spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", dir]).status !== 0) return t.skip("may not mount");
  const mount = `mount -t tmpfs -o size=64k tmpfs ${dir} && mkdir ${home}`;
  assert.equal(openElsewhere(["unshare", "-m"], mount, home), "opened");
  assert.equal(openElsewhere(["unshare", "-m"], `${mount} && mount -o remount,ro ${dir}`, home), "E_HOME read-only");
  const fill = `${mount} && ! cat /dev/zero 2>/dev/null > ${dir}/big`;
  assert.equal(openElsewhere(["unshare", "-m"], fill, home), "E_HOME disk-full");
});
