import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { testEnv } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { runDashd } from "../support/program.ts";
import { scratchDir } from "../support/scratch.ts";

const timeout = 30_000;

interface Row {
  readonly variable: string;
  readonly value: unknown;
  readonly source: string;
}

test(
  "config tells every setting, its value and where it came from: flag over environment over .env over file",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    writeFileSync(join(dir, ".env"), "DASHD_LOG_KEEP=3\nDASHD_LOG_MAX_MB=5\nDASHD_LOG_LEVEL=warn\n");
    writeFileSync(join(dir, "dashd.config.json"), JSON.stringify({ logMaxMb: 7, readyPath: "/ready" }));
    const env = testEnv(dir, { DASHD_LOG_KEEP: "4", DASHD_PORT: "9001" });
    const { code, stdout, stderr } = await runDashd(["config", "--json"], { cwd: dir, env });
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout);
    assert.equal(document.schemaVersion, 1);
    const rows: readonly Row[] = document.settings;
    const said = (variable: string) => {
      const row = rows.find((found) => found.variable === variable);
      return [String(row?.value), row?.source];
    };
    assert.deepEqual(said("DASHD_LOG_KEEP"), ["4", "environment"]);
    assert.deepEqual(said("DASHD_PORT"), ["9001", "environment"]);
    assert.deepEqual(said("DASHD_LOG_MAX_MB"), ["5", ".env"]);
    assert.deepEqual(said("DASHD_LOG_LEVEL"), ["warn", ".env"]);
    assert.deepEqual(said("DASHD_READY_PATH"), ["/ready", "config file"]);
    assert.deepEqual(said("DASHD_ADMIN_PORT"), ["8051", "default"]);
  },
);

test("profiles shows the ladder, profiles N one stage with its reason", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const env = testEnv(dir);
  const ladder = await runDashd(["profiles"], { cwd: dir, env });
  assert.equal(ladder.code, 0, ladder.stderr);
  for (const figure of ["8", "16", "100", "200", "250"]) assert.ok(ladder.stdout.includes(figure), figure);
  const one = await runDashd(["profiles", "2", "--json"], { cwd: dir, env });
  assert.equal(one.code, 0, one.stderr);
  const text = JSON.stringify(JSON.parse(one.stdout));
  assert.match(text, /"workers":16/);
  assert.match(text, /"why":"/);
  const unknown = await runDashd(["profiles", "9"], { cwd: dir, env });
  assert.equal(unknown.code, 64);
});

test(
  "profiles shows a user's own ladder, with what it does not say taken from the stage it extends",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"), { connections: 37 });
    const { code, stdout, stderr } = await runDashd(["profiles", "2", "--json", "--profiles", profiles], {
      cwd: dir,
      env: testEnv(dir),
    });
    assert.equal(code, 0, stderr);
    const text = JSON.stringify(JSON.parse(stdout));
    assert.match(text, /"connections":37/);
    assert.match(text, /"workers":3/);
    assert.match(text, /"requestTimeoutSec":180/);
  },
);

test("help and --help tell the commands and their exit codes, in either language", { timeout }, async (t) => {
  const dir = scratchDir(t);
  const env = testEnv(dir);
  for (const args of [["help"], ["--help"], ["start", "--help"], ["help", "start"]]) {
    const { code, stdout, stderr } = await runDashd(args, { cwd: dir, env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /start/);
  }
  const chinese = await runDashd(["--help", "--lang", "zh"], { cwd: dir, env });
  assert.match(chinese.stdout, /[\u4e00-\u9fff]/);
});
