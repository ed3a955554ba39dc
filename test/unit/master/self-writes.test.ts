import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSelfWrites } from "../../../lib/master/self-writes.ts";

describe("files that the app itself writes", () => {
  it("are known once they changed during each of several starts in a row", () => {
    const { judge } = createSelfWrites();
    for (const start of [1, 2, 3]) assert.deepEqual(judge(["a.js"], true), [], `start ${start}`);
    assert.deepEqual(judge(["a.js"], true), ["a.js"]);
    assert.deepEqual(judge(["a.js", "b.js"], true), ["a.js"], "what was saved beside it still counts");
  });

  it("are none after a start during which they did not change", () => {
    const { judge } = createSelfWrites();
    for (const _ of [1, 2, 3]) judge(["a.js"], true);
    judge(["b.js"], true);
    assert.deepEqual(judge(["a.js"], true), []);
  });

  it("count as saved when they change while the app runs", () => {
    const { judge } = createSelfWrites();
    for (const _ of [1, 2, 3, 4]) judge(["a.js"], true);
    assert.deepEqual(judge(["a.js"], false), []);
    assert.deepEqual(judge(["a.js"], true), ["a.js"], "and are still known");
  });
});
