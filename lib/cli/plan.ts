import { readJournal } from "../home/journal.ts";
import { homePaths } from "../home/paths.ts";
import { inForce } from "../home/revisions.ts";
import type { Lang } from "../lang.ts";
import { strictly } from "../preflight/finding.ts";
import { type Plan, planOf } from "../preflight/plan.ts";
import { surgeMessage } from "../preflight/surge-message.ts";
import { loadLadder, stageOf } from "../profile/load.ts";
import { withWorkers } from "../profile/override.ts";
import { settingFlags } from "../settings/flags.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandContext, type CommandModule } from "./command.ts";
import { differenceTable } from "./difference-table.ts";
import { showFindings, wordedFindings } from "./findings.ts";
import { wholeNumber } from "./numbers.ts";
import { whileAt } from "./progress.ts";
import { lookAround, statusOf } from "./surroundings.ts";
import { exitCodes } from "./exit-codes.ts";

/** `dashd plan --stage N`: the difference and the sums of a change, before anything is changed. */
export const plan: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.requiredOption("--stage <n>", words("cli.flag-plan-stage"));
    command.option("--strict", words("cli.flag-strict"));
    for (const { name, flags, help } of settingFlags()) if (name === "profiles") command.option(flags, say(lang, help));
  },
  run: async ({ options }, context) => {
    const { env, cwd, flags, json, io, lang } = context;
    const { values } = resolveSettings({ flags: { ...flags, profiles: textOf(options["profiles"]) }, env, cwd });
    const stage = wholeNumber("stage", textOf(options["stage"]) ?? "");
    const wanted = withWorkers(stageOf(await loadLadder(values.profiles), stage), values.workers);
    const paths = homePaths(values.home);
    const running = await statusOf(paths);
    const found = await whileAt(io, say(lang, { code: "cli.looking-around", facts: {} }), () =>
      lookAround(values, paths.dir, running),
    );
    const made = planOf(inForce(readJournal(paths.journal)), wanted, found);
    const sums = options["strict"] === true ? strictly(made.sums) : made.sums;
    const document = { ...made, sums };
    if (json) io.out(JSON.stringify(documentOf(document, lang), null, 2));
    else show(document, context);
    if (sums.some(({ level }) => level === "refuse")) return exitCodes.refused;
    return made.differences.length > 0 ? exitCodes.differences : 0;
  },
};

const show = ({ from, stage, differences, surge, sums }: Plan, context: CommandContext): void => {
  const { io, lang } = context;
  const words = (code: string): string => say(lang, { code, facts: {} });
  const facts = { from: from?.stage ?? null, revision: from?.revision ?? null, stage, count: differences.length };
  io.out(say(lang, { code: from === null ? "plan.head-first" : "plan.head", facts }));
  for (const line of differenceTable(differences, words)) io.out(line);
  if (surge !== null) io.out(say(lang, surgeMessage(surge)));
  io.out("");
  showFindings(stage, sums, context);
};

const documentOf = ({ sums, ...rest }: Plan, lang: Lang): object => ({
  schemaVersion: 1,
  madeAt: new Date().toISOString(),
  ...rest,
  sums: wordedFindings(sums, lang),
});
