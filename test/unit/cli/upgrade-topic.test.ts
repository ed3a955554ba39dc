import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Command } from "commander";
import { commands } from "../../../lib/cli/commands.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { say } from "../../../lib/words/say.ts";

const langs = ["en", "zh"] as const;
const topic = (lang: "en" | "zh"): string => say(lang, { code: "help.upgrade", facts: {} });

/** Commands of the runbook as they stand there: the words behind `dashd`, up to what ends them. */
const commandsIn = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/dashd ((?:[a-z0-9./-]+ ?|--[a-z-]+ (?:\S+ ?)?)+)/g)].map(([, words = ""]) =>
    words.trim().split(/ +/),
  );

for (const lang of langs) {
  describe(`the runbook in ${lang}`, () => {
    for (const [name = "", ...words] of commandsIn(topic(lang))) {
      test(`dashd ${[name, ...words].join(" ")} is there, with these flags`, () => {
        const entry = commands.find((one) => one.name === name);
        assert.ok(entry !== undefined, `no command ${name}`);
        const command = new Command(name);
        entry.module.declare(command, lang);
        for (const flag of words.filter((word) => word.startsWith("--"))) {
          assert.ok(
            command.options.some(({ long }) => long === flag),
            `${name} has no ${flag}`,
          );
        }
      });
    }
  });
}

test("both languages name the same commands in the same order", () => {
  const [en, zh] = langs.map((lang) =>
    commandsIn(topic(lang)).map(([name, ...words]) => [name, words.filter((word) => word.startsWith("--"))]),
  );
  assert.deepEqual(en, zh);
  assert.ok((en ?? []).length >= 18);
});

test("its figures are those of the stages", async () => {
  const ladder = await loadLadder(builtInProfilesDir());
  const [one, two, three] = [1, 2, 3].map((stage) => stageOf(ladder, stage));
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  const share = ({ warn, critical }: { warn: number; critical: number }) =>
    `${Math.round(warn * 100)}/${Math.round(critical * 100)} %`;
  const { cpu, memory, diskIo, errors, postgresPool, redisMemory, redisHitRate, waiting, responseP95Ms } =
    two.indicators;
  for (const lang of langs) {
    const text = topic(lang).replaceAll(/\s+/g, " ");
    for (const rates of [cpu, memory, diskIo, errors, postgresPool, redisMemory, redisHitRate, waiting]) {
      assert.ok(text.includes(share(rates)), `${lang}: ${share(rates)}`);
    }
    assert.ok(text.includes(`p95 ${responseP95Ms.warn / 1_000}/${responseP95Ms.critical / 1_000} `), lang);
    for (const { users, okRate } of two.promise) {
      assert.match(text, new RegExp(`dashd load --users ${users} ${okRate * 100} %`));
    }
    for (const { users } of [one, two, three]) assert.ok(text.includes(`${users.min}-${users.max}`), lang);
    assert.match(text, new RegExp(`${one.workers} (workers|进程).{1,3}${one.connections} (connections|连接)`));
    assert.ok(text.includes(`${two.redis.maxMemoryMb} MB`) && text.includes(two.redis.policy));
  }
});
