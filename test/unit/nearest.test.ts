import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "../../lib/nearest.ts";

test("it names what a slip of the hand was meant to be", () => {
  assert.equal(nearest("--prot", ["--port", "--profiles"]), "--port");
  assert.equal(nearest("STATUS", ["stage", "status"]), "status");
  assert.equal(nearest("satge", ["stage", "start", "status"]), "stage");
});

test("it names what only one word begins with", () => {
  assert.equal(nearest("stat", ["start", "stage", "status"]), "status");
  assert.equal(nearest("exit", ["modes", "exit-codes"]), "exit-codes");
  assert.equal(nearest("sta", ["start", "stage", "status"]), null);
});

test("it names nothing where nothing is near", () => {
  assert.equal(nearest("banana", ["stage", "status"]), null);
  assert.equal(nearest("", []), null);
});
