import { declaredLimits } from "../profile/limits.ts";
import { loadLadder, stageOf, type Ladder } from "../profile/load.ts";
import { settingFlags } from "../settings/flags.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandModule } from "./command.ts";
import { wholeNumber } from "./numbers.ts";
import { tableLines, type Column } from "./table.ts";

/** `dashd profiles [N]`: the ladder side by side, or one stage in full. */
export const profiles: CommandModule = {
  declare: (command, lang) => {
    command.argument("[stage]", say(lang, { code: "cli.arg-stage", facts: {} }));
    for (const { name, flags, help } of settingFlags()) if (name === "profiles") command.option(flags, say(lang, help));
  },
  run: async ({ args, options }, { io, env, cwd, lang, json, flags }) => {
    const { values } = resolveSettings({ flags: { ...flags, profiles: textOf(options["profiles"]) }, env, cwd });
    const ladder = await loadLadder(values.profiles);
    const typed = args[0];
    if (typed !== undefined) {
      const profile = stageOf(ladder, wholeNumber("stage", typed));
      io.out(JSON.stringify(json ? { schemaVersion: 1, profile } : profile, null, 2));
    } else if (json) {
      const document = { schemaVersion: 1, directory: values.profiles, profiles: [...ladder.values()] };
      io.out(JSON.stringify(document, null, 2));
    } else {
      const words = (code: string): string => say(lang, { code, facts: {} });
      for (const line of ladderTable(ladder, words)) io.out(line);
    }
    return 0;
  },
};

const ladderTable = (ladder: Ladder, words: (code: string) => string): readonly string[] => {
  const stages = [...ladder.values()];
  const columns: readonly Column[] = [
    { title: words("word.limit"), align: "left" },
    ...stages.map(({ stage }): Column => ({ title: `${words("word.stage")} ${stage}`, align: "right" })),
  ];
  const limits = stages.map((profile) => new Map(declaredLimits(profile).map(({ name, value }) => [name, value])));
  const names = [...new Set(limits.flatMap((rows) => [...rows.keys()]))];
  return tableLines(columns, [
    ["users", ...stages.map(({ users }) => `${users.min}–${users.max}`)],
    ["instances", ...stages.map(({ instances }) => String(instances))],
    ...names.map((name) => [name, ...limits.map((rows) => String(rows.get(name) ?? "–"))]),
  ]);
};
