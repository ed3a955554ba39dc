import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeProbeFolder, sweepProbeFolders } from "../../../lib/verify/probe-folder.ts";
import { repositoryDir } from "../../support/apps.ts";
import { afterwards } from "../../support/afterwards.ts";
import { scratchDir } from "../../support/scratch.ts";

test("folders of killed commands are swept, those of living ones and of strangers are not", (t) => {
  const tmp = scratchDir(t);
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = tmp;
  afterwards(t, () => {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  });

  const living = makeProbeFolder();
  assert.equal(statSync(living).mode & 0o777, 0o700);
  const dead = folderOfDead(tmp);
  writeFileSync(join(dead, "out.log"), "");
  // A pid that another process has by now.
  const reused = copyOf(dead, join(tmp, "dashd-verify-reused"));
  const owner: Record<string, unknown> = JSON.parse(readFileSync(join(dead, "owner.json"), "utf8"));
  writeFileSync(join(reused, "owner.json"), JSON.stringify({ ...owner, pid: process.pid }));

  const open = copyOf(dead, join(tmp, "dashd-verify-open"));
  chmodSync(open, 0o755);
  const target = copyOf(dead, join(tmp, "elsewhere"));
  symlinkSync(target, join(tmp, "dashd-verify-link"));
  const unsigned = join(tmp, "dashd-verify-unsigned");
  mkdirSync(unsigned, { mode: 0o700 });

  sweepProbeFolders();
  assert.deepEqual([dead, reused].filter(existsSync), []);
  const kept = [living, open, target, join(tmp, "dashd-verify-link"), unsigned];
  assert.deepEqual(kept.filter(existsSync), kept);
  assert.ok(existsSync(join(target, "owner.json")));
});

/** Made by a process that has ended and cleaned nothing up. */
const folderOfDead = (tmp: string): string => {
  const code = `import { makeProbeFolder } from "./lib/verify/probe-folder.ts"; process.stdout.write(makeProbeFolder());`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], {
    cwd: repositoryDir,
    encoding: "utf8",
    env: { ...process.env, TMPDIR: tmp },
  });
  assert.match(stdout, /dashd-verify-/, stderr);
  return stdout;
};

const copyOf = (from: string, to: string): string => {
  cpSync(from, to, { recursive: true });
  chmodSync(to, 0o700);
  return to;
};
