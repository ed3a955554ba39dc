import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { DashdError, type Facts, type Message } from "../../../lib/errors.ts";
import { builtInProfilesDir, loadLadder, stageOf, type Ladder } from "../../../lib/profile/load.ts";
import { say, sayError } from "../../../lib/words/say.ts";

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const folderWith = (files: Readonly<Record<string, unknown>>): string => {
  const dir = mkdtempSync(join(tmpdir(), "dashd-ladder-"));
  folders.push(dir);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(dir, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return dir;
};

const load = (files: Readonly<Record<string, unknown>>): Promise<Ladder> => loadLadder(folderWith(files));

const faultsIn = async (dir: string): Promise<readonly Message[]> => {
  try {
    await loadLadder(dir);
  } catch (error) {
    assert.ok(error instanceof DashdError);
    assert.equal(error.code, "E_PROFILE");
    assert.equal(error.facts["count"], error.details.length);
    return error.details;
  }
  return [];
};

const faultsOf = async (files: Readonly<Record<string, unknown>>): Promise<readonly (readonly [string, Facts])[]> => {
  const dir = folderWith(files);
  return (await faultsIn(dir)).map(({ code, facts }) => [
    code,
    { ...facts, file: String(facts["file"]).replace(`${dir}/`, "") },
  ]);
};

/** `code file path`, the part of a fault that says what is wrong where. */
const places = async (files: Readonly<Record<string, unknown>>): Promise<readonly string[]> =>
  (await faultsOf(files)).map(([code, facts]) => [code, facts["file"], facts["path"]].filter(Boolean).join(" "));

const builtIn = async (stage: number): Promise<object> => stageOf(await loadLadder(builtInProfilesDir()), stage);
const small = { stage: 1, why: "A small stage.", extends: 1 };

test("a user's stage may extend a built-in one and override fields, objects field by field", async () => {
  const ladder = await load({
    "stage-4.json": {
      stage: 4,
      why: "Ours.",
      extends: 2,
      workers: 4,
      users: { max: 150 },
      promise: [{ users: 9, okRate: 1, responseP95Ms: 5, waitP95Ms: null }],
    },
  });
  const profile = stageOf(ladder, 4);
  assert.equal(profile.workers, 4);
  assert.deepEqual(profile.users, { min: 100, max: 150 });
  assert.equal(profile.promise.length, 1);
  assert.equal(profile.connections, 200);
  assert.deepEqual([...ladder.keys()], [4]);
});

test("a stage that extends its own number takes the built-in one", async () => {
  assert.equal(
    stageOf(await load({ "stage-2.json": { ...small, stage: 2, extends: 2, workers: 3 } }), 2).connections,
    200,
  );
});

test("the same folder goes before the built-in ladder", async () => {
  const ladder = await load({
    "stage-1.json": { ...small, workers: 2, connections: 7 },
    "stage-5.json": { ...small, stage: 5, extends: 1 },
  });
  assert.equal(stageOf(ladder, 5).connections, 7);
});

test("an extending stage states its own number and its own why", async () => {
  assert.deepEqual(await places({ "stage-2.json": { extends: 2 } }), [
    "fault.missing stage-2.json stage",
    "fault.missing stage-2.json why",
  ]);
});

test("an unknown stage is refused with those that exist", async () => {
  const ladder = await loadLadder(builtInProfilesDir());
  assert.throws(() => stageOf(ladder, 9), { code: "E_STAGE_UNKNOWN", facts: { stage: 9, known: ["1", "2", "3"] } });
});

test("all faults of all files come at once", async () => {
  assert.deepEqual(
    await places({
      "stage-1.json": { ...small, worker: 5, queue: { max: -1 }, users: { min: 60 }, redis: { policy: "lru" } },
      "stage-2.json": '{\n  "stage": 2,\n  "why": }\n',
      "stage-3.json": { ...small, stage: 4, extends: 3, why: "" },
      "stage-05.json": {},
    }),
    [
      "fault.file-name stage-05.json",
      "fault.json stage-2.json",
      "fault.value stage-1.json queue.max",
      "fault.value stage-1.json redis.policy",
      "fault.unknown-key stage-1.json worker",
      "fault.relation stage-1.json users.min",
      "fault.stage-number stage-3.json stage",
      "fault.value stage-3.json why",
    ],
  );
});

test("a fault of one field does not hide a rule across others", async () => {
  assert.deepEqual(
    await places({ "stage-1.json": { ...small, workers: 200, stopTimeoutSec: "soon", postgres: { connections: 0 } } }),
    ["fault.value stage-1.json stopTimeoutSec", "fault.relation stage-1.json workers"],
  );
});

test("each rule across fields is kept", async () => {
  const broken: readonly (readonly [object, string])[] = [
    [{ users: { min: 51 } }, "users.min"],
    [{ connections: 7 }, "workers"],
    [{ postgres: { connections: 101 } }, "postgres.connections"],
    [{ postgres: { connections: 7 } }, "postgres.connections"],
    [{ host: { min: { cores: 5 } } }, "host.min.cores"],
    [{ indicators: { cpu: { warn: 0.8 } } }, "indicators.cpu.warn"],
    [{ indicators: { responseP95Ms: { critical: 1 } } }, "indicators.responseP95Ms.warn"],
    [{ indicators: { redisHitRate: { warn: 0.6 } } }, "indicators.redisHitRate.warn"],
    [{ indicators: { busyWorkers: { criticalFree: 1 } } }, "indicators.busyWorkers.warnFree"],
    [{ promise: [promise(40), promise(40)] }, "promise[0].users"],
    [{ promise: [promise(51)] }, "promise[0].users"],
  ];
  for (const [override, path] of broken) {
    const found = await faultsOf({ "stage-1.json": { ...small, ...override } });
    assert.deepEqual(
      found.map(([, facts]) => facts["path"]),
      [path],
      JSON.stringify(override),
    );
  }
});

const promise = (users: number) => ({ users, okRate: 1, responseP95Ms: 1, waitP95Ms: null });

test("a time-out that no timer can hold is refused", async () => {
  assert.deepEqual(await places({ "stage-1.json": { ...small, idleTimeoutSec: 2_147_484 } }), [
    "fault.value stage-1.json idleTimeoutSec",
  ]);
});

test("a syntax error is told with its line and column, a doubled key too", async () => {
  const [[, facts] = ["", {}]] = await faultsOf({ "stage-1.json": '{\n  "stage": 1,\n  "stage": 1\n}' });
  assert.deepEqual(facts, { file: "stage-1.json", line: 3, column: 3, found: "stage" });
});

test("a circle of extends is a fault of each file in it, and of no other", async () => {
  const stage = (number: number, base: number) => ({ stage: number, why: "Round.", extends: base });
  assert.deepEqual(
    await places({ "stage-7.json": stage(7, 8), "stage-8.json": stage(8, 9), "stage-9.json": stage(9, 8) }),
    ["fault.extends-cycle stage-8.json extends", "fault.extends-cycle stage-9.json extends"],
  );
});

test("what a broken file would have given is not missed in the files that extend it", async () => {
  assert.deepEqual(
    await places({ "stage-7.json": "{", "stage-8.json": { stage: 8, why: "On 7.", extends: 7, workers: 0 } }),
    ["fault.json stage-7.json", "fault.value stage-8.json workers"],
  );
});

test("a folder without a stage, and one that is not there, are faults", async () => {
  assert.deepEqual(
    (await places({ "readme.txt": "" })).map((place) => place.split(" ")[0]),
    ["fault.ladder-empty"],
  );
  const [fault] = await faultsIn(join(tmpdir(), "dashd-no-such-folder"));
  assert.deepEqual([fault?.code, fault?.facts["found"]], ["fault.unreadable", "ENOENT"]);
});

test("every fault is said in both languages with file, path, what was found and what is allowed", async () => {
  const dir = folderWith({ "stage-1.json": { ...small, queue: { max: "many" } } });
  const [fault] = await faultsIn(dir);
  assert.ok(fault !== undefined);
  const file = join(dir, "stage-1.json");
  assert.equal(say("en", fault), `${file}: queue.max is "many"; expected a whole number from 0 to 1000000`);
  assert.equal(say("zh", fault), `${file}：queue.max 为 "many"；应为整数（0 至 1000000）`);
  const error = new DashdError("E_PROFILE", { directory: dir, count: 1 }, { details: [fault] });
  assert.match(sayError("en", error).sentence, /have 1 fault; nothing was started:\n {2}- .*queue\.max/);
});

test("no text in place of a profile does anything but load or be refused", async () => {
  const profileLike = fc.record(
    {
      stage: fc.oneof(fc.constant(1), fc.jsonValue()),
      extends: fc.oneof(fc.constant(1), fc.jsonValue()),
      why: fc.oneof(fc.constant("Any."), fc.jsonValue()),
      workers: fc.jsonValue(),
      queue: fc.jsonValue(),
      promise: fc.jsonValue(),
      recycle: fc.jsonValue(),
      ["__proto__"]: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const dir = folderWith({});
  const text = fc.oneof(
    fc.string(),
    profileLike.map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      writeFileSync(join(dir, "stage-1.json"), content);
      for (const fault of await faultsIn(dir)) assert.ok(say("zh", fault).length > 0);
    }),
    { numRuns: 200 },
  );
});

test("the built-in ladder also loads when every stage is written out by hand elsewhere", async () => {
  assert.equal(stageOf(await load({ "stage-2.json": await builtIn(2) }), 2).workers, 16);
});
