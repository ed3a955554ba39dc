import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { createControlClient } from "../../lib/control/client.ts";
import { readJournal } from "../../lib/home/journal.ts";
import type { DrillEntry } from "../../lib/home/journal-entries.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import type { Finished, Running } from "../support/program.ts";
import { signalIfAlive } from "../support/processes.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { scratchDir } from "../support/scratch.ts";
import { until, within } from "../support/until.ts";

/** Of a whole group: each test has an instance of its own, some of them PostgreSQL and Redis. */
const timeout = 540_000;

describe("without services", { timeout }, () => {
  test("a killed worker, a hung one and a burst cost what is promised; the journal has them", async (t) => {
    const dashd = await start(t, fixtureApp("services.mjs"));
    const { revision } = await dashd.status();
    const killed = await drill(dashd, "kill", "--slot", "2", "--reason", "friday");
    allHeld(t, killed, ["lost", "refused", "back", "others", "restarts", "box", "well"]);
    const why = await dashd.run("why", "2");
    assert.match(why.stdout, /^A drill killed it on purpose/);
    const hung = await drill(dashd, "hang", "--slot", "1");
    allHeld(t, hung, ["lost", "waits", "elsewhere", "refused", "back", "first", "others", "box", "well"]);
    assert.match((await dashd.run("why", "1", "--lang", "zh")).stdout, /^由演练有意使其卡死/);
    allHeld(t, await drill(dashd, "burst"), ["limit", "held", "served", "nobody", "workers", "counters"]);

    assert.deepEqual(
      drillsIn(dashd).map(({ drill: name, outcome, reason }) => [name, outcome, reason]),
      [
        ["kill", "held", "friday"],
        ["hang", "held", null],
        ["burst", "held", null],
      ],
    );
    const history = await dashd.run("history");
    assert.match(history.stdout, /–.*drill kill.*held +friday\n.*drill hang.*held\n.*drill burst.*held\n$/);
    assert.match((await dashd.run("history", "--lang", "zh")).stdout, /演练 kill.*承诺成立/);
    const snapshot = await dashd.status();
    assert.equal(snapshot.revision, revision, "a drill is no revision");
    assert.ok(snapshot.warnings.every(isNoDrill), "and leaves nothing behind in status");
    assert.match((await dashd.run("rollback")).stderr, /E_NOTHING_TO_ROLL_BACK/);
  });

  test("what cannot be is refused with a sentence, and nothing is done", async (t) => {
    const dashd = await start(t, fixtureApp("services.mjs"));
    const before = await dashd.status();
    await refused(dashd, ["drill", "redis-down"], 6, /no Redis is set/);
    await refused(dashd, ["drill", "postgres-slow", "--lang", "zh"], 6, /未设置 PostgreSQL/);
    await refused(dashd, ["drill", "kil"], 64, /did you mean kill\?/);
    await refused(dashd, ["drill", "kill", "--slot", "9"], 6, /no ready worker is in slot 9/);
    await refused(dashd, ["drill", "burst", "--slot", "1"], 64, /--slot/);
    await refused(dashd, ["drill", "kill", "--users", "1000"], 64, /at most 200 users/);
    await refused(dashd, ["drill", "kill", "--path", "plain"], 64, /begin with \//);
    await refused(dashd, ["drill", "kill", "--path", "/redis"], 6, /before any fault \/redis is not answered well/);
    assert.deepEqual(pids(await dashd.status()), pids(before));
    assert.deepEqual(drillsIn(dashd), []);
  });

  test("where people are it asks: without a terminal only --yes goes on", async (t) => {
    const dashd = await start(t, fixtureApp("services.mjs"));
    assert.equal((await fetch(`${dashd.url}/plain`)).status, 200);
    await until("the user to be counted", async () => (await dashd.status()).load.users === 1);
    const { stderr } = await refused(
      dashd,
      ["drill", "kill"],
      64,
      /expected --yes[^]*The service is in use[^]*the drill kills one worker/,
    );
    assert.match(stderr, /hint: dashd drill kill .*--yes\n$/);
    await refused(
      dashd,
      ["drill", "kill", "--lang", "zh"],
      64,
      /需要 --yes[^]*服务正在使用中[^]*演练将强制终止一个工作进程/,
    );
    assert.deepEqual(drillsIn(dashd), []);
    assert.equal((await drill(dashd, "kill", "--yes")).code, 0);
  });

  test("neither begins beside the other: a drill beside a change, a change beside a drill", async (t) => {
    const dashd = await start(t, fixtureApp("services.mjs"));
    const change = dashd.spawn("reload", "--watch-window", "60");
    await until("the change to be under way", async () => (await dashd.status()).state === "changing");
    await refused(dashd, ["drill", "kill", "--yes"], 7, /reload, asked for by/);
    assert.equal((await dashd.run("rollback")).code, 0);
    await change.exited;
    await until("it to serve again", async () => (await dashd.status()).state === "held");

    // As the command does it, for as long as the test likes.
    const control = createControlClient({ paths: dashd.paths });
    const lines = control.drill({ drill: "burst", by: "anna", reason: null, slot: null, seconds: 5 });
    const begun = (await lines.next()).value;
    assert.ok(begun?.type === "begun");
    await refused(dashd, ["reload"], 7, /A drill is under way: burst, asked for by anna, since /);
    await refused(dashd, ["rollback", "--lang", "zh"], 7, /演练正在进行：burst，由 anna 发起/);
    await refused(dashd, ["drill", "kill", "--yes"], 7, /A drill is under way: burst/);
    assert.match((await dashd.run("status")).stdout, /A drill is under way: burst, by anna/);
    await control.endDrill({ id: begun.id, outcome: "inconclusive", figures: { clients: 0 } });
    assert.deepEqual(await lines.next(), { done: false, value: { type: "over", because: "ended" } });
    await assert.rejects(control.restoreDrill(begun.id), { code: "E_DRILL_OVER" });
    assert.equal((await dashd.run("reload")).code, 0);
  });

  test("a development run has none", async (t) => {
    const dashd = await startDashd(t, { command: "dev", app: fixtureApp("services.mjs") });
    await refused(dashd, ["drill", "kill"], 1, /so a drill means nothing to it/);
  });
});

describe("with services", { skip: redisMissing() || postgresMissing(), timeout }, () => {
  test("Redis refused and PostgreSQL late: only their pages feel it, and all is well afterwards", async (t) => {
    const dashd = await startWithServices(t, fixtureApp("services.mjs"));
    const down = await drill(dashd, "redis-down", "--seconds", "3", "--path", "/redis", "--yes");
    const lines = allHeld(t, down, ["named", "answers", "ready", "workers", "well"]);
    assert.match(lines.get("answers") ?? "", /as before, [1-9]\d* told an error, 0 without an answer \(\/redis\)/);
    const slow = await drill(dashd, "postgres-slow", "--seconds", "4", "--path", "/postgres", "--yes");
    allHeld(t, slow, ["named", "answers", "ready", "workers", "pool", "well"]);
    const { figures } = JSON.parse(slow.stdout);
    assert.ok(figures.slowestMs >= 2_000, `queries were late: ${figures.slowestMs}`);
    const zh = await dashd.run("drill", "redis-down", "--seconds", "1", "--yes", "--lang", "zh");
    assert.equal(zh.code, 0, zh.stdout + zh.stderr);
    assert.match(zh.stdout, /✓ +3 s 内状态指明：Redis不可用，实例降级/);
    assert.match(zh.stdout, /演练 redis-down 通过/);
  });

  test("a page that hangs without Redis is found: the right line, exit code 3", async (t) => {
    const source = `export default ({ redis }) => async (request, response) => {
      await redis.incr("visits").catch(() => new Promise(() => {}));
      response.end("fine");
    };`;
    const dashd = await startWithServices(t, writeApp(scratchDir(t), "waits.mjs", source));
    const found = await drill(dashd, "redis-down", "--seconds", "3", "--yes");
    assert.equal(found.code, 3, found.stdout + found.stderr);
    const bad = linesOf(found).filter(({ result }) => result === "not-held");
    assert.deepEqual(
      bad.map(({ name }) => name),
      ["answers"],
    );
    assert.match(bad[0]?.found ?? "", /[1-9]\d* without an answer \(\/plain\)/);
    assert.deepEqual(
      drillsIn(dashd).map(({ outcome }) => outcome),
      ["not-held"],
    );
  });

  test("Ctrl-C ends the fault at once, and so does the death of the command", async (t) => {
    const dashd = await startWithServices(t, fixtureApp("services.mjs"));
    const interrupted = dashd.spawn("drill", "redis-down", "--seconds", "60", "--yes");
    await isDown(dashd);
    interrupted.child.kill("SIGINT");
    const { code, stderr } = await within("Ctrl-C", 30_000, interrupted.exited);
    assert.equal(code, 130);
    assert.match(stderr, /the fault was ended at once/);
    await isUp(dashd);

    const killed = dashd.spawn("drill", "redis-down", "--seconds", "60", "--yes");
    await isDown(dashd);
    killed.child.kill("SIGKILL");
    await isUp(dashd);
    assert.equal((await dashd.run("reload")).code, 0, "and changes are let in again");
    assert.deepEqual(
      drillsIn(dashd).map(({ outcome, figures }) => [outcome, figures]),
      [
        ["interrupted", {}],
        ["abandoned", { because: "left" }],
      ],
    );
    assert.match((await dashd.run("history")).stdout, /interrupted\n.*ended without an outcome/);
  });

  test("a command that stands still does not keep the fault up: the deadline ends it", async (t) => {
    const dashd = await startWithServices(t, fixtureApp("services.mjs"));
    const running = dashd.spawn("drill", "redis-down", "--seconds", "2", "--yes");
    await isDown(dashd);
    await stopAfterBegin(dashd, running);
    await isUp(dashd);
    const page = await fetch(`${dashd.url}/redis`);
    assert.equal(page.status, 200, "the workers have let go of it as well");
    assert.match((await dashd.run("status")).stdout, /A drill is under way/);
    signalIfAlive(running.pid, "SIGKILL");
    await until("the drill to be over", async () => (await dashd.status()).warnings.every(isNoDrill));
    await running.exited;
  });

  test("a stop in the middle ends it and writes it down", async (t) => {
    const dashd = await startWithServices(t, fixtureApp("services.mjs"));
    const running = dashd.spawn("drill", "redis-down", "--seconds", "60", "--yes");
    await isDown(dashd);
    const stopped = await dashd.stop();
    assert.equal(stopped.code, 0, stopped.stderr);
    assert.notEqual((await within("the drill", 30_000, running.exited)).code, 0);
    assert.deepEqual(
      drillsIn(dashd).map(({ outcome, figures }) => [outcome, figures]),
      [["abandoned", { because: "stopped" }]],
    );
  });
});

const start = (t: TestContext, app: string, env: Readonly<Record<string, string>> = {}): Promise<Instance> => {
  const limits = { workers: 3, connections: 40, backlog: 100, hang: { killAfterSec: 1 }, bootTimeoutSec: 30 };
  const profiles = smallLadder(join(scratchDir(t), "ladder"), {
    ...limits,
    postgres: { connections: 6, serverMax: 100 },
  });
  return startDashd(t, { app, stage: 1, profiles, env: { DASHD_READY_PATH: "/plain", ...env } });
};

const startWithServices = async (t: TestContext, app: string): Promise<Instance> => {
  const [redis, postgres] = await Promise.all([
    startRedis(t, { args: ["--maxmemory", "1gb", "--maxmemory-policy", "allkeys-lru"] }),
    startPostgres(t),
  ]);
  const dashd = await start(t, app, { REDIS_URL: redis.url, DATABASE_URL: postgres.url });
  // On a busy host the first look may be a slow one.
  await until("both to be up", async () => {
    const { services } = await dashd.status();
    return services.redis.state === "up" && services.postgres.state === "up";
  });
  return dashd;
};

const drill = (dashd: Instance, ...args: readonly string[]): Promise<Finished> => dashd.run("drill", ...args, "--json");

interface ShownLine {
  readonly name: string;
  readonly result: string;
  readonly promise: string;
  readonly found: string;
}

const linesOf = ({ stdout }: Finished): readonly ShownLine[] => (JSON.parse(stdout) as { lines: ShownLine[] }).lines;

/** What was found, by the name of the line. */
const allHeld = (t: TestContext, finished: Finished, names: readonly string[]): ReadonlyMap<string, string> => {
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  const lines = linesOf(finished);
  for (const { promise, found } of lines) t.diagnostic(`${promise}: ${found}`);
  assert.deepEqual(
    lines.map(({ name, result }) => [name, result]),
    names.map((name) => [name, "held"]),
  );
  return new Map(lines.map(({ name, found }) => [name, found]));
};

const refused = async (dashd: Instance, args: readonly string[], code: number, sentence: RegExp): Promise<Finished> => {
  const finished = await dashd.run(...args);
  assert.equal(finished.code, code, finished.stdout + finished.stderr);
  assert.match(finished.stderr, sentence);
  assert.equal(finished.stdout, "");
  return finished;
};

const drillsIn = (dashd: Instance): readonly DrillEntry[] =>
  readJournal(dashd.paths.journal).filter((entry) => entry.type === "drill");

const pids = ({ workers }: Awaited<ReturnType<Instance["status"]>>): readonly number[] => workers.map(({ pid }) => pid);

const isNoDrill = ({ code }: { readonly code: string }): boolean => code !== "warning.drill";

const isDown = (dashd: Instance): Promise<unknown> =>
  until("status to say that a drill refuses Redis", async () => {
    const { state, services } = await dashd.status();
    return (
      state === "degraded" && services.redis.state === "down" && services.redis.reason?.code === "sick.drill-redis"
    );
  });

const isUp = (dashd: Instance): Promise<unknown> =>
  until("Redis to be up again", async () => (await dashd.status()).services.redis.state === "up");

/** It has told the master of the drill by then, and cannot end it any more. */
const stopAfterBegin = async (dashd: Instance, running: Running): Promise<void> => {
  signalIfAlive(running.pid, "SIGSTOP");
  await isDown(dashd);
};
