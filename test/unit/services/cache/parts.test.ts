import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { judgeEntry, retryAfterMs } from "../../../../lib/services/cache/judge-entry.ts";
import { jsonValue, readJsonValue } from "../../../../lib/services/cache/json-value.ts";
import { createMemory, type Kept } from "../../../../lib/services/cache/memory.ts";
import { createTagMarks } from "../../../../lib/services/cache/tag-marks.ts";
import { checkTags, wishOf } from "../../../../lib/services/cache/wish.ts";

const times = { ttlMs: 1_000, staleMs: 5_000, keepMs: 100_000 };
const well = { isValid: true, sourceFails: false };

test("a value is fresh for its ttl, stale for a while, then a spare for when the source fails, then nothing", () => {
  const use = (ageMs: number): string => judgeEntry({ ...well, ageMs }, times);
  assert.deepEqual([0, 1_000, 1_001, 6_000, 6_001, 100_000, 100_001].map(use), [
    "fresh",
    "fresh",
    "stale",
    "stale",
    "spare",
    "spare",
    "none",
  ]);
});

test("an invalidated value is a spare however young, and what a failing source left is given without waiting", () => {
  assert.equal(judgeEntry({ ageMs: 0, isValid: false, sourceFails: false }, times), "spare");
  assert.equal(judgeEntry({ ageMs: 0, isValid: false, sourceFails: true }, times), "stale");
  assert.equal(judgeEntry({ ageMs: 50_000, isValid: true, sourceFails: true }, times), "stale");
  assert.equal(judgeEntry({ ageMs: 100_001, isValid: true, sourceFails: true }, times), "none");
});

test("a failing source is asked again after one second, then less and less often, ten seconds apart at most", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 50].map(retryAfterMs), [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test("a value comes back as JSON has it, the same from every layer, and nobody can change it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const first = jsonValue("key", value);
      const later = readJsonValue(first.body);
      assert.deepEqual(first.value, later?.value);
      assert.equal(JSON.stringify(first.value), JSON.stringify(value));
    }),
  );
  const given = { at: new Date(0), gone: undefined, odd: Number.NaN, list: [{ deep: 1 }] };
  const { value } = jsonValue("key", given);
  assert.deepEqual(value, { at: "1970-01-01T00:00:00.000Z", odd: null, list: [{ deep: 1 }] });
  const { list } = value as { list: { deep: number }[] };
  assert.throws(() => list.push({ deep: 2 }), TypeError);
  assert.throws(() => Object.assign(list[0] ?? {}, { deep: 2 }), TypeError);
  given.list.push({ deep: 2 });
  assert.equal(list.length, 1, "what the app does with its own is its own");
});

test("what JSON cannot write is refused by name, and what is no JSON is nothing", () => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  for (const bad of [undefined, () => 1, 1n, loop])
    assert.throws(() => jsonValue("prices", bad), { code: "E_CACHE_VALUE", message: /"prices"/ });
  assert.equal(readJsonValue(Buffer.from('{"half":')), null);
});

test("options that nobody can mean are refused with what is allowed", () => {
  const bad = [
    ["", { ttl: 1 }],
    ["a\0b", { ttl: 1 }],
    ["half of \ud83d", { ttl: 1 }],
    ["k".repeat(1_025), { ttl: 1 }],
    ["k", { ttl: -1 }],
    ["k", { ttl: Number.NaN }],
    ["k", { ttl: "60" as unknown as number }],
    ["k", { ttl: 1, stale: Infinity }],
    ["k", { ttl: 1, timeout: 0 }],
    ["k", { ttl: 1, tags: ["", "b"] }],
    ["k", { ttl: 1, tags: ["\udc00"] }],
    ["k", { ttl: 1, tags: "stores" as unknown as string[] }],
  ] as const;
  for (const [key, options] of bad)
    assert.throws(() => wishOf(key, options), { code: "E_CACHE_OPTIONS", message: /allowed: / });
  assert.deepEqual(wishOf("k", { ttl: 1.5, stale: 172_800, tags: ["b", "b"] }), {
    ...{ key: "k", ttlMs: 1_500, staleMs: 172_800_000, keepMs: 172_801_500, timeoutMs: 30_000, tags: ["b"] },
  });
  assert.deepEqual(checkTags(["a", "b"]), ["a", "b"]);
});

test("an invalidation counts for what was loaded before it, once, and what is forgotten counts for all", () => {
  const marks = createTagMarks(2);
  const before = marks.mark();
  assert.equal(marks.wereInvalidated(["stores"]), false);
  assert.deepEqual(marks.invalidate([["stores", "id1"]]), [["stores", "id1"]]);
  const after = marks.mark();
  assert.deepEqual(marks.invalidate([["stores", "id1"]]), [], "heard a second time");
  assert.equal(marks.isValid(["stores"], before), false);
  assert.equal(marks.isValid(["stock"], before), true);
  assert.equal(marks.isValid(["stock", "stores"], after), true);
  assert.equal(marks.isValid([], -1), true, "without a tag nothing is invalidated");
  marks.invalidate([["a", "1"]]);
  marks.invalidate([["b", "1"]]);
  assert.equal(marks.isValid(["stores"], before), false, "though the tag is forgotten");
  assert.equal(marks.isValid(["others"], before), false, "and so may others have been");
  marks.doubtAll();
  assert.equal(marks.isValid(["others"], marks.mark() - 1), false);
  assert.equal(marks.isValid(["others"], marks.mark()), true);
});

test("memory holds no more bytes than it may, and lets go of what was not asked for the longest", () => {
  const memory = createMemory(100_000);
  const kept = (bytes: number): Kept => ({
    ...{ value: bytes, bytes, loadedAtMs: 0, tags: [], mark: 0, failures: 0, retryAtMs: 0 },
  });
  for (let n = 0; n < 200; n++) {
    memory.set(`key ${n}`, kept(1_000));
    memory.get("key 0");
    assert.ok(memory.bytes() <= 100_000);
  }
  assert.notEqual(memory.get("key 0"), null);
  assert.equal(memory.get("key 1"), null);
  assert.ok(memory.entries() > 50, `${memory.entries()}`);
  memory.set("key 0", kept(60_000));
  assert.equal(memory.get("key 0"), null, "one value alone may not take the place of all others");
});
