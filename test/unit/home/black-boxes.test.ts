import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createBlackBoxStore, readBlackBoxes } from "../../../lib/home/black-boxes.ts";
import { homePaths } from "../../../lib/home/paths.ts";
import { scratchDir } from "../../support/scratch.ts";
import { box } from "./boxes.ts";

const noFault = (error: unknown): void => assert.fail(String(error));

const paths = (t: TestContext) => homePaths(scratchDir(t));

test("51 deaths leave the last 50 boxes, the newest first, and for the owner alone", async (t) => {
  const home = paths(t);
  const store = createBlackBoxStore(home, noFault);
  const boxes = Array.from({ length: 51 }, () => box(store.nextId()));
  boxes.forEach(store.write);
  await store.settled();
  assert.deepEqual(readBlackBoxes(home), boxes.slice(1).toReversed());
  assert.equal(statSync(home.blackBoxDir).mode & 0o777, 0o700);
  for (const name of readdirSync(home.blackBoxDir)) {
    assert.equal(statSync(join(home.blackBoxDir, name)).mode & 0o777, 0o600, name);
  }
});

test("the next master counts on from the last, and clears away what a killed one had half written", async (t) => {
  const home = paths(t);
  const first = createBlackBoxStore(home, noFault);
  first.write(box(first.nextId()));
  await first.settled();
  writeFileSync(join(home.blackBoxDir, ".000000002-slot-3.json.77.ab"), "{");
  const second = createBlackBoxStore(home, noFault);
  assert.equal(second.nextId(), 2);
  assert.equal(readdirSync(home.blackBoxDir).length, 1);
});

test("the same box again replaces the one before", async (t) => {
  const home = paths(t);
  const store = createBlackBoxStore(home, noFault);
  store.write(box(1, { followed: null }));
  store.write(box(1));
  await store.settled();
  assert.deepEqual(readBlackBoxes(home), [box(1)]);
});

test("a home without boxes has none, and a damaged one is left out", async (t) => {
  const home = paths(t);
  assert.deepEqual(readBlackBoxes(home), []);
  const store = createBlackBoxStore(home, noFault);
  store.write(box(1));
  await store.settled();
  const [name = ""] = readdirSync(home.blackBoxDir);
  const text = readFileSync(join(home.blackBoxDir, name), "utf8");
  writeFileSync(join(home.blackBoxDir, "000000002-slot-1.json"), text.slice(0, -20));
  writeFileSync(join(home.blackBoxDir, "000000003-slot-1.json"), JSON.stringify({ schemaVersion: 1 }));
  assert.deepEqual(readBlackBoxes(home), [box(1)]);
});

test("a folder that cannot be written is told of once, until it can again", async (t) => {
  const home = paths(t);
  // In the way of the folder: unlike a mode, this stops root too.
  writeFileSync(home.blackBoxDir, "");
  const faults: unknown[] = [];
  const store = createBlackBoxStore(home, (error) => faults.push(error));
  for (const id of [1, 2, 3]) store.write(box(id));
  await store.settled();
  assert.equal(faults.length, 1);
  const other = paths(t);
  mkdirSync(other.blackBoxDir);
  const well = createBlackBoxStore(other, noFault);
  well.write(box(1));
  await well.settled();
  assert.equal(readBlackBoxes(other).length, 1);
});
