import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { DashdError } from "../../../lib/errors.ts";
import { readScene } from "../../../lib/verify/scene.ts";
import { say } from "../../../lib/words/say.ts";
import { scratchDir } from "../../support/scratch.ts";
import { snapshot } from "../control/canned.ts";

test("an instance that is starting, changing or stopping is busy with that, and nobody is said to have asked for it", async (t) => {
  const journal = join(scratchDir(t), "journal");
  for (const state of ["starting", "changing", "draining"] as const) {
    const client = { status: async () => snapshot({ state }), settings: async () => [] };
    await assert.rejects(readScene(client, { journal }), (error: DashdError) => {
      assert.equal(error.exitCode, 7);
      assert.match(say("en", error), new RegExp(`^The instance has been ${state} since .*; expected to stay as it is`));
      assert.match(say("zh", error), /^实例自 .* 起(启动中|切换中|停止中)；/);
      return true;
    });
  }
});
