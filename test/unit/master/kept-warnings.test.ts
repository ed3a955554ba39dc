import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../lib/errors.ts";
import { createKeptWarnings } from "../../../lib/master/kept-warnings.ts";

const warning = (n: number): Message => ({ code: "warning.app", facts: { n } });

const kept = () => {
  const logged: Message[] = [];
  return { ...createKeptWarnings({ warn: (message) => void logged.push(message) }), logged };
};

test("a warning is shown once and logged once, however often and by whomever it is said", () => {
  const { warn, shownFor, logged } = kept();
  for (let worker = 0; worker < 16; worker++) warn(warning(1), 1);
  warn(warning(2));
  assert.deepEqual(shownFor(1), [warning(1), warning(2)]);
  assert.deepEqual(logged, [warning(1), warning(2)]);
});

test("what an app was warned of goes with its generation, what the instance was warned of stays", () => {
  const { warn, shownFor, logged } = kept();
  warn(warning(1), 1);
  warn(warning(2));
  assert.deepEqual(shownFor(2), [warning(2)]);
  warn(warning(1), 2);
  assert.deepEqual(shownFor(2), [warning(1), warning(2)], "the new code does it too");
  assert.deepEqual(shownFor(1), [warning(1), warning(2)], "and a rollback has it back");
  assert.equal(logged.length, 2);
});

test("an app that warns without end fills nothing", () => {
  const { warn, shownFor, logged } = kept();
  for (let n = 0; n < 10_000; n++) warn(warning(n), 1);
  assert.deepEqual([shownFor(1).length, logged.length], [50, 50]);
});
