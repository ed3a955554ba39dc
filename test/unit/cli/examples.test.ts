import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { commands } from "../../../lib/cli/commands.ts";
import { declaredCommands } from "../../../lib/cli/completion/declared.ts";
import { scripts } from "../../../lib/cli/completion/scripts.ts";
import { examples } from "../../../lib/cli/examples.ts";
import { glance } from "../../../lib/cli/glance.ts";
import { buildProgram } from "../../../lib/cli/program.ts";
import { exampleWords } from "../../../lib/words/catalogue/examples.ts";
import { run } from "./run.ts";

test("every command has an example, and every example a sentence", () => {
  assert.deepEqual(Object.keys(examples).toSorted(), commands.map(({ name }) => name).toSorted());
  const codes = Object.entries(examples).flatMap(([name, lines]) =>
    lines.map((_, index) => `example.${name}-${index + 1}`),
  );
  const told = Object.keys(exampleWords).filter((code) => code.startsWith("example."));
  assert.deepEqual(told.toSorted(), codes.toSorted());
});

for (const [name, lines] of Object.entries(examples)) {
  for (const line of lines) {
    test(`the example is a command line that ${name} takes: ${line}`, async () => {
      const argv = wordsOf(line);
      const seen = glance(argv);
      const typed = commands.find((entry) => entry.name === seen.command) ?? null;
      let ran = false;
      const program = buildProgram({
        ...{ commands, lang: "en", version: "1", typed, write: () => {} },
        action: () => {
          ran = true;
          return Promise.resolve();
        },
      });
      await program.parseAsync([...seen.own], { from: "user" });
      assert.ok(ran);
      assert.ok([name, "completion"].includes(seen.command ?? ""));
    });
  }
}

test("the page of a command ends with its examples, in both languages", async (t) => {
  for (const argv of [
    ["help", "stage"],
    ["stage", "--help"],
  ]) {
    assert.match((await run(t.name, argv)).stdout, /Examples:\n {2}dashd stage 3 --reason "sale on Friday"\n/);
    assert.match((await run(t.name, [...argv, "--lang", "zh"])).stdout, /示例：[^]*在线切换/);
  }
});

test("each completion script names every command and every flag that is declared, and bash can read it", () => {
  const declared = declaredCommands(commands, "en", "1");
  const longs = [...declared.flags, ...declared.commands.flatMap(({ flags }) => flags)].map(({ long }) => long);
  assert.ok(longs.length > 60);
  for (const [shell, script] of Object.entries(scripts)) {
    const text = script(declared);
    for (const { name } of declared.commands) assert.ok(text.includes(name), `${shell}: ${name}`);
    for (const long of longs)
      assert.ok(text.includes(shell === "fish" ? `-l ${long.slice(2)} ` : long), `${shell}: ${long}`);
  }
  const bash = spawnSync("bash", ["-n"], { input: scripts["bash"]?.(declared), encoding: "utf8" });
  assert.deepEqual([bash.status, bash.stderr], [0, ""]);
});

test("completion offers what there is: stages of the ladder; without a journal no revision, and no error", async (t) => {
  assert.equal((await run(t.name, ["completion", "bash", "--values", "stages"])).stdout, "1\n2\n3\n");
  const none = await run("/nonexistent", ["completion", "bash", "--values", "revisions"]);
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, "", ""]);
  const typo = await run(t.name, ["completion", "bsh"]);
  assert.equal(typo.code, 64);
  assert.match(typo.stderr, /bash, zsh, fish.*did you mean bash\?[^]*hint: dashd completion bash/);
});

/** What a shell makes of it, as far as examples go: dashd's own words up to what the shell does with its output. */
const wordsOf = (line: string): readonly string[] => {
  const own = /dashd ([^>|)]*)/.exec(line)?.[1] ?? "";
  return [...own.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
};
