import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { box } from "../home/boxes.ts";
import { type DrillName, drillNames, type LineResult } from "../../../lib/protocol/drill.ts";
import { planBurst, promisesOf } from "../../../lib/protocol/drill-promises.ts";
import { type BurstSeen, judgeBurst } from "../../../lib/verify/drill/judge-burst.ts";
import { judgePostgresSlow, judgeRedisDown } from "../../../lib/verify/drill/judge-service.ts";
import { judgeHang, judgeKill } from "../../../lib/verify/drill/judge-worker.ts";
import { type Judged, line, outcomeOf } from "../../../lib/verify/drill/lines.ts";
import type { Asked, Look, Seen } from "../../../lib/verify/drill/observations.ts";
import type { Snapshot } from "../../../lib/protocol/snapshot.ts";

const worker = (slot: number, pid: number, more: Partial<Look["workers"][number]> = {}): Look["workers"][number] => ({
  ...{ slot, pid, state: "ready", restarts: 0 },
  ...more,
});
const look = (atMs: number, more: Partial<Look> = {}): Look => ({
  ...{ atMs, state: "held", workers: [worker(1, 101), worker(2, 102)], redis: "up", postgres: "up" },
  ...{
    redisReason: null,
    postgresReason: null,
    poolOpen: 0,
    connections: 0,
    held: 0,
    refused: 0,
    timedOut: 0,
    shed: 0,
  },
  ready: null,
  ...more,
});
const asked = (startedAtMs: number, more: Partial<Asked> & { readonly tookMs?: number } = {}): Asked => {
  const { tookMs = 10, ...rest } = more;
  return { path: "/", startedAtMs, endedAtMs: startedAtMs + tookMs, status: 200, failure: null, fresh: false, ...rest };
};
const lost = (startedAtMs: number, tookMs = 20): Asked =>
  asked(startedAtMs, { tookMs, status: null, failure: "UND_ERR_SOCKET" });

const bounds = { connections: 10, backlog: 20, bootTimeoutMs: 30_000, hangKillAfterMs: 4_000, poolBudget: 6 };
const beganAtMs = 1_000;
const struck = { slot: 2, pid: 102, connections: 2 };
const gone = look(1_100, {
  state: "degraded",
  workers: [worker(1, 101), worker(2, 0, { state: "backing-off", restarts: 1 })],
});
const booting = look(1_200, {
  state: "degraded",
  workers: [worker(1, 101), worker(2, 103, { state: "booting", restarts: 1 })],
});
const whole = (atMs: number): Look => look(atMs, { workers: [worker(1, 101), worker(2, 103, { restarts: 1 })] });

const killed = (more: Partial<Seen> = {}): Seen => ({
  bounds,
  begun: { id: "1", beganAtMs, endsWithinMs: 0, worker: struck },
  before: look(900),
  looks: [gone, booting, whole(2_000), whole(3_100)],
  asked: [asked(800), asked(1_500), asked(2_500)],
  restoredAtMs: beganAtMs,
  box: box(1, { pid: 102, cause: "drill-killed", hang: null }),
  ...more,
});

const resultsOf = ({ lines }: Judged): Readonly<Record<string, LineResult>> =>
  Object.fromEntries(lines.map(({ name, result }) => [name, result]));
/** The lines that did not hold. */
const faultsOf = (judged: Judged): readonly string[] =>
  judged.lines.filter(({ result }) => result !== "held").map(({ name }) => name);
const foundIn = (judged: Judged, name: string) => judged.lines.find((one) => one.name === name)?.found.facts;

describe("a killed worker", () => {
  test("costs nothing but the requests in flight on it, and is back", () => {
    const judged = judgeKill(killed());
    assert.deepEqual(faultsOf(judged), []);
    assert.deepEqual(foundIn(judged, "back"), { pid: 103, afterMs: 1_000 });
    assert.deepEqual(foundIn(judged, "well"), { afterMs: 1_000 });
  });

  test("may lose one request for each of its connections, no more, and none that was sent afterwards", () => {
    const two = [asked(800), lost(990), lost(995), asked(1_500)];
    assert.deepEqual(faultsOf(judgeKill(killed({ asked: two }))), []);
    assert.deepEqual(faultsOf(judgeKill(killed({ asked: [...two, lost(999)] }))), ["lost"]);
    assert.deepEqual(faultsOf(judgeKill(killed({ asked: [asked(800), lost(1_501, 1)] }))), ["lost"]);
    const broken = asked(995, { status: 500 });
    assert.deepEqual(faultsOf(judgeKill(killed({ asked: [broken, ...two] }))), ["lost"], "a 500 is a lost one too");
  });

  test("gets nobody refused", () => {
    assert.deepEqual(faultsOf(judgeKill(killed({ asked: [asked(1_500, { status: 503 })] }))), ["refused"]);
    const looks = [gone, whole(2_000), { ...whole(3_100), refused: 1 }];
    assert.deepEqual(faultsOf(judgeKill(killed({ looks }))), ["refused"]);
  });

  test("is replaced within the boot time-out, by one, and without a back-off", () => {
    const late = killed({ looks: [gone, whole(31_001)] });
    assert.deepEqual(resultsOf(judgeKill(late))["back"], "not-held");
    assert.deepEqual(resultsOf(judgeKill({ ...late, looks: [gone, whole(31_000)] }))["back"], "held");
    assert.deepEqual(faultsOf(judgeKill(killed({ looks: [gone, booting] }))), ["back", "well"]);
    const waiting = { ...gone, atMs: 2_200 };
    assert.deepEqual(faultsOf(judgeKill(killed({ looks: [gone, waiting, whole(3_000)] }))), ["restarts"]);
    const twice = look(3_000, { workers: [worker(1, 101), worker(2, 104, { restarts: 2 })] });
    assert.deepEqual(faultsOf(judgeKill(killed({ looks: [gone, whole(2_000), twice] }))), ["restarts"]);
  });

  test("is the only one: another that went with it is told by its pid", () => {
    const other = look(2_000, { workers: [worker(1, 105), worker(2, 103, { restarts: 1 })] });
    const judged = judgeKill(killed({ looks: [gone, other] }));
    assert.deepEqual(faultsOf(judged), ["others"]);
    assert.deepEqual(foundIn(judged, "others"), { same: 0, of: 1, lost: ["101"] });
  });

  test("has a black box that names the drill", () => {
    assert.deepEqual(faultsOf(judgeKill(killed({ box: null }))), ["box"]);
    assert.deepEqual(faultsOf(judgeKill(killed({ box: box(1, { cause: "killed" }) }))), ["box"]);
  });

  test("is not over while something still fails", () => {
    const late = judgeKill(killed({ asked: [asked(800), asked(2_100, { status: 500 })] }));
    assert.deepEqual(foundIn(late, "well"), { afterMs: 2_100 });
    assert.equal(resultsOf(judgeKill(killed({ asked: [asked(3_200, { status: 500 })] })))["well"], "not-held");
  });
});

describe("a hung worker", () => {
  const hanging = (atMs: number): Look => look(atMs, { workers: [worker(1, 101), worker(2, 102, { state: "hung" })] });
  const both = look(5_900, { workers: [worker(1, 101), worker(2, 102, { state: "hung" }), worker(2, 103)] });
  const hung = (more: Partial<Seen> = {}): Seen =>
    killed({
      looks: [hanging(1_100), hanging(5_000), both, whole(6_000)],
      asked: [asked(800), asked(1_200, { fresh: true }), lost(1_010, 5_000), asked(1_300)],
      box: box(1, { pid: 102, cause: "drill-hung", followed: { pid: 103, afterMs: 800 } }),
      ...more,
    });

  test("costs nothing but the requests that wait for it, and is replaced by one that is ready first", () => {
    assert.deepEqual(faultsOf(judgeHang(hung())), []);
  });

  test("may be waited for by those on its connections and one on its way, by nobody else", () => {
    const waits = (n: number): readonly Asked[] => Array.from({ length: n }, () => asked(1_010, { tookMs: 2_001 }));
    const fresh = asked(1_200, { fresh: true });
    assert.deepEqual(faultsOf(judgeHang(hung({ asked: [fresh, ...waits(3)] }))), []);
    assert.deepEqual(faultsOf(judgeHang(hung({ asked: [fresh, ...waits(4)] }))), ["waits"]);
    // Half the limit of a hang, or three times what was slow before.
    const shorter = waits(4).map((one) => ({ ...one, endedAtMs: one.startedAtMs + 2_000 }));
    assert.deepEqual(faultsOf(judgeHang(hung({ asked: [fresh, ...shorter] }))), []);
    const slowBefore = asked(100, { tookMs: 800 });
    assert.deepEqual(faultsOf(judgeHang(hung({ asked: [slowBefore, fresh, ...waits(4)] }))), []);
  });

  test("gets no new connection but the one that was on its way", () => {
    const one = asked(1_010, { tookMs: 5_000, fresh: true });
    assert.deepEqual(faultsOf(judgeHang(hung({ asked: [one, asked(1_200, { fresh: true })] }))), []);
    assert.deepEqual(faultsOf(judgeHang(hung({ asked: [one, one] }))), ["elsewhere"]);
    const judged = judgeHang(hung({ asked: [asked(1_200)] }));
    assert.equal(resultsOf(judged)["elsewhere"], "inconclusive", "nobody came meanwhile");
  });

  test("does not go before another is ready", () => {
    const gap = look(5_900, { workers: [worker(1, 101), worker(2, 103, { state: "booting" })] });
    assert.deepEqual(faultsOf(judgeHang(hung({ looks: [hanging(1_100), gap, whole(6_000)] }))), ["first"]);
  });

  test("that got no CPU to be judged by leaves it open whether it was replaced in time", () => {
    const looks = [hanging(1_100), { ...both, atMs: 36_000 }, whole(36_100)];
    assert.equal(resultsOf(judgeHang(hung({ looks })))["back"], "inconclusive");
    const slow = box(1, { pid: 102, cause: "drill-hung", followed: { pid: 103, afterMs: 30_001 } });
    assert.equal(resultsOf(judgeHang(hung({ looks, box: slow })))["back"], "not-held");
  });

  test("that looks like any hang is not told from one of the app", () => {
    assert.deepEqual(faultsOf(judgeHang(hung({ box: box(1, { pid: 102 }) }))), ["box"]);
  });
});

describe("a service", () => {
  const ill = (atMs: number, more: Partial<Look> = {}): Look =>
    look(atMs, { state: "degraded", redis: "down", redisReason: "sick.drill-redis", ready: true, ...more });
  const refused = (more: Partial<Seen> = {}): Seen =>
    killed({
      begun: { id: "1", beganAtMs, endsWithinMs: 10_000, worker: null },
      looks: [ill(1_100), ill(5_900), look(6_100), look(7_200)],
      asked: [asked(800), asked(1_500, { status: 503, path: "/redis" }), asked(6_500)],
      restoredAtMs: 6_000,
      box: null,
      ...more,
    });
  const late = (more: Partial<Seen> = {}): Seen => {
    const slow = { redis: "up", postgres: "slow", redisReason: null, postgresReason: "sick.drill-postgres" };
    return refused({ looks: [ill(1_100, slow), look(6_100, { poolOpen: 6 })], asked: [asked(1_500)], ...more });
  };

  test("that is away costs an error on the pages that need it, and nothing else", () => {
    const judged = judgeRedisDown(refused());
    assert.deepEqual(faultsOf(judged), []);
    assert.deepEqual(judged.figures, { answered: 1, told: 1, silent: 0, slowestMs: 10, wellAfterMs: 100 });
    assert.deepEqual(faultsOf(judgePostgresSlow(late())), []);
  });

  test("is named by status within three seconds, as a drill", () => {
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: [ill(4_000), look(6_100)] }))), []);
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: [ill(4_001), look(6_100)] }))), ["named"]);
    const another = ill(1_100, { redisReason: "sick.down" });
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: [another, look(6_100)] }))), ["named"]);
    const held = ill(1_100, { state: "held" });
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: [held, look(6_100)] }))), ["named"]);
  });

  test("lets no page hang: neither without an answer nor with one that comes too late", () => {
    const silent = lost(1_500, 8_000);
    assert.ok(faultsOf(judgeRedisDown(refused({ asked: [silent] }))).includes("answers"));
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ asked: [asked(1_500, { tookMs: 3_000 })] }))), []);
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ asked: [asked(1_500, { tookMs: 3_001 })] }))), ["answers"]);
    assert.deepEqual(faultsOf(judgePostgresSlow(late({ asked: [asked(1_500, { tookMs: 18_000 })] }))), []);
    assert.deepEqual(faultsOf(judgePostgresSlow(late({ asked: [asked(1_500, { tookMs: 18_001 })] }))), ["answers"]);
    assert.equal(resultsOf(judgeRedisDown(refused({ asked: [] })))["answers"], "inconclusive", "nobody asked");
  });

  test("takes neither readiness nor a worker", () => {
    const unready = [ill(1_100), ill(1_200, { ready: false }), look(6_100)];
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: unready }))), ["ready"]);
    const restarted = [ill(1_100), ill(1_200, { workers: [worker(1, 101), worker(2, 103)] }), look(6_100)];
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: restarted }))), ["workers"]);
  });

  test("opens no connection beyond the stage's budget", () => {
    const looks = [...late().looks, look(7_000, { poolOpen: 7 })];
    assert.deepEqual(faultsOf(judgePostgresSlow(late({ looks }))), ["pool"]);
  });

  test("is well again within five seconds, in what status says and in what is answered", () => {
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: [ill(1_100), look(11_000)] }))), []);
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks: [ill(1_100), look(11_001)] }))), ["well"]);
    const answers = [asked(1_500), asked(10_990, { status: 503 })];
    const looks = [ill(1_100), look(6_100), look(11_001)];
    assert.deepEqual(faultsOf(judgeRedisDown(refused({ looks, asked: answers }))), ["well"]);
  });
});

describe("a burst", () => {
  const alone = { connections: 0, held: 0 };
  const plan = planBurst(bounds, alone);
  const full = look(1_100, { connections: 10, held: 2 });
  const crowd = { served: 12, refused: 0, failed: 0, idle: 0, longestMs: 700 };
  const seen = (more: Partial<BurstSeen> = {}): BurstSeen => ({
    ...{ plan, before: look(900), looks: [look(1_000, { connections: 4 }), full], after: look(3_000), crowd },
    ...more,
  });

  test("is a fifth more than may be open, those counted that are there; the backlog bounds who is held", () => {
    assert.deepEqual(plan, { clients: 12, held: 2, refused: 0, limit: 10, backlog: 20 });
    assert.equal(planBurst(bounds, { connections: 7, held: 0 }).clients, 5);
    assert.equal(planBurst(bounds, { connections: 10, held: 5 }).clients, 2);
    assert.deepEqual(planBurst({ ...bounds, backlog: 1 }, alone), { ...plan, held: 1, refused: 1, backlog: 1 });
  });

  test("fills the limit exactly, and everybody is served", () => {
    const judged = judgeBurst(seen());
    assert.deepEqual(faultsOf(judged), []);
    assert.deepEqual(judged.figures, { clients: 12, most: 10, held: 2, ...crowd });
  });

  test("finds one connection too many, or too few", () => {
    assert.deepEqual(faultsOf(judgeBurst(seen({ looks: [{ ...full, connections: 11 }] }))), ["limit"]);
    const few = judgeBurst(seen({ looks: [{ ...full, connections: 9, held: 3 }] }));
    assert.deepEqual([faultsOf(few), outcomeOf(few.lines)], [["limit", "held"], "not-held"]);
  });

  test("cannot count where others come and go, but knows a limit that gave way", () => {
    const before = look(900, { connections: 3 });
    const few = judgeBurst(seen({ before, after: look(3_000, { connections: 2 }), looks: [{ ...full, held: 1 }] }));
    assert.deepEqual([faultsOf(few), outcomeOf(few.lines)], [["held", "counters"], "inconclusive"]);
    const more = judgeBurst(seen({ before, after: before, looks: [{ ...full, connections: 11 }] }));
    assert.equal(outcomeOf(more.lines), "not-held");
  });

  test("finds who was not served, and who was refused though there was room", () => {
    assert.deepEqual(faultsOf(judgeBurst(seen({ crowd: { ...crowd, served: 11, failed: 1 } }))), ["served"]);
    assert.deepEqual(faultsOf(judgeBurst(seen({ crowd: { ...crowd, served: 11, refused: 1 } }))), ["served"]);
    const idle = judgeBurst(seen({ crowd: { ...crowd, served: 11, idle: 1 } }));
    assert.equal(outcomeOf(idle.lines), "inconclusive", "an idle one may be closed while others wait");
  });

  test("expects a 503 past the backlog only", () => {
    const beyond = { ...plan, held: 1, refused: 1, backlog: 1 };
    const told = { ...crowd, served: 11, refused: 1 };
    const after = look(3_000, { refused: 1 });
    const looks = [{ ...full, held: 1 }];
    assert.deepEqual(faultsOf(judgeBurst(seen({ plan: beyond, crowd: told, after, looks }))), []);
    const none = judgeBurst(seen({ plan: beyond, crowd: { ...crowd, served: 12 }, looks }));
    assert.deepEqual(faultsOf(none), ["served", "beyond"]);
  });

  test("finds others that were refused, and counters that do not come back", () => {
    assert.deepEqual(faultsOf(judgeBurst(seen({ after: look(3_000, { refused: 1 }) }))), ["nobody"]);
    assert.deepEqual(faultsOf(judgeBurst(seen({ after: look(3_000, { timedOut: 1 }) }))), ["nobody"]);
    assert.deepEqual(faultsOf(judgeBurst(seen({ after: look(3_000, { held: 1 }) }))), ["counters"]);
  });
});

test("one promise that did not hold is enough; what cannot be told is no success", () => {
  const of = (...held: readonly (boolean | null)[]) => outcomeOf(held.map((one) => line("x", one, {})));
  assert.deepEqual([of(true, true), of(true, null), of(null, false)], ["held", "inconclusive", "not-held"]);
});

test("what the panel promises before a drill is what the drill is judged by, line by line", () => {
  const limits = [
    ["connections", 10],
    ["backlog", 1],
    ["bootTimeoutSec", 30],
    ["hang.killAfterSec", 4],
    ["postgres.connections", 6],
  ].map(([name, declared]) => ({ name, declared }) as unknown as Snapshot["limits"][number]);
  const snapshot = { limits, load: { connections: 0, held: 0 } as Snapshot["load"] };
  const crowd = { served: 11, refused: 1, failed: 0, idle: 0, longestMs: 10 };
  const plan = planBurst({ ...bounds, backlog: 1 }, { connections: 0, held: 0 });
  const judged: Readonly<Record<DrillName, Judged>> = {
    kill: judgeKill(killed()),
    hang: judgeHang(killed()),
    "redis-down": judgeRedisDown(killed()),
    "postgres-slow": judgePostgresSlow(killed()),
    burst: judgeBurst({ plan, before: look(900), looks: [], after: look(900), crowd }),
  };
  for (const drill of drillNames) {
    const known = promisesOf(drill, snapshot).map(({ code, facts }) => ({
      code,
      facts: Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== null)),
    }));
    const found = judged[drill].lines.map(({ promise: { code, facts } }, index) => ({
      code,
      facts: Object.fromEntries(Object.entries(facts).filter(([name]) => name in (known[index]?.facts ?? {}))),
    }));
    assert.deepEqual(known, found, drill);
  }
});
