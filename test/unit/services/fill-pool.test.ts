import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPoolFill } from "../../../lib/services/postgres/fill-pool.ts";

/** A pool that gives `most` connections and lets everybody else wait; the server gives the last after so long. */
const poolOf = (most: number, busy = 0, lastAfterMs = 0) => {
  const waiting: (() => void)[] = [];
  let given = 0;
  let opening = 0;
  const give = () => ({
    release: () => {
      given -= 1;
      const next = waiting.shift();
      if (next !== undefined) next();
    },
  });
  const connect = (): Promise<{ release(): void }> =>
    new Promise((resolve) => {
      const take = (): void => {
        given += 1;
        resolve(give());
      };
      const isLast = given + busy + opening === most - 1;
      if (given + busy + opening >= most) waiting.push(take);
      else if (!isLast || lastAfterMs === 0) take();
      else {
        opening += 1;
        setTimeout(() => {
          opening -= 1;
          take();
        }, lastAfterMs);
      }
    });
  return {
    connect,
    given: () => given,
    waiting: () => waiting.length,
    opening: () => opening,
    backends: () => Array.from({ length: given + busy }, (_, n) => 100 + n),
  };
};

describe("filling a pool for a moment", () => {
  test("takes its whole share and finds that one more waits; all comes back", async () => {
    const pool = poolOf(3);
    const fill = createPoolFill({ ...pool, share: 3 });
    assert.deepEqual(await fill.fill(), { backends: [100, 101, 102], isCapped: true, fault: null });
    assert.deepEqual([pool.given(), pool.waiting()], [3, 1]);
    fill.empty();
    // The one that waited gets its connection by that, and gives it back.
    await new Promise(setImmediate);
    assert.deepEqual([pool.given(), pool.waiting()], [0, 0]);
  });

  test("a pool that gives more than the share is found out", async () => {
    const pool = poolOf(10);
    const fill = createPoolFill({ ...pool, share: 3 });
    const { backends, isCapped } = await fill.fill();
    fill.empty();
    assert.deepEqual([backends.length, isCapped, pool.given()], [4, false, 0]);
  });

  test("a server that is slow to give more than the share hides nothing", async () => {
    const fill = createPoolFill({ ...poolOf(4, 0, 600), share: 3 });
    const { backends, isCapped } = await fill.fill();
    fill.empty();
    assert.deepEqual([backends.length, isCapped], [4, false]);
  });

  test("what the app itself has in use is part of the share", async () => {
    const pool = poolOf(3, 2);
    const fill = createPoolFill({ ...pool, share: 3 });
    assert.deepEqual((await fill.fill()).backends.length, 3);
    fill.empty();
  });

  test("a server that is away is told, not waited for", async () => {
    const refused = (): Promise<never> => Promise.reject(new Error("ECONNREFUSED"));
    const fill = createPoolFill({ connect: refused, backends: () => [], opening: () => 0, share: 3 });
    assert.deepEqual(await fill.fill(), { backends: [], isCapped: false, fault: "ECONNREFUSED" });
  });
});
