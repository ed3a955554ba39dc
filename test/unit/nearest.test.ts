import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../../lib/nearest.ts";

test("it names what a slip of the hand was meant to be", () => {
  assert.equal(nearest("--prot", ["--port", "--profiles"]), "--port");
  assert.equal(nearest("STATUS", ["stage", "status"]), "status");
});

test("it names nothing where nothing is near", () => {
  assert.equal(nearest("banana", ["stage", "status"]), null);
  assert.equal(nearest("", []), null);
});
