import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { notOnThePage } from "../../../.ci/page-words.ts";
import { packageRoot } from "../../../lib/package-root.ts";

test("the page does without no sentence that it could be sent", async () => {
  const lib = join(packageRoot(), "lib");
  const ofCommands = /^(bin|cli|fleet|load|report|settings|verify|words)[\\/]/;
  const sources = readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !ofCommands.test(name))
    .map((name) => ({ name, text: readFileSync(join(lib, name), "utf8") }));
  for (const part of notOnThePage) {
    const catalogue: object = await import(pathToFileURL(join(lib, "words", "catalogue", `${part}.ts`)).href);
    const codes = Object.values(catalogue).flatMap((words: object) => Object.keys(words));
    assert.ok(codes.length > 0, part);
    const named = sources.flatMap(({ name, text }) =>
      codes.filter((code) => text.includes(`"${code}"`)).map((code) => `${name}: ${code} of ${part}`),
    );
    assert.deepEqual(named, []);
  }
});
