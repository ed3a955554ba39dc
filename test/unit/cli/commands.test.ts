import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import type { ChangeRequest, Progress } from "../../../lib/protocol/control.ts";
import { outcome, snapshot, startCanned, step, steps, temporaryDir } from "../control/canned.ts";
import { ctrlC, run } from "./run.ts";

describe("status", () => {
  test("begins with one sentence, then declared, effective and proven, the workers and the indicators", async (t) => {
    const { dir } = await startCanned(t);
    const { code, stdout } = await run(dir, ["status"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^OK stage 2 \(rev 15\) · 2\/16 workers · 73\/200 connections · 0 held · queue 0 · p95 120 ms · errors 0\.1 % · users 41 · PG off · Redis off · no drift\n/,
    );
    assert.match(stdout, /LIMIT +DECLARED +EFFECTIVE +PROVEN/);
    assert.match(stdout, /connections +200 +200 +–/);
    assert.match(stdout, /250 users are more than the 200 of stage 2: stage 3 is for up to 500: dashd stage 3/);
    assert.match(stdout, /⚠ Admin port 8051 is in use/);
  });

  test("marks what drifts, and does not call it OK", async (t) => {
    const drifting = snapshot({
      limits: snapshot().limits.map((row) => (row.name === "workers" ? { ...row, effective: 15, drift: true } : row)),
      drift: ["workers", "app"],
    });
    const { dir } = await startCanned(t, { status: () => drifting });
    const { stdout } = await run(dir, ["status"]);
    assert.match(stdout, /^DRIFT stage 2 .* drift: workers, app\n/);
    assert.match(stdout, /workers +16 +15 +– +← drift/);
    assert.match(stdout, /dashd reload/);
  });

  test("--json is the contract's document, advice and warnings in words", async (t) => {
    const { dir } = await startCanned(t);
    const { code, stdout } = await run(dir, ["status", "--json"]);
    assert.equal(code, 0);
    const document = JSON.parse(stdout);
    assert.deepEqual(Object.keys(document), [
      ...[
        "schemaVersion",
        "state",
        "summary",
        "stage",
        "revision",
        "generation",
        "since",
        "mode",
        "url",
        "adminUrl",
        "app",
      ],
      ...[
        "master",
        "limits",
        "drift",
        "workers",
        "load",
        "host",
        "services",
        "cache",
        "responseCache",
        "proof",
        "indicators",
        "capacity",
        "warnings",
      ],
    ]);
    assert.match(document.summary, /^OK stage 2 \(rev 15\)/);
    assert.equal(document.indicators[0].advice, null);
    assert.equal(typeof document.indicators[1].advice, "string");
    assert.equal(typeof document.warnings[0], "string");
    assert.deepEqual(document.load, snapshot().load);
  });

  test("speaks Chinese when asked, and its columns still stand in line", async (t) => {
    const { dir } = await startCanned(t);
    for (const { argv, env } of [
      { argv: ["status", "--lang", "zh"], env: {} },
      { argv: ["status", "--lang=zh"], env: {} },
      { argv: ["status"], env: { DASHD_LANG: "zh" } },
      { argv: ["status"], env: { LANG: "zh_CN.UTF-8" } },
    ]) {
      assert.match((await run(dir, argv, { env })).stdout, /^正常 阶段 2（修订 15）/);
    }
  });

  test("--exit-code is 4 when degraded, and only then", async (t) => {
    let state = snapshot();
    const { dir } = await startCanned(t, { status: () => state });
    assert.equal((await run(dir, ["status", "--exit-code"])).code, 0);
    state = snapshot({ state: "degraded" });
    assert.equal((await run(dir, ["status"])).code, 0);
    const degraded = await run(dir, ["status", "--exit-code"]);
    assert.equal(degraded.code, 4);
    assert.match(degraded.stdout, /^DEGRADED stage 2/);
  });

  test("--watch goes on until Ctrl-C: 130, one sentence or one document a line", async (t) => {
    const { dir } = await startCanned(t);
    const lines = await run(dir, ["status", "--watch"], { interrupt: ctrlC("no drift\n") });
    assert.deepEqual([lines.code, lines.stdout.split("\n").length], [130, 2]);
    const documents = await run(dir, ["status", "--watch", "--json"], { interrupt: ctrlC("}\n") });
    assert.equal(documents.code, 130);
    assert.equal(JSON.parse(documents.stdout).schemaVersion, 1);
  });

  test("where nothing runs is 8, with the next command; in JSON one document on stdout", async (t) => {
    const dir = temporaryDir(t);
    const { code, stdout, stderr } = await run(dir, ["status", "--json"], { env: { HOME: dir } });
    assert.equal(code, 8);
    const { schemaVersion, error } = JSON.parse(stdout);
    assert.deepEqual([schemaVersion, error.code], [1, "E_NOT_RUNNING"]);
    assert.match(stderr, /E_NOT_RUNNING/);
    assert.doesNotMatch(stderr, /^ +at /m);
    assert.match((await run(dir, ["status"], { env: { DASHD_DEBUG: "1" } })).stderr, /^ +at /m);
  });
});

describe("a change", () => {
  const recording = (requests: ChangeRequest[], ...told: readonly Progress[]) => ({
    change: (request: ChangeRequest) => {
      requests.push(request);
      return Promise.resolve(steps(...told));
    },
  });

  test("asks for what was typed, shows steps on stderr and the outcome on stdout", async (t) => {
    const requests: ChangeRequest[] = [];
    const { dir } = await startCanned(t, recording(requests, step(), outcome()));
    for (const argv of [["stage", "3"], ["reload"], ["rollback"], ["rollback", "--to", "7"]]) {
      const { code, stdout, stderr } = await run(dir, argv);
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Forking generation 4/);
      assert.match(stdout, /^Nothing to do: stage 2/);
    }
    const asked = requests.map(
      ({ by, reason: _reason, watchWindowSec: _window, ...rest }) => (assert.match(by, /@/), rest),
    );
    assert.deepEqual(asked, [
      { kind: "stage", stage: 3, planned: null },
      { kind: "reload" },
      { kind: "rollback", to: null },
      { kind: "rollback", to: 7 },
    ]);
  });

  test("ends with the exit code of its outcome, and says why in JSON too", async (t) => {
    const failed = outcome({ exitCode: 3, message: { code: "E_CHANGE_FAILED", facts: { kind: "kind.reload" } } });
    const { dir } = await startCanned(t, recording([], step(), failed));
    const { code, stdout } = await run(dir, ["reload"]);
    assert.equal(code, 3);
    assert.match(stdout, /\(E_CHANGE_FAILED\)\n$/);
    const json = await run(dir, ["reload", "--json"]);
    assert.deepEqual([json.code, JSON.parse(json.stdout).error.code], [3, "E_CHANGE_FAILED"]);
  });

  test("that is refused because another one runs is 7", async (t) => {
    const busy = new DashdError("E_BUSY", { what: "kind.stage", by: "you@there", since: "18:00:00" });
    const { dir } = await startCanned(t, { change: () => Promise.reject(busy) });
    const { code, stderr } = await run(dir, ["reload"]);
    assert.equal(code, 7);
    assert.match(stderr, /you@there.*18:00:00.*\(E_BUSY\)/);
  });

  test("is only left by Ctrl-C: 130, and it says that it goes on", async (t) => {
    const endless = async function* (): AsyncGenerator<Progress> {
      yield step();
      await new Promise(() => undefined);
    };
    const { dir } = await startCanned(t, { change: () => Promise.resolve(endless()) });
    const { code, stderr } = await run(dir, ["stage", "3"], { interrupt: ctrlC("Forking") });
    assert.equal(code, 130);
    assert.match(stderr, /it goes on without this command/);
  });

  test("where nothing runs is 8, and `stage N` names the start that would do it", async (t) => {
    const dir = temporaryDir(t);
    const { code, stderr } = await run(dir, ["stage", "2"], { env: { HOME: dir } });
    assert.equal(code, 8);
    assert.match(stderr, /hint: dashd start --stage 2/);
    assert.equal((await run(dir, ["reload"], { env: { HOME: dir } })).code, 8);
    assert.equal((await run(dir, ["rollback"], { env: { HOME: dir } })).code, 8);
  });
});

describe("doctor", () => {
  test("says which service of the running instance this shell does not name, and was not looked at", async (t) => {
    const { services } = snapshot();
    const { dir } = await startCanned(t, {
      status: () => snapshot({ services: { ...services, redis: { ...services.redis, state: "down" } } }),
    });
    const { stderr } = await run(dir, ["doctor"]);
    assert.match(stderr, /^⚠ The instance that runs here uses Redis, .*\(REDIS_URL\): it was not looked at\.$/m);
    assert.doesNotMatch(stderr, /DATABASE_URL/);
    const named = await run(dir, ["doctor"], { env: { REDIS_URL: "redis://127.0.0.1:1" } });
    assert.doesNotMatch(named.stderr, /not looked at/);
  });
});

describe("what was typed wrongly", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["statsu"], /statsu.*did you mean status\?/],
    [["status", "--wach"], /--wach.*did you mean --watch\?/],
    [["start", "--sage", "2"], /--sage.*did you mean --stage\?/],
    [["stage"], /<stage>/],
    [["stage", "two"], /two.*whole number/],
    [["stage", "0"], /stage 0/],
    [["stage", "1", "2"], /stage 1 2/],
    [["rollback", "--to"], /--to/],
    [["rollback", "--to", "x"], /--to x/],
    [["logs", "--level", "loud"], /--level loud.*error, warn, info, debug/],
    [["help", "mods"], /mods.*did you mean modes\?/],
    [["status", "--lang", "fr"], /--lang/],
    [["status", "--", "x"], /-- x/],
    [["plan"], /--stage/],
    [["load"], /dashd load; expected --users <n> after it/],
    [["load", "--users", "0"], /--users 0.*\nhint: dashd load --help/],
    [["drill"], /<drill>/],
    [["drill", "kil"], /kil.*did you mean kill\?/],
    [["drill", "everything"], /everything.*kill, hang, redis-down, postgres-slow, burst/],
    [["drill", "burst", "--slot", "1"], /--slot 1.*kill or hang only/],
    [["drill", "kill", "--seconds", "61"], /--seconds 61.*at most 200 users and 60 seconds/],
    [["--nonsense"], /--nonsense/],
  ];
  for (const [argv, sentence] of cases) {
    test(`"dashd ${argv.join(" ")}" is a usage error: 64, one sentence, a hint, no stack`, async (t) => {
      const { code, stdout, stderr } = await run(temporaryDir(t), argv);
      assert.equal(code, 64, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, sentence);
      assert.match(stderr, /\nhint: dashd [a-z-]+/);
      if (argv[0] !== "help") assert.doesNotMatch(stderr, /\nhint: dashd help\n/, "its own help says more");
      assert.doesNotMatch(stderr, /^ +at /m);
    });
  }

  for (const [argv, code, sentence] of [
    [["export", "grafana", "--to", "/dev/null/x"], 1, /^\/dev\/null\/x cannot be written: .+ \(E_NOT_WRITABLE\)\n/],
    [["export", "windows", "--folder", "C:\\x", "--to", "/dev/null/x"], 1, /\(E_NOT_WRITABLE\)\n/],
    [["start", "/dev/null/app.js"], 64, /^There is no app at \/dev\/null\/app\.js; .+\nhint: dashd start/],
  ] as const) {
    test(`"dashd ${argv.join(" ")}": what the system refuses is no mistake of dashd`, async (t) => {
      const ran = await run(temporaryDir(t), argv);
      assert.equal(ran.code, code, ran.stderr);
      assert.match(ran.stderr, sentence);
    });
  }

  test("logs without a line to show says so", async (t) => {
    const { code, stdout, stderr } = await run(temporaryDir(t), ["logs"]);
    assert.deepEqual([code, stdout], [0, ""]);
    assert.match(stderr, /^No line to show from \/.+\.\n$/);
  });
});

describe("help", () => {
  for (const argv of [
    [],
    ["--help"],
    ["help"],
    ["help", "status"],
    ["start", "--help"],
    ["help", "modes"],
    ["help", "settings"],
  ]) {
    for (const lang of ["en", "zh"]) {
      test(`"dashd ${argv.join(" ")}" in ${lang} has words for everything`, async (t) => {
        const { code, stdout, stderr } = await run(temporaryDir(t), argv, { env: { DASHD_LANG: lang } });
        assert.deepEqual([code, stderr], [0, ""]);
        assert.equal(/[\u4e00-\u9fff]/.test(stdout), lang === "zh");
        assert.doesNotMatch(stdout, /\b(cli|word|setting|help)\.[a-z]/);
      });
    }
  }

  test("--version is the package's", async (t) => {
    assert.deepEqual(await run(temporaryDir(t), ["--version"]), { code: 0, stdout: "9.9.9\n", stderr: "" });
  });
});
