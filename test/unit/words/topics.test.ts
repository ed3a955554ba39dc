import assert from "node:assert/strict";
import { test } from "node:test";
import { helpTopics } from "../../../lib/cli/help-topics.ts";
import { widthOf } from "../../../lib/cli/width.ts";
import { say } from "../../../lib/words/say.ts";

for (const code of helpTopics.map((topic) => `help.${topic}`)) {
  for (const lang of ["en", "zh"] as const) {
    test(`${code} in ${lang} fits 80 columns and a screen or two`, () => {
      const lines = say(lang, { code, facts: {} }).split("\n");
      assert.deepEqual(
        lines.filter((line) => widthOf(line) > 80),
        [],
      );
      assert.ok(lines.length <= 60);
    });
  }
}
