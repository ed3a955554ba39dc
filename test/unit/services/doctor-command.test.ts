import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { doctor } from "../../../lib/cli/doctor.ts";
import { applyFixes } from "../../../lib/services/redis/apply-fixes.ts";
import { postgresMissing, startPostgres } from "../../support/postgres.ts";
import { redisMissing, startRedis } from "../../support/redis.ts";
import { scratchDir } from "../../support/scratch.ts";

const skip = redisMissing();

test("says what Redis lacks, sets it when asked, and finds it set", { skip }, async (t) => {
  const server = await startRedis(t, { args: ["--save", "3600 1"] });
  const env = { REDIS_URL: server.url };
  const first = await run(t, { stage: "2" }, env);
  assert.equal(first.code, 0);
  assert.match(first.out, /redis\.maxMemoryMb +0 +2048 +warning +CONFIG SET maxmemory 2048mb/);
  assert.match(first.out, /redis\.policy +noeviction +allkeys-lru +warning/);
  assert.match(first.out, /redis\.persistence +on +off +warning/);
  const fixed = await run(t, { stage: "2", fix: true }, env, true);
  const document = JSON.parse(fixed.out);
  assert.deepEqual([document.schemaVersion, document.stage], [1, 2]);
  assert.deepEqual(
    document.fixed.map(({ name, fault }: { name: string; fault: unknown }) => [name, fault]),
    [
      ["maxmemory", null],
      ["maxmemory-policy", null],
      ["save", null],
      ["appendonly", null],
    ],
  );
  assert.deepEqual(
    document.findings
      .filter(({ subject }: { subject: string }) => /^(redis|postgres)/.test(subject))
      .map(({ subject, level }: { subject: string; level: string }) => `${subject} ${level}`),
    [
      "redis ok",
      "redis.maxMemoryMb ok",
      "redis.policy ok",
      "redis.persistence ok",
      "redis.replicated ok",
      "redis.maxclients ok",
      "postgres off",
    ],
  );
  assert.match(fixed.err, /CONFIG SET maxmemory "2048mb"/);
  assert.deepEqual(await server.command("CONFIG", "GET", "maxmemory"), ["maxmemory", String(2048 * 1_048_576)]);
});

test("a server that forbids CONFIG says so for each fix, and nothing is changed", { skip }, async (t) => {
  const server = await startRedis(t);
  await server.command("ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-config");
  const target = { kind: "url", url: `redis://app:pw@127.0.0.1:${server.port}` } as const;
  const [outcome] = await applyFixes(target, [{ name: "maxmemory", value: "1gb" }]);
  assert.equal(outcome?.fault?.code, "doctor.fix-forbidden");
  await server.stop();
  const [away] = await applyFixes(target, [{ name: "maxmemory", value: "1gb" }]);
  assert.equal(away?.fault?.code, "sick.down");
});

test("servers that are not there are a warning within seconds, without their passwords", { skip }, async (t) => {
  const server = await startRedis(t);
  await server.stop();
  const env = {
    REDIS_URL: `redis://:hush@127.0.0.1:${server.port}`,
    DATABASE_URL: `postgres://u:hush@127.0.0.1:${server.port}/x`,
  };
  const beganMs = performance.now();
  const { code, out, err } = await run(t, {}, env);
  assert.equal(code, 0);
  assert.match(out, /redis +down +up +warning/);
  assert.match(out, /postgres +down +up +warning/);
  assert.doesNotMatch(out + err, /hush/);
  assert.ok(performance.now() - beganMs < 10_000);
});

test("a PostgreSQL that is too small for the stage is refused", { skip: postgresMissing() }, async (t) => {
  const server = await startPostgres(t, { maxConnections: 20 });
  const { code, out } = await run(t, { stage: "2" }, { DATABASE_URL: server.url });
  assert.equal(code, 6);
  assert.match(out, /postgres\.max_connections +20 +84 +refused/);
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = async (
  t: TestContext,
  options: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv,
  json = false,
): Promise<Ran> => {
  const written = { out: "", err: "" };
  const code = await doctor.run(
    { args: [], options, rest: [] },
    {
      io: {
        out: (text) => void (written.out += `${text}\n`),
        write: (text) => void (written.out += text),
        err: (text) => void (written.err += `${text}\n`),
        writeErr: () => undefined,
        progress: () => undefined,
        redraws: false,
        outIsTerminal: false,
        columns: 100,
        paint: (_colour, text) => text,
        colour: false,
        errColour: false,
        outUnreadBytes: () => 0,
        errUnreadBytes: () => 0,
        colourDepth: 1,
      },
      env,
      cwd: scratchDir(t),
      lang: "en",
      json,
      flags: {},
      interrupted: new AbortController().signal,
      terminal: () => null,
      handOverSignals: () => undefined,
      version: "9.9.9",
      self: { execPath: process.execPath, execArgv: [], script: "dashd", argv: [] },
    },
  );
  return { code, ...written };
};
