import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createHeldLoads, type KeptLoad } from "../../../lib/home/held-loads.ts";
import { temporaryDir } from "../control/canned.ts";

const load = (users: number): KeptLoad => ({
  ...{ at: "2026-11-26T10:00:00.000Z", app: "sha256:a", profile: "b", stage: 1, users },
  ...{ requestsPerSec: 12.5, kept: true },
});

const fileIn = (t: TestContext): { readonly heldLoads: string } => ({
  heldLoads: join(temporaryDir(t), "held.json"),
});

test("what loads have shown is known to the next run, the newest fifty of them, to the owner alone", async (t) => {
  const paths = fileIn(t);
  const loads = createHeldLoads(paths);
  assert.deepEqual(loads.all(), []);
  await Promise.all(Array.from({ length: 60 }, (_, index) => loads.add(load(index + 1))));
  const again = createHeldLoads(paths).all();
  assert.deepEqual(again, loads.all());
  assert.deepEqual([again.length, again[0]?.users, again.at(-1)?.users], [50, 11, 60]);
  assert.equal(statSync(paths.heldLoads).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(paths.heldLoads, "..")), ["held.json"]);
});

test("a damaged file, or a damaged load in it, is as if it were not there", async (t) => {
  const paths = fileIn(t);
  const odd = [{ ...load(1), users: "many" }, { ...load(2), at: "yesterday" }, null, 7, { ...load(4), kept: 1 }];
  for (const text of ["", "{", "[]", "null", '{"loads":7}', JSON.stringify({ loads: odd })]) {
    writeFileSync(paths.heldLoads, text);
    assert.deepEqual(createHeldLoads(paths).all(), [], text);
  }
  writeFileSync(paths.heldLoads, JSON.stringify({ loads: [...odd, load(3)] }));
  const loads = createHeldLoads(paths);
  assert.deepEqual(loads.all(), [load(3)]);
  await loads.add(load(5));
  assert.match(readFileSync(paths.heldLoads, "utf8"), /"users":5/);
});

test("a disk that refuses is told, and what was shown is remembered", async (t) => {
  const loads = createHeldLoads({ heldLoads: join(temporaryDir(t), "none", "held.json") });
  await assert.rejects(loads.add(load(1)), { code: "ENOENT" });
  assert.deepEqual(loads.all(), [load(1)]);
});
