import assert from "node:assert/strict";
import test from "node:test";
import { pictureOf } from "../recording/picture.ts";
import { record } from "../recording/record.ts";
import { terminalMissing } from "../support/terminal.ts";

test(
  "README's recording can be made anew: start, load, stage and rollback in real terminals, and how many were lost",
  { timeout: 240_000, skip: terminalMissing() },
  async (t) => {
    const { frames, loadSaid } = await record(t, { loadSeconds: 20, watchWindowSec: 2, readMs: 0, letterMs: 0 });
    const seen = frames.map(({ lines }) => lines.join("\n"));
    for (const words of [/Config: 8 workers/, /stage 2 is in force as revision 2/, /stage 1 is in force as revision 3/])
      assert.ok(
        seen.some((screen) => words.test(screen)),
        `${words} was seen`,
      );
    // None, for README's picture; here a busy host may close on an idle client in the moment of its next request.
    assert.match(loadSaid, /\b\d+ lost/);
    const { svg } = pictureOf(frames);
    assert.ok(svg.length < 500_000, `${svg.length} bytes`);
    for (const part of ["@keyframes play", "npx dashd load", "npx dashd rollback"]) assert.ok(svg.includes(part), part);
    assert.doesNotMatch(svg, /<script|href="http|\u001b/);
  },
);
