import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../lib/log.ts";
import { createBlackBoxes } from "../../../lib/master/black-boxes.ts";
import { createDoor } from "../../../lib/master/door.ts";
import type { Generation } from "../../../lib/master/generation.ts";
import type { Hung } from "../../../lib/master/hang-watch.ts";
import type { Birth, Pool } from "../../../lib/master/pool.ts";
import { createSupervisor } from "../../../lib/master/supervisor.ts";
import { createTraffic } from "../../../lib/master/traffic.ts";
import { workerLimits } from "../../../lib/profile/limits.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import type { BlackBox, Picture } from "../../../lib/protocol/black-box.ts";
import { type AppFailure, monotonicMs, type ToWorker } from "../../../lib/protocol/worker-messages.ts";

const profile = { ...stageOf(await loadLadder(builtInProfilesDir()), 1), workers: 3 };
const app = { path: "/srv/app.js", builtIn: false, args: [], version: null, fingerprint: "sha256:1" };
const generation = (id: number): Generation => ({ id, profile, app });
const threw: AppFailure = { reason: "threw", message: "boom", place: "/srv/app.js:1:1", stack: null };

const picture: Picture = {
  asked: true,
  stack: [{ name: "spin", file: "/srv/app.js", line: 3, column: 1 }],
  requests: [],
  more: 0,
  rssBytes: 1,
  heapUsedBytes: 1,
  heapLimitBytes: 1,
};

/** A pool without processes: the test plays the workers. */
const setUp = () => {
  const births: (Birth & { id: number })[] = [];
  const sent: { id: number; message: ToWorker }[] = [];
  const killed: number[] = [];
  const hung: Hung[] = [];
  const asked: number[] = [];
  const boxes: BlackBox[] = [];
  const pool: Pool = {
    fork: (wanted) => {
      for (const birth of wanted) {
        const id = births.length + 1;
        births.push({ ...birth, id });
        supervisor.events.forked(id, 1_000 + id, birth);
      }
    },
    send: (id, message) => void sent.push({ id, message }),
    kill: (id) => void killed.push(id),
    picture: (id) => void asked.push(id),
  };
  const door = createDoor({
    refuser: { refuse: () => undefined, pending: () => 0 },
    refused: () => undefined,
    pressureChanged: () => undefined,
    askedBack: () => undefined,
    keyOf: null,
    now: () => 0,
  });
  const supervisor = createSupervisor({
    pool: () => pool,
    door,
    traffic: createTraffic(0),
    accessed: () => undefined,
    log: silentLog,
    hangWatch: { look: () => hung.splice(0) },
    blackBoxes: createBlackBoxes({
      store: { nextId: () => boxes.length + 1, write: (box) => void boxes.push(box) },
      oomWatch: { lately: () => null },
      rssBytesOf: () => null,
      nowMs: monotonicMs,
      wallClock: () => new Date(),
    }),
    instance: () => ({
      mode: "production",
      breaksAtStart: false,
      masterPid: 1,
      servicePort: 8050,
      adoptPort: null,
      healthPath: "/healthz",
      readyPath: "/readyz",
      trustProxy: [],
      sticky: "off",
      tls: { ticketKeys: "", files: null },
      controlPath: "/tmp/none",
      accessLog: null,
      userKey: 1,
      services: { databaseUrl: null, redisUrl: null, redisSentinels: [], redisSentinelName: null },
      servicesDown: [],
      responseCacheBytes: 0,
    }),
    drill: () => null,
    codeChanged: () => Promise.resolve(false),
    warn: () => undefined,
    poolFilled: () => undefined,
    changed: () => undefined,
    takesNoConnection: () => undefined,
  });
  const becomeReady = (id: number): void => {
    const slot = births.find((birth) => birth.id === id)?.slot ?? 1;
    supervisor.events.said(id, { type: "hello" }, null);
    supervisor.events.said(
      id,
      { type: "ready", effective: workerLimits(profile, slot), secure: false, http2: false },
      null,
    );
  };
  const end = (id: number, signal: string | null = null, code: number | null = signal === null ? 1 : null): void =>
    supervisor.events.ended(id, { code, signal });
  const sentTo = (id: number): readonly string[] =>
    sent.filter((item) => item.id === id).map(({ message }) => message.type);
  const hang = (id: number): void => {
    hung.push({ workerId: id, because: "because.hung-loop", usedMs: 15_000 });
    supervisor.tick();
  };
  return { supervisor, births, sent, sentTo, killed, becomeReady, end, hang, asked, boxes };
};

describe("the supervisor", () => {
  it("forks every slot, tells each worker its own share, and is up when all are ready", async () => {
    const { supervisor, births, sent, becomeReady } = setUp();
    supervisor.raise(generation(1));
    const up = supervisor.whenUp(1);
    assert.deepEqual(
      births.map(({ slot }) => slot),
      [1, 2, 3],
    );
    for (const { id } of births) becomeReady(id);
    assert.deepEqual(await up, { verdict: "up" });
    const slots = sent.flatMap(({ message }) => (message.type === "assign" ? [message.assignment.slot] : []));
    assert.deepEqual(slots, [1, 2, 3]);
  });

  it("replaces a dead worker in its slot, at once after a first death", () => {
    const { supervisor, births, becomeReady, end } = setUp();
    supervisor.raise(generation(1));
    for (const { id } of [...births]) becomeReady(id);
    end(2, "SIGSEGV");
    assert.deepEqual(
      births.slice(3).map(({ slot, generation: of }) => [slot, of]),
      [[2, 1]],
    );
    assert.equal(supervisor.historyOf(1, 2).restarts, 1);
  });

  it("brings up a new worker beside one that hangs, kills that one once the new one is ready, and counts one restart", () => {
    const { supervisor, births, killed, becomeReady, end, hang, asked, boxes } = setUp();
    supervisor.raise(generation(1));
    for (const { id } of [...births]) becomeReady(id);
    hang(2);
    assert.deepEqual(asked, [2], "what it is in");
    assert.deepEqual(
      births.slice(3).map(({ slot, generation: of }) => [slot, of]),
      [[2, 1]],
    );
    assert.deepEqual(killed, [], "not before the new one is ready");
    becomeReady(4);
    assert.deepEqual(killed, [], "not before its black box is there, or has had its second");
    supervisor.events.pictured(2, picture);
    assert.deepEqual(killed, [2]);
    end(2, "SIGKILL");
    assert.equal(births.length, 4);
    const { cause, stack, followed } = boxes[0] ?? {};
    assert.deepEqual([boxes.length, cause, stack, followed?.pid], [1, "hung-loop", picture.stack, 1_004]);
    assert.equal(supervisor.historyOf(1, 2).restarts, 1);
    const { hangs, crashes } = supervisor.seen(1) ?? {};
    assert.deepEqual([hangs, crashes], [1, 0], "a gate sees one hang");
  });

  it("gives up on a generation whose app throws in every worker, with the app's own words", async () => {
    const { supervisor, births, end } = setUp();
    supervisor.raise(generation(1));
    const up = supervisor.whenUp(1);
    for (const { id } of [...births].slice(0, 3)) {
      supervisor.events.said(id, { type: "failed", failure: threw }, null);
      end(id);
    }
    assert.deepEqual(await up, { verdict: "failed", failure: threw });
    await supervisor.stop(0);
  });

  it("has exactly one leader among the serving, and a new one when it dies", () => {
    const { supervisor, births, sentTo, becomeReady, end } = setUp();
    supervisor.raise(generation(1));
    for (const { id } of [...births]) becomeReady(id);
    supervisor.point(1);
    assert.equal(supervisor.leader(), 1);
    end(1, "SIGKILL");
    assert.equal(supervisor.leader(), 2);
    assert.deepEqual(
      sentTo(2).filter((type) => type === "leader"),
      ["leader"],
    );
  });

  it("makes another the leader only when the last one has heard that it is over, or has ended", () => {
    const { supervisor, births, sent, becomeReady, end } = setUp();
    const told = (): readonly (readonly [number, boolean])[] =>
      sent.flatMap(({ id, message }) => (message.type === "leader" ? [[id, message.leader] as const] : []));
    for (const id of [1, 2, 3]) supervisor.raise(generation(id));
    for (const { id } of [...births]) becomeReady(id);
    supervisor.point(1);
    supervisor.point(2);
    supervisor.retire(1);
    assert.deepEqual(told(), [
      [1, true],
      [1, false],
    ]);
    supervisor.events.said(1, { type: "resigned" }, null);
    assert.deepEqual([told().slice(2), supervisor.leader()], [[[4, true]], 4]);
    supervisor.point(3);
    assert.equal(supervisor.leader(), 4, "it has not heard yet");
    end(4, "SIGKILL");
    assert.deepEqual(told().slice(3), [
      [4, false],
      [7, true],
    ]);
  });

  it("drains a retired generation and forgets it when the last worker has gone", async () => {
    const { supervisor, births, sentTo, becomeReady, end } = setUp();
    supervisor.raise(generation(1));
    for (const { id } of [...births]) becomeReady(id);
    supervisor.retire(1);
    assert.ok(births.every(({ id }) => sentTo(id).includes("drain")));
    const gone = supervisor.whenGone(1, 60_000);
    for (const { id } of [...births]) end(id, null, 0);
    assert.equal(await gone, true);
    assert.deepEqual(supervisor.generations(), []);
    assert.equal(births.length, 3, "nothing was forked for it again");
  });

  it("kills an abandoned generation and leaves the other alone", () => {
    const { supervisor, births, killed, becomeReady } = setUp();
    supervisor.raise(generation(1));
    for (const { id } of [...births]) becomeReady(id);
    supervisor.raise(generation(2));
    supervisor.abandon(2);
    assert.deepEqual(
      killed,
      births.filter(({ generation: of }) => of === 2).map(({ id }) => id),
    );
  });

  it("kills what has not drained when the time to stop is over", async () => {
    const { supervisor, births, killed, becomeReady, end } = setUp();
    supervisor.raise(generation(1));
    for (const { id } of [...births]) becomeReady(id);
    const stopped = supervisor.stop(1);
    const timer = setInterval(() => {
      if (killed.length === 3) for (const id of killed.splice(0)) end(id, "SIGKILL");
    }, 1);
    await stopped;
    clearInterval(timer);
    assert.deepEqual(supervisor.records(), []);
  });
});
