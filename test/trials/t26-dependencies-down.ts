import assert from "node:assert/strict";
import { fetchPage } from "../client/fetch-page.ts";
import { fixtureApp } from "../support/apps.ts";
import { afterwards } from "../support/afterwards.ts";
import type { Instance } from "../support/instance.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { oneOf } from "../support/random.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";
import { startWatchedUsers, type Visit } from "../support/watched-users.ts";
import { startInstance, usersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t26: Trial = {
  id: "T26",
  title:
    "Redis and PostgreSQL killed, stopped and both at once under load: degraded, ready all the same, 0 restarts, no revert",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const missing = [redisMissing(), postgresMissing()].filter((why) => why !== false);
    if (missing.length > 0) return sheet.note(`not run: ${missing.join("; ")}`);
    const redis = await startRedis(context, { args: ["--maxmemory", "2gb", "--maxmemory-policy", "allkeys-lru"] });
    const postgres = await startPostgres(context);
    const dir = scratchDir(context);
    const env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url };
    const dashd = await startInstance(context, {}, { dir, app: fixtureApp("services.mjs"), env });
    await allWell(dashd);
    const old = await pidsOf(dashd);
    const { revision, generation } = await dashd.status();
    const paths = ["/plain", "/redis", "/postgres"];
    const users = startWatchedUsers({ port: dashd.port, count: usersOf(context), pauseMs: 100, paths });
    afterwards(context, () => users.stop());

    const redisEnds = oneOf(random, endings);
    const postgresEnds = oneOf(random, endings);
    const faults = [
      { name: `Redis ${redisEnds}`, sick: ["redis"], hit: redis[redisEnds], cure: redis[cures[redisEnds]] },
      {
        name: `PostgreSQL ${postgresEnds}`,
        sick: ["postgres"],
        hit: postgres[postgresEnds],
        cure: postgres[cures[postgresEnds]],
      },
      {
        name: "both killed",
        sick: ["redis", "postgres"],
        hit: () => Promise.all([redis.kill(), postgres.kill()]),
        cure: () => Promise.all([redis.restart(), postgres.restart()]),
      },
    ] as const;
    for (const { name, sick, hit, cure } of quick ? faults.slice(2) : faults) {
      users.take();
      await hit();
      const named = async (): Promise<boolean> => {
        const { services } = await dashd.status();
        return sick.every((service) => services[service].state === "down");
      };
      await until(`${name}: status to name it`, named);
      users.take();
      const told = await dashd.run("status", "--exit-code");
      assert.deepEqual([told.code, (await dashd.status()).state], [4, "degraded"], name);
      for (const service of sick) assert.match(told.stdout, service === "redis" ? /Redis (?!ok)/ : /PG (?!ok)/);
      assert.equal((await fetchPage(dashd.port, "/healthz")).status, 200, `${name}: alive`);
      assert.equal((await fetchPage(dashd.port, "/readyz")).status, 200, `${name}: ready, as ready workers exist`);
      assert.equal((await fetchPage(dashd.adminPort, "/readyz")).status, 200, `${name}: ready, says the master`);

      const changed = await dashd.run("reload", "--watch-window", "1", "--json");
      assert.ok(
        [0, 4].includes(changed.code ?? -1),
        `${name}: not taken for a fault of the code: ${changed.stdout}${changed.stderr}`,
      );
      if (changed.code === 4) assert.match(changed.stdout, /E_GATE_UNKNOWN/);
      sheet.note(`${name}: a reload meanwhile ended with ${changed.code}`);
      const visits = users.take();
      const plain = visits.filter(({ path }) => path === "/plain");
      assert.ok(
        plain.length > 20 && plain.every(({ status }) => status === 200),
        `${name}: pages without it are answered`,
      );
      for (const visit of visits) assert.ok(isAnswered(visit), `${name}: ${visit.path} ${visit.status} ${visit.body}`);
      sheet.note(
        `${name}: ${visits.length} answers, ${visits.filter(({ status }) => status === 503).length} of them 503`,
      );
      for (const { status } of visits) sheet.count(status === 200 ? "ok" : String(status));
      await cure();
      await allWell(dashd);
      await until(
        `${name}: every page again`,
        () => {
          const recent = users.take();
          return (
            new Set(recent.map(({ path }) => path)).size === paths.length &&
            recent.every(({ status }) => status === 200)
          );
        },
        { everyMs: 300 },
      );
    }
    const now = await dashd.status();
    assert.deepEqual([now.revision, now.generation], [revision, generation], "what was in force still is");
    assert.deepEqual(await pidsOf(dashd), old, "0 restarts");
    assert.ok(now.workers.every(({ restarts }) => restarts === 0));
  },
};

const endings = ["kill", "pause"] as const;
const cures = { kill: "restart", pause: "resume" } as const;

/** A sentence, not a broken connection. */
const isAnswered = ({ status, body }: Visit): boolean =>
  status === 200 || (status === 503 && /"code":"[^"]+","message":"[^"]{10,}/.test(body));

const allWell = (dashd: Instance): Promise<true> =>
  until("both to be up", async () => {
    const { services, state } = await dashd.status();
    return state === "held" && services.redis.state === "up" && services.postgres.state === "up";
  });
