import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Facts } from "../../../lib/errors.ts";
import { packageRoot } from "../../../lib/package-root.ts";
import { deathCauses } from "../../../lib/protocol/black-box.ts";
import { catalogue } from "../../../lib/words/catalogue/index.ts";
import { say } from "../../../lib/words/say.ts";

const codes = Object.keys(catalogue);
const lib = join(packageRoot(), "lib");

/** Every name that an entry might ask for. */
const names = new Set<string>();
/** Facts under every name, as numbers or as texts. */
const anyFacts = (fact: Facts[string]): Facts => Object.fromEntries([...names].map((name) => [name, fact]));

const factNames = (source: string): readonly string[] =>
  [...source.matchAll(/"([a-zA-Z0-9]+)"/g)].map(([, name]) => name ?? "");

for (const { en, zh } of Object.values(catalogue)) {
  for (const name of factNames(`${String(en)} ${String(zh)}`)) names.add(name);
}

/** Names and signs that are the same in both languages. */
const alike = /^(word\.none|in-force\.not-running|indicator\.(cpu|redis)|panel\.(line-(p\d+Ms|cpu)|chart-redis))$/;

test("every way in which a worker can end has its sentence and its few words", () => {
  const wanted = deathCauses.flatMap((cause) => [`died.${cause}`, `died-of.${cause}`]);
  assert.deepEqual(
    wanted.filter((code) => !codes.includes(code)),
    [],
  );
});

test("every code has a sentence in both languages, whatever its facts", () => {
  for (const code of codes) {
    for (const facts of [{}, anyFacts(null), anyFacts(7), anyFacts("text"), anyFacts(["a", "b"]), anyFacts(true)]) {
      for (const lang of ["en", "zh"] as const) {
        const said = say(lang, { code, facts });
        assert.ok(code === "word.none" || said.trim() !== "", `${code} ${lang}`);
        assert.doesNotMatch(said, /undefined|\[object|NaN/, `${code} ${lang}`);
      }
    }
  }
});

test("Chinese is Chinese, and English is not", () => {
  for (const code of codes.filter((one) => !alike.test(one))) {
    assert.match(say("zh", { code, facts: anyFacts(7) }), /\p{Script=Han}/u, code);
    assert.doesNotMatch(say("en", { code, facts: anyFacts(7) }), /\p{Script=Han}/u, code);
  }
});

test("Chinese sentences stand with Chinese punctuation", () => {
  const faulty = codes.filter((code) => {
    if (code.startsWith("banner.")) return false;
    // What is quoted is the banner's.
    const said = say("zh", { code, facts: anyFacts(7) }).replaceAll(/“[^”]*”/g, "");
    return /\p{Script=Han}[,;:!?](\s|$)|[,;:!?] ?\p{Script=Han}/u.test(said);
  });
  assert.deepEqual(faulty, []);
});

test("no code stands in two catalogues", async () => {
  const dir = join(lib, "words", "catalogue");
  const parts = readdirSync(dir).filter((name) => name !== "index.ts");
  const all = await Promise.all(
    parts.map(async (name) =>
      Object.values<object>(await import(pathToFileURL(join(dir, name)).href)).flatMap(Object.keys),
    ),
  );
  assert.deepEqual(all.flat().toSorted(), codes.toSorted());
});

const isFileName = /^(ts|js|css|json|jsonl|sock|log)$/;

test("every code that the program names is in the catalogue", () => {
  const families = new Set(codes.map((code) => code.split(".")[0] ?? ""));
  const missing = readdirSync(lib, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("words"))
    .flatMap((name) => {
      const named = readFileSync(join(lib, name), "utf8").matchAll(/"([a-z][a-z-]*)\.([a-zA-Z][a-zA-Z0-9-]*)"/g);
      return [...named]
        .filter(([, family = "", rest = ""]) => families.has(family) && !isFileName.test(rest))
        .filter(([, family, rest]) => !Object.hasOwn(catalogue, `${family}.${rest}`))
        .map(([, family, rest]) => `${name}: ${family}.${rest}`);
    });
  assert.deepEqual(missing, []);
});
