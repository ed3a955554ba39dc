import type { Message } from "../errors.ts";
import { readJournal } from "../home/journal.ts";
import { homePaths } from "../home/paths.ts";
import type { Lang } from "../lang.ts";
import { startingPoint } from "../master/starting-point.ts";
import type { Finding, RedisFix } from "../preflight/finding.ts";
import { sumsOf } from "../preflight/sums.ts";
import { loadLadder } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import type { ServiceState, Snapshot } from "../protocol/snapshot.ts";
import type { FixOutcome } from "../services/redis/apply-fixes.ts";
import { addressText, redisTargetOf, type RedisTarget } from "../services/redis/target.ts";
import { settingFlags } from "../settings/flags.ts";
import { resolveSettings } from "../settings/resolve.ts";
import type { Settings } from "../settings/settings.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandContext, type CommandModule } from "./command.ts";
import { showFindings, wordedFindings } from "./findings.ts";
import { wholeNumber } from "./numbers.ts";
import { whileAt } from "./progress.ts";
import { lookAround, statusOf } from "./surroundings.ts";
import { exitCodes } from "./exit-codes.ts";

/** `dashd doctor`: the host, Redis and PostgreSQL against a stage, whether an instance runs or not. */
export const doctor: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.option("--stage <n>", words("cli.flag-doctor-stage"));
    command.option("--fix", words("cli.flag-fix"));
    for (const { name, flags, help } of settingFlags()) if (name === "profiles") command.option(flags, say(lang, help));
  },
  run: async ({ options }, context) => {
    const { io, env, cwd, lang, json, flags } = context;
    const { values } = resolveSettings({ flags: { ...flags, profiles: textOf(options["profiles"]) }, env, cwd });
    const typed = textOf(options["stage"]);
    const profile = await profileOf(values, typed === undefined ? null : wholeNumber("stage", typed));
    const target = redisTargetOf(values);
    const paths = homePaths(values.home);
    const running = await statusOf(paths);
    const look = async (): Promise<readonly Finding[]> =>
      whileAt(io, say(lang, { code: "cli.looking-around", facts: {} }), async () =>
        sumsOf(profile, null, await lookAround(values, paths.dir, running)),
      );
    const before = await look();
    const fixes = options["fix"] === true ? before.flatMap((finding) => finding.fixes) : [];
    const outcomes = target === null || fixes.length === 0 ? [] : await fixAll(target, fixes, context);
    const findings = outcomes.length === 0 ? before : await look();

    if (json) io.out(JSON.stringify(documentOf(profile.stage, findings, outcomes, lang), null, 2));
    else showFindings(profile.stage, findings, context);
    for (const unlooked of unlookedAt(running, values)) io.err(`⚠ ${say(lang, unlooked)}`);
    return findings.some(({ level }) => level === "refuse") ? exitCodes.refused : 0;
  },
};

/** What the instance has by its own environment and this shell does not name: a clean sheet would be no word about it. */
const unlookedAt = (running: Snapshot | null, values: Settings): readonly Message[] => {
  const { redis, postgres } = running?.services ?? {};
  const isUsed = (state: ServiceState | undefined): boolean => !["off", "embedded", undefined].includes(state);
  const names = [
    ...(isUsed(redis?.state) && redisTargetOf(values) === null ? [["Redis", "REDIS_URL"] as const] : []),
    ...(isUsed(postgres?.state) && values.databaseUrl === null ? [["PostgreSQL", "DATABASE_URL"] as const] : []),
  ];
  return names.map(([service, variable]) => ({ code: "doctor.unlooked-at", facts: { service, variable } }));
};

/** The stage that was named, else what a start here would serve. */
const profileOf = async (values: Settings, named: number | null): Promise<Profile> => {
  const ladder = await loadLadder(values.profiles);
  const entries = readJournal(homePaths(values.home).journal);
  return startingPoint(named, values.stage ?? 1, entries, ladder).profile;
};

const fixAll = async (
  target: RedisTarget,
  fixes: readonly RedisFix[],
  { io, lang }: CommandContext,
): Promise<readonly FixOutcome[]> => {
  for (const { name, value } of fixes)
    io.err(say(lang, { code: "doctor.fixing", facts: { name, value, address: addressText(target) } }));
  const { applyFixes } = await import("../services/redis/apply-fixes.ts");
  const outcomes = await whileAt(io, say(lang, { code: "cli.setting-redis", facts: {} }), () =>
    applyFixes(target, fixes),
  );
  for (const { fault } of outcomes) if (fault !== null) io.err(`⚠ ${say(lang, fault)}`);
  if (outcomes.some(({ fault }) => fault === null))
    io.err(say(lang, { code: "doctor.fixed-until-restart", facts: {} }));
  return outcomes;
};

const documentOf = (stage: number, findings: readonly Finding[], outcomes: readonly FixOutcome[], lang: Lang) => ({
  schemaVersion: 1,
  stage,
  findings: wordedFindings(findings, lang),
  fixed: outcomes.map(({ fix: { name, value }, fault }) => ({
    name,
    value,
    fault: fault === null ? null : say(lang, fault),
  })),
});
