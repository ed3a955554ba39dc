import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readJsonText } from "../../lib/json-text.ts";

const place = (text: string) => {
  const read = readJsonText(text);
  return read.ok ? "ok" : `${read.line}:${read.column} ${read.found}`;
};

test("it reads what JSON.stringify writes, and nothing that JSON.parse refuses", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const read = readJsonText(text);
      assert.ok(read.ok);
      assert.equal(JSON.stringify(read.value), JSON.stringify(JSON.parse(text)));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\1e-.tru \n\t') }), (text) => {
      if (!readJsonText(text).ok) return;
      assert.doesNotThrow(() => JSON.parse(text));
    }),
    { numRuns: 2000 },
  );
});

test("it names line and column of the first mistake", () => {
  assert.equal(place('{\n  "a": 1,\n}'), "3:1 }");
  assert.equal(place('{ "a" 1 }'), "1:7 1");
  assert.equal(place('{ "a": tru }'), "1:8 t");
  assert.equal(place('{ "a": 01 }'), "1:9 1");
  assert.equal(place("[1, 2"), "1:6 ");
  assert.equal(place(""), "1:1 ");
  assert.equal(place("{} x"), "1:4 x");
  assert.equal(place('["\t"]'), '1:2 "');
});

test("it refuses a doubled key, and nesting without end", () => {
  assert.equal(place('{"a":1,"a":2}'), "1:8 a");
  assert.equal(place("[".repeat(100_000)), "1:101 [");
});

test("a byte-order mark, as Windows editors write it, is no mistake", () => {
  assert.equal(place('\uFEFF{"a":1}'), "ok");
});
