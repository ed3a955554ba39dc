import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkProfile } from "../../../lib/profile/check.ts";
import type { FilledPools } from "../../../lib/protocol/filled-pools.ts";
import type { Snapshot } from "../../../lib/protocol/snapshot.ts";
import { poolSteps } from "../../../lib/verify/pool-steps.ts";
import type { ProbeMeasures } from "../../../lib/verify/probe-measures.ts";
import { probed, probeProfile } from "../../../lib/verify/probe-profile.ts";
import { probeSteps, worksThroughout } from "../../../lib/verify/probe-steps.ts";
import { type Crowded, judgeCrowd } from "../../../lib/verify/prove-connections.ts";
import { judgeWorkers, type WhoAnswered } from "../../../lib/verify/prove-workers.ts";
import { redisSteps } from "../../../lib/verify/redis-steps.ts";
import type { Shown } from "../../../lib/verify/steps.ts";
import { say } from "../../../lib/words/say.ts";
import { snapshot } from "../control/canned.ts";
import { ladder, rows, rowsWith } from "./some-proof.ts";

const resultOf = ({ steps }: Shown, name: string): string => {
  const found = steps.filter((step) => step.name === name);
  assert.equal(found.length, 1, name);
  return found[0]?.result ?? "";
};
const wordsOf = ({ steps }: Shown, name: string): string => {
  const message = steps.find((step) => step.name === name)?.message;
  return message === undefined ? "" : say("en", message);
};

describe("workers that answer", () => {
  const workers = [1, 2].map((slot) => ({
    ...snapshot().workers[0],
    ...{ slot, pid: 100 + slot, generation: 3, state: "ready" },
  })) as unknown as Snapshot["workers"];
  const limits = rows.map((row) => (row.name === "workers" ? { ...row, declared: 2, effective: 2 } : row));
  const running = snapshot({ workers, limits });
  const master = running.master.pid;
  const both = workers.map(({ slot, pid }) => ({ slot, pid }));
  const judged = (who: Partial<WhoAnswered>, parent: number | null = master, isAlive = true) =>
    judgeWorkers({ workers: both, mute: 0, asked: 4, ...who }, running, () => ({ isAlive, parent }));

  test("as many live children as declared hold, also where the system does not tell parents", () => {
    assert.deepEqual(judged({}).proven, { workers: 2 });
    assert.deepEqual(judged({}, null).proven, { workers: 2 });
  });

  test("a slot where nobody answers does not hold, and is named", () => {
    const found = judged({ workers: both.slice(0, 1) });
    assert.equal(resultOf(found, "workers"), "not-held");
    assert.match(wordsOf(found, "workers"), /slot 2$/);
    assert.deepEqual(found.proven, { workers: null });
  });

  test("a dead process, another's child or a pid that the instance does not know is no worker", () => {
    assert.equal(resultOf(judged({}, master, false), "workers"), "not-held");
    assert.equal(resultOf(judged({}, 1), "workers"), "not-held");
    assert.equal(resultOf(judged({ workers: [{ slot: 1, pid: 999 }] }), "workers"), "not-held");
  });

  test("answers that do not say who gave them prove nothing either way", () => {
    assert.equal(resultOf(judged({ workers: [], mute: 4 }), "workers"), "inconclusive");
  });
});

describe("the connection limit", () => {
  const exact: Crowded = {
    ...{ limit: 200, answered: 195, waiting: 5, open: 200, held: 5, heldServed: 5 },
    others: { before: 5, after: 5 },
  };
  const judged = (seen: Partial<Crowded>) => judgeCrowd({ ...exact, ...seen });

  test("exactly the limit answered, others counted, and those held served afterwards", () => {
    assert.deepEqual(judged({}).proven, { connections: 200 });
    assert.match(wordsOf(judged({}), "connections"), /^195 clients were answered beside 5 others, 5 more were held/);
  });

  test("one more or one less than the limit does not hold", () => {
    for (const seen of [{ open: 201 }, { answered: 196 }, { answered: 194 }, { open: 199 }, { answered: 201 }]) {
      assert.equal(resultOf(judged(seen), "connections"), "not-held", JSON.stringify(seen));
    }
  });

  test("those held who are not served when places are free do not hold", () => {
    assert.equal(resultOf(judged({ heldServed: 4 }), "connections"), "not-held");
    assert.equal(resultOf(judged({ waiting: 0, held: 0 }), "connections"), "not-held");
  });

  test("with others who came and went nothing exact is claimed, but too many stay too many", () => {
    const others = { before: 5, after: 9 };
    assert.equal(resultOf(judged({ others, answered: 193 }), "connections"), "inconclusive");
    assert.equal(resultOf(judged({ others, open: 201 }), "connections"), "not-held");
    assert.equal(resultOf(judgeCrowd("unsure.full-already"), "connections"), "inconclusive");
  });
});

describe("the pool budget", () => {
  const full = (slot: number) => ({ slot, open: 20, isCapped: true, fault: null });
  const pools: FilledPools = { workers: [full(1), full(2)], counted: 40, serverMax: 100, fault: null };
  const judged = (found: Partial<FilledPools> | null) =>
    poolSteps(found === null ? null : { ...pools, ...found }, rows);

  test("holds where PostgreSQL counts exactly the budget with every pool full", () => {
    assert.deepEqual(judged({}).proven, { "postgres.connections": 40, "postgres.serverMax": 100 });
  });

  test("a pool that gives more than its share does not hold, and is named by its slot", () => {
    const found = judged({ workers: [full(1), { ...full(2), open: 21, isCapped: false }], counted: 41 });
    assert.equal(resultOf(found, "postgres.connections"), "not-held");
    assert.match(wordsOf(found, "postgres.connections"), /^expected 40, found 41: slot 2 /);
  });

  test("fewer than the budget do not hold: a worker is missing", () => {
    const found = judged({ workers: [full(1)], counted: 20 });
    assert.equal(resultOf(found, "postgres.connections"), "not-held");
    assert.equal(found.proven["postgres.connections"], null);
  });

  test("a server that cannot be asked, a pooler in between or a pool that is busy leave it open", () => {
    assert.equal(
      resultOf(judged({ counted: null, serverMax: null, fault: "silent" }), "postgres.connections"),
      "inconclusive",
    );
    assert.equal(resultOf(judged({ counted: 38 }), "postgres.connections"), "inconclusive");
    const busy = { ...full(2), open: 19, isCapped: false, fault: "19/20" };
    assert.equal(resultOf(judged({ workers: [full(1), busy], counted: 39 }), "postgres.connections"), "inconclusive");
  });

  test("without a pool nothing is measured, and a server that allows less does not hold", () => {
    assert.equal(resultOf(judged(null), "postgres.connections"), "not-measured");
    assert.equal(resultOf(judged({ serverMax: 99 }), "postgres.serverMax"), "not-held");
    assert.equal(judged({ serverMax: 200 }).proven["postgres.serverMax"], 200);
  });
});

describe("Redis, asked by verify itself", () => {
  const settings = { maxMemoryMb: 2048, policy: "allkeys-lru", persistence: "off", replicated: "no" } as const;

  test("holds as declared, a replica more is welcome, another policy does not hold", () => {
    const found = redisSteps({ state: "up", settings: { ...settings, replicated: "yes" } }, rows);
    assert.ok(found.steps.every(({ result }) => result === "held"));
    const other = redisSteps({ state: "up", settings: { ...settings, policy: "noeviction" } }, rows);
    assert.equal(resultOf(other, "redis.policy"), "not-held");
    assert.match(wordsOf(other, "redis.policy"), /^expected allkeys-lru, Redis itself says noeviction/);
  });

  test("without an address, or where Redis does not tell, nothing is measured; one that is down leaves it open", () => {
    assert.equal(resultOf(redisSteps(null, rows), "redis.policy"), "not-measured");
    const mute = { ...settings, policy: null };
    assert.equal(resultOf(redisSteps({ state: "up", settings: mute }, rows), "redis.policy"), "not-measured");
    assert.equal(resultOf(redisSteps({ state: "down", settings: mute }, rows), "redis.policy"), "inconclusive");
  });
});

describe("the probe", () => {
  const well: ProbeMeasures = {
    ...{ running: probed.requestsPerWorker, queued: probed.queueMax, queueRefused: true, waitMs: 1_060 },
    ...{ requestMs: 2_020, idleMs: 2_900, heldAtDoor: probed.backlog, doorRefused: true },
    ...{ hangMs: 2_400, revived: true, stopMs: 1_070, stopped: true, lagMs: 5 },
  };
  const names = [
    ...["requestsPerWorker", "backlog", "waitTimeoutSec", "queue.max", "idleTimeoutSec", "requestTimeoutSec"],
    ...["stopTimeoutSec", "hang.killAfterSec"],
  ];

  test("its profile is a valid one, for every stage", () => {
    for (const profile of ladder.values()) {
      const checked = checkProfile(JSON.parse(JSON.stringify(probeProfile(profile))), "probe");
      assert.ok(checked.ok, JSON.stringify(checked));
    }
  });

  test("what works there and is set as declared here is proven with the live value", () => {
    const { proven } = probeSteps(well, rows);
    assert.deepEqual(Object.keys(proven).toSorted(), names.toSorted());
    assert.equal(proven["requestTimeoutSec"], 180);
    assert.equal(
      wordsOf(probeSteps(well, rows), "requestTimeoutSec"),
      "On a probe with 2 s: 503 after 2.02 s; the live workers read back 180 s",
    );
  });

  test("a live worker with another value does not hold, whatever the probe shows", () => {
    const found = probeSteps(well, rowsWith("requestTimeoutSec", 5));
    assert.equal(resultOf(found, "requestTimeoutSec"), "not-held");
    assert.match(wordsOf(found, "requestTimeoutSec"), /the live workers read back 5 s, not 180 s$/);
    assert.equal(found.proven["requestTimeoutSec"], null);
    assert.equal(found.proven["idleTimeoutSec"], 180);
  });

  test("too early, too late, or never does not hold", () => {
    for (const [name, measures] of [
      ["requestTimeoutSec", { requestMs: 1_500 }],
      ["requestTimeoutSec", { requestMs: 4_000 }],
      ["requestTimeoutSec", { requestMs: null }],
      ["waitTimeoutSec", { waitMs: 900 }],
      ["idleTimeoutSec", { idleMs: 6_000 }],
      ["stopTimeoutSec", { stopped: false }],
      ["stopTimeoutSec", { stopMs: 300 }],
      ["hang.killAfterSec", { revived: false }],
      ["hang.killAfterSec", { hangMs: 500 }],
      ["queue.max", { queueRefused: false }],
      ["requestsPerWorker", { running: probed.requestsPerWorker + 1, queued: probed.queueMax - 1 }],
      ["backlog", { doorRefused: false }],
    ] as const) {
      const found = { ...well, ...measures };
      assert.equal(resultOf(probeSteps(found, rows), name), "not-held", `${name} ${JSON.stringify(measures)}`);
      assert.equal(worksThroughout(found), false);
    }
    assert.equal(worksThroughout(well), true);
  });

  test("on a host that was late itself, and without a probe, nothing is known", () => {
    assert.equal(
      resultOf(probeSteps({ ...well, requestMs: null, lagMs: 1_500 }, rows), "requestTimeoutSec"),
      "inconclusive",
    );
    const none = probeSteps("no room", rows);
    assert.equal(none.steps.length, names.length);
    assert.ok(none.steps.every(({ result }) => result === "inconclusive"));
  });
});
