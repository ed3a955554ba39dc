import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { startUsers } from "../support/keep-alive-users.ts";
import type { MiniMaster } from "../support/mini-master.ts";
import { createMiniMaster, fixture } from "../support/mini-master.ts";

const passes = 10;
const limit = { timeout: 120_000 };

describe("handing connections back", () => {
  const masters: MiniMaster[] = [];
  after(async () => {
    await Promise.all(masters.map((one) => one.close()));
  });

  for (const [who, thinkMs] of [
    ["without a pause", () => 0],
    ["who think at random", () => Math.random() * 40],
  ] as const) {
    it(`passes all connections of 50 users ${who} from worker to worker, and no request is lost`, limit, async () => {
      const master = await createMiniMaster({ app: fixture("plain-express.cjs") });
      masters.push(master);
      let worker = await master.ready();
      const pids = new Set([worker.pid]);
      const users = startUsers({ port: master.port, count: 50, thinkMs });
      for (let i = 0; i < passes; i++) {
        await worker.until("beat", ({ beat }) => beat.answers > 0);
        const next = await master.ready();
        worker.drain("change");
        assert.equal((await worker.exit).code, 0);
        worker = next;
        pids.add(worker.pid);
      }
      await worker.until("beat", ({ beat }) => beat.answers > 0);
      await users.stop();
      assert.deepEqual([users.failures, users.counts.failed], [[], 0]);
      assert.equal(users.counts.connects, 50, "every user kept its connection");
      assert.equal(users.bodies.size, pids.size, "every worker answered");
      assert.ok(master.moved() >= 50, `${master.moved()} moved`);
    });
  }
});
