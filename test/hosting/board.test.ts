import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fetchPage } from "../client/fetch-page.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { allGone, isAlive } from "../support/processes.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { assertOnlyItsPagesSuffer } from "../support/sickness.ts";
import { until } from "../support/until.ts";

const timeout = 180_000;

describe("the store board", { skip: postgresMissing() || redisMissing(), timeout }, () => {
  it("starts without any setting on a PostgreSQL of its own, which ends with it and is there again at the next start", async (t) => {
    const first = await startDashd(t, { stage: 1 });
    const { services, drift } = await first.status();
    assert.deepEqual([services.postgres.state, drift], ["embedded", []]);
    const { sums } = JSON.parse((await first.run("plan", "--stage", "2", "--json")).stdout) as {
      readonly sums: readonly { readonly subject: string; readonly found: unknown }[];
    };
    const counted = new Map(sums.map(({ subject, found }) => [subject, found]));
    assert.deepEqual([counted.get("postgres"), counted.get("postgres.max_connections")], ["up", 100]);
    const before = await salesOf(first);
    const { pid } = recordOf(first);
    await first.stop();
    await allGone([pid], 10_000);

    const second = await startDashd(t, { dir: first.dir, home: first.home, stage: 1 });
    const after = await fetchPage(second.port, "/api/stores?period=30d");
    assert.equal(after.status, 200, "the data are there already");
    assert.equal(JSON.parse(after.body).stores.length, before);
  });

  it("takes the PostgreSQL over that a killed master left, and brings back one that ends by itself", async (t) => {
    const first = await startDashd(t, { stage: 1 });
    await salesOf(first);
    const { pid } = recordOf(first);
    first.kill("SIGKILL");
    await first.ended();
    assert.ok(isAlive(pid));

    const second = await startDashd(t, { dir: first.dir, home: first.home, stage: 1 });
    assert.equal(recordOf(second).pid, pid);
    process.kill(pid, "SIGKILL");
    await allGone([pid], 10_000);
    await until("another PostgreSQL serves", async () => {
      const { status } = await fetchPage(second.port, "/api/sales");
      return status === 200 && recordOf(second).pid !== pid;
    });
    await until("status finds it well", async () => (await second.status()).services.postgres.state === "embedded");
    await second.stop();
    await allGone([recordOf(second).pid], 10_000);
  });

  it("keeps its pages and, with Redis, its figures as fast as before under 100 users while PostgreSQL is silent", async (t) => {
    const server = await startPostgres(t);
    const redis = await startRedis(t, { args: ["--maxmemory", "2gb", "--maxmemory-policy", "allkeys-lru"] });
    const dashd = await startDashd(t, { stage: 2, env: { DATABASE_URL: server.url, REDIS_URL: redis.url } });
    await salesOf(dashd);
    await assertOnlyItsPagesSuffer(t, dashd, {
      service: "postgres",
      paths: ["/service", "/api/sales", "/api/stores", "/api/low-stock"],
      fallIll: server.pause,
      recover: server.resume,
      lastsMs: 8_000,
      deadlineMs: 10_000,
      // They come out of the cache, also in a worker that has not read them itself.
      refuses: false,
    });
  });
});

/** Comes back once the data are made; how many stores there are. */
const salesOf = async ({ port }: Instance): Promise<number> => {
  const page = await until("the data are made", async () => {
    const answer = await fetchPage(port, "/api/stores?period=30d");
    if (answer.status === 503) assert.match(answer.headers.get("retry-after") ?? "", /^\d+$/);
    return answer.status === 200 && answer;
  });
  const { stores } = JSON.parse(page.body) as { stores: unknown[] };
  assert.ok(stores.length > 10);
  return stores.length;
};

const recordOf = ({ home }: Pick<Instance, "home">): { readonly pid: number } => {
  const file = join(home, "postgres/record.json");
  if (!existsSync(file)) return { pid: 0 };
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly server: { readonly pid: number } }).server;
};
