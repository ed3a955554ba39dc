import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityLine } from "../../../lib/cli/capacity-line.ts";
import type { Capacity, CapacityLimit } from "../../../lib/protocol/capacity.ts";
import { say } from "../../../lib/words/say.ts";
import { snapshot } from "../control/canned.ts";

const at = "2026-11-26T10:00:00.000Z";
const nowMs = Date.parse("2026-11-26T12:00:00.000Z");
const bounds = { cpu: 317, slots: 900, pool: null, memory: null, response: null };

const capacity = (change: Partial<Capacity> = {}): Capacity => ({
  ...{ stage: 2, users: 317, limit: "cpu" },
  stages: [{ stage: 2, usersMax: 200, users: 317, limit: "cpu", bounds, held: null, notHeld: null, holds: true }],
  estimate: {
    ...{
      at,
      ofOtherCode: false,
      requests: 5_000,
      cpuMsPerRequest: 4.1,
      serviceMsPerRequest: 21,
      queryMsPerRequest: 3.2,
    },
    ...{
      responseP95Ms: 80,
      requestsPerUserSec: 1.234,
      usersFrom: "online",
      cores: 8,
      othersCores: 0.2,
      workerBytes: 90_000_000,
    },
  },
  held: { at, stage: 2, users: 200, requestsPerSec: 240 },
  notHeld: null,
  ...change,
});

const said = (lang: "en" | "zh", change: Partial<Capacity> = {}): string => {
  const line = capacityLine(snapshot({ capacity: capacity(change) }), nowMs);
  assert.ok(line !== null);
  const text = say(lang, line);
  assert.doesNotMatch(text, /–|undefined|null|NaN|short\.|users-from/, text);
  return text;
};

test("one sentence says the stage, the users, what is short, what it was made from, and what was confirmed when", () => {
  assert.equal(
    said("en"),
    "This host and app can hold stage 2: about 320 users, CPU is the limit (estimated from 4.1 ms of CPU a request and 1.23 requests a second for each user, as counted; 200 users confirmed 2 hours ago)",
  );
  assert.equal(
    said("zh"),
    "本机与此应用可承载阶段 2：约 320 个用户，瓶颈是 CPU（据每个请求消耗 CPU 4.1 ms、每个用户每秒 1.23 个请求估算，按实际在线用户计；2 小时前已确认 200 个用户）",
  );
});

test("where all that is known is a load that was not held, nothing more is claimed, and a smaller one is next", () => {
  const notHeld = { at, stage: 1, users: 30, requestsPerSec: 13 };
  const change = { stage: null, users: 0, limit: null, stages: [], estimate: null, held: null, notHeld };
  assert.equal(
    said("en", change),
    "At stage 1 the promise was not kept for 30 users 2 hours ago; for how many it is kept here is not known yet, a load with fewer tells (dashd load --users 15)",
  );
  assert.match(said("zh", change), /^2 小时前在阶段 1 对 30 个用户未能兑现承诺；.*dashd load --users 15/);
});

test("each limit, a missing estimate, other code, no stage at all and a broken promise are said in both languages", () => {
  const notHeld = { at, stage: 1, users: 100, requestsPerSec: 90 };
  for (const lang of ["en", "zh"] as const) {
    const limits: readonly CapacityLimit[] = ["cpu", "slots", "pool", "memory", "response"];
    const sentences = limits.map((limit) => said(lang, { limit }));
    assert.equal(new Set(sentences).size, limits.length);
    assert.doesNotMatch(said(lang, { estimate: null, limit: null }), /CPU/);
    assert.match(said(lang, { stage: null, users: 37 }), lang === "en" ? /no stage.*37 users/ : /无法承载.*37/);
    assert.match(
      said(lang, { notHeld }),
      lang === "en" ? /not kept for 100 users at stage 1 2 hours ago/ : /阶段 1 对 100/,
    );
  }
  const estimate = capacity().estimate;
  assert.ok(estimate !== null);
  assert.match(said("en", { estimate: { ...estimate, ofOtherCode: true } }), /of the code before this/);
  assert.match(said("en", { estimate: { ...estimate, usersFrom: "load" } }), /as the last load made them/);
  assert.match(said("en", { estimate: { ...estimate, usersFrom: "model" } }), /as dashd load makes them/);
});

test("what is not known says which command finds out; a development run holds no stage", () => {
  const line = capacityLine(snapshot());
  assert.ok(line !== null);
  assert.match(say("en", line), /not known yet.*dashd load --users \d+/);
  assert.match(say("zh", line), /尚未得知.*dashd load --users \d+/);
  assert.equal(capacityLine(snapshot({ mode: "development" })), null);
});

test("a load that failed at a stage lowers the figure of that stage alone, and is told either way", () => {
  const failed = (stage: number) => ({ held: null, notHeld: { at, stage, users: 30, requestsPerSec: 31 } });
  assert.match(said("en", failed(2)), /not kept for 30 users 2 hours ago, and the lower figure counts\)$/);
  assert.match(said("zh", failed(2)), /2 小时前对 30 个用户未能兑现承诺，以较低者为准）$/);
  assert.match(said("en", failed(1)), /not kept for 30 users at stage 1 2 hours ago\)$/);
  assert.match(said("zh", failed(1)), /2 小时前在阶段 1 对 30 个用户未能兑现承诺）$/);
});
