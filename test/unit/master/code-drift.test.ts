import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { identifyApp } from "../../../lib/master/app-identity.ts";
import { createCodeDrift } from "../../../lib/master/code-drift.ts";
import { scratchDir } from "../../support/scratch.ts";
import { until } from "../../support/until.ts";

test("code is outdated once a look has found another on disk, and no longer when that is served or taken back", async (t) => {
  const path = join(scratchDir(t), "server.js");
  const write = (code: string) => {
    writeFileSync(path, code);
    return identifyApp({ path, builtIn: false, args: [] });
  };
  const one = write("one");
  const drift = createCodeDrift();
  const looked = (isOutdated: boolean) =>
    until("the look", () => {
      drift.look(one);
      return drift.isOutdated(one) === isOutdated;
    });
  assert.equal(drift.isOutdated(one), false, "nobody has looked");
  const longer = write("another one");
  await looked(true);
  assert.equal(drift.isOutdated(longer), false, "it is the other that is outdated");
  write("one");
  await looked(false);
});
