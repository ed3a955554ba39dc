import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Proof } from "../../lib/verify/proof.ts";
import { writeApp } from "../support/apps.ts";
import { type Instance, startDashd } from "../support/instance.ts";
import { writeLadder } from "../support/ladder.ts";
import { postgresMissing, startPostgres } from "../support/postgres.ts";
import { redisMissing, startRedis } from "../support/redis.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const missing = postgresMissing() === false ? redisMissing() : postgresMissing();

test(
  "the pool budget is counted by PostgreSQL and Redis is asked; both fail with their lines when tampered with",
  { timeout: 300_000, skip: missing },
  async (t) => {
    const dir = scratchDir(t);
    const server = await startPostgres(t);
    const redis = await startRedis(t, { args: ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"] });
    const profiles = writeLadder(join(dir, "ladder"), { 1: stage });
    const flag = join(dir, "tamper");
    const env = { DATABASE_URL: server.url, REDIS_URL: redis.url };
    const app = writeApp(dir, "app.cjs", poolApp(flag));
    const dashd = await startDashd(t, { app, stage: 1, profiles, dir, env });

    const held = await verify(dashd);
    assert.equal(held.code, 0, told(held.proof));
    const proven = Object.fromEntries((await dashd.status()).limits.map((row) => [row.name, row.proven]));
    for (const [name, value] of Object.entries({
      ...{ "postgres.connections": 5, "postgres.serverMax": 100, "redis.maxMemoryMb": 64 },
      ...{ "redis.policy": "allkeys-lru", "redis.persistence": "off", "redis.replicated": "no" },
    })) {
      assert.equal(proven[name], value, name);
    }
    await until("the pools to be given back", async () => (await dashd.status()).services.postgres.pool?.busy === 0);

    // The pool is enlarged by the app, past what dashd holds it to; the policy is set by somebody else.
    writeFileSync(flag, "");
    await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await until("both to be read back", async () => {
      const { drift } = await dashd.status();
      return drift.includes("postgres.connections") && drift.includes("redis.policy");
    });
    const tampered = await verify(dashd);
    assert.equal(tampered.code, 3, told(tampered.proof));
    const failed = tampered.proof.steps.filter(({ result }) => result === "not-held");
    assert.deepEqual(failed.map(({ part, name }) => `${part} ${name}`).toSorted(), [
      ...["declared-effective postgres.connections", "declared-effective redis.policy"],
      ...["limits postgres.connections", "limits redis.policy"],
    ]);
    const facts = (code: string) => failed.find(({ message }) => message.code === code)?.message.facts;
    assert.deepEqual(
      [facts("verify.redis")?.["expected"], facts("verify.redis")?.["found"]],
      ["allkeys-lru", "noeviction"],
    );
    // 3 and 2, each with one more than its share.
    assert.deepEqual([facts("verify.pool-loose")?.["expected"], facts("verify.pool-loose")?.["found"]], [5, 7]);
    assert.equal((await dashd.status()).limits.find(({ name }) => name === "postgres.connections")?.proven, null);
  },
);

const stage = {
  ...{ workers: 2, connections: 20, backlog: 30, users: { min: 1, max: 10 } },
  ...{ postgres: { connections: 5, serverMax: 100 } },
  redis: { maxMemoryMb: 64, policy: "allkeys-lru", persistence: "off", replicated: false },
  promise: [{ users: 4, okRate: 0.5, responseP95Ms: 60_000, waitP95Ms: null }],
};

const poolApp = (flag: string): string => `
const { existsSync } = require("node:fs");
module.exports = async (context) => {
  const look = setInterval(() => {
    if (!existsSync(${JSON.stringify(flag)})) return;
    clearInterval(look);
    context.postgres.options.max = 10;
    context.postgres._isFull = () => false;
  }, 50);
  return async (request, response) => {
    const { rows } = await context.postgres.query("select 1 as one");
    response.end(String(rows[0].one));
  };
};
`;

const verify = async (dashd: Instance): Promise<{ code: number | null; proof: Proof }> => {
  const { code, stdout, stderr } = await dashd.spawn("verify", "--json", "--no-load").exited;
  assert.match(stdout, /"kind": "dashd-proof"/, stderr);
  return { code, proof: JSON.parse(stdout) as Proof };
};

const told = ({ steps }: Proof): string =>
  steps
    .filter(({ result }) => result !== "held" && result !== "not-measured")
    .map((step) => JSON.stringify(step))
    .join("\n");
