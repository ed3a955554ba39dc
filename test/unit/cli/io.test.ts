import assert from "node:assert/strict";
import { test } from "node:test";
import { createIo } from "../../../lib/cli/io.ts";

test("colours are for the stream that is a terminal, and for nobody who wants none", () => {
  const stream = (isTTY: boolean) => ({
    isTTY,
    columns: 80,
    writableLength: 0,
    write: () => true,
    getColorDepth: () => 8,
  });
  const found = (out: boolean, err: boolean, env: NodeJS.ProcessEnv = {}): readonly boolean[] => {
    const { colour, errColour } = createIo({ stdout: stream(out), stderr: stream(err), env });
    return [colour, errColour];
  };
  assert.deepEqual(found(true, true), [true, true]);
  assert.deepEqual(found(true, false), [true, false]);
  assert.deepEqual(found(false, true), [false, true]);
  assert.deepEqual(found(true, true, { NO_COLOR: "1" }), [false, false]);
  assert.deepEqual(found(true, true, { TERM: "dumb" }), [false, false]);
});
