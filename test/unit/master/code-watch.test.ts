import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { createCodeWatch } from "../../../lib/master/code-watch.ts";
import { scratchDir } from "../../support/scratch.ts";

const watched = (t: TestContext, manifest = true) => {
  const dir = scratchDir(t);
  const at = (name: string): string => join(dir, name);
  mkdirSync(at("lib"));
  if (manifest) writeFileSync(at("package.json"), "{}");
  writeFileSync(at("server.js"), "1");
  writeFileSync(at("lib/a.js"), "1");
  const watch = createCodeWatch(at("server.js"));
  watch.begin();
  return { at, watch };
};

describe("the watch over an app's code", () => {
  it("tells a change when the saves have come to rest", (t) => {
    const { at, watch } = watched(t);
    assert.deepEqual(watch.look(), []);
    writeFileSync(at("lib/a.js"), "22");
    assert.deepEqual(watch.look(), [], "perhaps not the last one");
    writeFileSync(at("server.js"), "22");
    assert.deepEqual(watch.look(), [], "it was not");
    assert.deepEqual(watch.look().toSorted(), [at("lib/a.js"), at("server.js")]);
    writeFileSync(at("new.js"), "1");
    watch.accept();
    assert.deepEqual(watch.look(), [], "what came after the last look");
    assert.deepEqual(watch.look(), [at("new.js")], "is not taken for known");
    watch.begin();
    assert.deepEqual(watch.look(), []);
  });

  it("sees files that come, go, and are renamed over", (t) => {
    const { at, watch } = watched(t);
    writeFileSync(at("new.mjs"), "1");
    writeFileSync(at("server.js.tmp"), "3");
    renameSync(at("server.js.tmp"), at("server.js"));
    rmSync(at("lib/a.js"));
    watch.look();
    assert.deepEqual(watch.look().toSorted(), [at("lib/a.js"), at("new.mjs"), at("server.js")]);
  });

  it("takes what is written again as it was, and what is no code, for no change", (t) => {
    const { at, watch } = watched(t);
    writeFileSync(at("lib/a.js"), "1");
    utimesSync(at("server.js"), 1, 1);
    writeFileSync(at("data.json"), "{}");
    watch.look();
    assert.deepEqual(watch.look(), []);
  });

  it("watches the entry's folder where no package.json is near", (t) => {
    const { at, watch } = watched(t, false);
    writeFileSync(at("lib/a.js"), "22");
    watch.look();
    assert.deepEqual(watch.look(), [at("lib/a.js")]);
  });
});
