import assert from "node:assert/strict";
import test from "node:test";
import { type FleetFound, type HostFound, hostSums } from "../../../lib/preflight/host-sums.ts";
import { strictly } from "../../../lib/preflight/finding.ts";
import { effectOf, planOf } from "../../../lib/preflight/plan.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { preflightWords } from "../../../lib/words/catalogue/preflight.ts";

const ladder = await loadLadder(builtInProfilesDir());
const stageTwo = stageOf(ladder, 2);
const gb = 1_073_741_824;
const mb = 1_048_576;

/** As stage 2 recommends it. */
const host: HostFound = {
  cores: 8,
  memoryBytes: 16 * gb,
  availableBytes: 10 * gb,
  disk: { bytes: 100 * gb, freeBytes: 50 * gb },
  isRotational: false,
  descriptors: 65_536,
  somaxconn: 4096,
};
const noFleet: FleetFound = { workers: 0, workerBytes: null };

const levels = (change: Partial<HostFound>, fleet = noFleet): Readonly<Record<string, string>> =>
  Object.fromEntries(
    hostSums(stageTwo, { ...host, ...change }, fleet)
      .filter(({ level }) => level !== "ok")
      .map(({ subject, level }) => [subject, level]),
  );

test("a host as the stage recommends it holds every sum", () => {
  assert.deepEqual(levels({}), {});
  assert.ok(
    hostSums(stageTwo, host, noFleet).every(({ subject, advice }) => advice === null || subject === "memoryMb"),
  );
});

test("cores, memory and disk below the stage's minimum are warnings; between it and the recommended a remark", () => {
  assert.deepEqual(levels({ cores: 2 }), { "host.cores": "warn" });
  assert.deepEqual(levels({ memoryBytes: 4 * gb }), { "host.memoryGb": "warn" });
  assert.deepEqual(levels({ memoryBytes: 7.6 * gb }), {}, "firmware keeps some of 8 GB");
  assert.deepEqual(levels({ disk: { bytes: 20 * gb, freeBytes: 10 * gb } }), { "host.diskGb": "warn" });
  assert.deepEqual(levels({ disk: { bytes: 200 * gb, freeBytes: 0.2 * gb } }), { "host.diskGb": "warn" });
  const cores = hostSums(stageTwo, { ...host, cores: 6 }, noFleet).find(({ subject }) => subject === "host.cores");
  assert.deepEqual([cores?.level, cores?.advice?.code], ["ok", "preflight.below-recommended"]);
});

test("memory: measured where workers run; two generations, or one and a worker, or a refusal", () => {
  assert.deepEqual(levels({ availableBytes: 16 * 60 * mb }), {});
  assert.deepEqual(levels({ availableBytes: 16 * 60 * mb - 1 }), { memoryMb: "refuse" }, "nothing runs yet");
  const fleet = { workers: 16, workerBytes: 100 * mb };
  assert.deepEqual(levels({ availableBytes: 1_600 * mb }, fleet), {});
  assert.deepEqual(levels({ availableBytes: 1_599 * mb }, fleet), { memoryMb: "warn" });
  assert.deepEqual(levels({ availableBytes: 100 * mb }, fleet), { memoryMb: "warn" }, "one worker more fits");
  assert.deepEqual(levels({ availableBytes: 99 * mb }, fleet), { memoryMb: "refuse" });
  assert.deepEqual(levels({ availableBytes: 800 * mb }, { workers: 8, workerBytes: 100 * mb }), { memoryMb: "refuse" });
});

test("descriptors are for every held client, the workers of two generations, and those being refused", () => {
  assert.deepEqual(levels({ descriptors: 1704 }), {});
  assert.deepEqual(levels({ descriptors: 1703 }), { descriptors: "refuse" });
  assert.deepEqual(levels({ descriptors: null }), { descriptors: "unknown" });
  assert.deepEqual(levels({ somaxconn: 128 }), { somaxconn: "warn" });
});

test("six connections for each browser: the shipped stages take them all", () => {
  for (const number of [1, 2, 3]) {
    const sums = hostSums(stageOf(ladder, number), host, noFleet);
    assert.equal(sums.find(({ subject }) => subject === "browserConnections")?.level, "ok", `stage ${number}`);
  }
  const narrow = hostSums({ ...stageTwo, backlog: 999 }, host, noFleet);
  assert.equal(narrow.find(({ subject }) => subject === "browserConnections")?.level, "warn");
});

test("strictly, a warning is a refusal and nothing else is", () => {
  const strict = strictly(hostSums(stageTwo, { ...host, cores: 1, descriptors: null }, noFleet));
  assert.deepEqual(
    strict.filter(({ level }) => level !== "ok").map(({ subject, level }) => [subject, level]),
    [
      ["host.cores", "refuse"],
      ["descriptors", "unknown"],
    ],
  );
});

test("each field of a profile says how it takes effect", () => {
  const found = { host, fleet: noFleet, redis: null, postgres: null };
  const { differences, from } = planOf({ revision: 7, profile: stageOf(ladder, 1) }, stageTwo, found);
  assert.deepEqual(from, { stage: 1, revision: 7 });
  const effects = new Map(differences.map(({ field, effect }) => [field, effect]));
  assert.equal(effects.get("workers"), "workers");
  assert.equal(effects.get("connections"), "door");
  assert.equal(effects.get("redis.maxMemoryMb"), "server");
  assert.equal(effects.get("users.max"), "judged");
  assert.equal(effectOf("promise[0].users"), "judged");
  assert.deepEqual(planOf({ revision: 1, profile: stageTwo }, stageTwo, found).differences, []);
});

test("every advice has words", () => {
  const bad = { ...host, cores: 1, memoryBytes: gb, isRotational: true, descriptors: 1, somaxconn: 1 };
  const disk = { bytes: gb, freeBytes: 1 };
  const codes = [
    ...hostSums({ ...stageTwo, backlog: 1 }, { ...bad, disk, availableBytes: 1 }, noFleet),
    ...hostSums(stageTwo, { ...host, availableBytes: 200 * mb }, { workers: 16, workerBytes: 100 * mb }),
    ...hostSums(stageTwo, { ...host, cores: 5 }, noFleet),
  ].flatMap(({ advice }) => (advice === null ? [] : [advice.code]));
  assert.ok(new Set(codes).size >= 8);
  assert.deepEqual(
    codes.filter((code) => !Object.hasOwn(preflightWords, code)),
    [],
  );
});
