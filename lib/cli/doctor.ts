import type { Message } from "../errors.ts";
import { readJournal } from "../home/journal.ts";
import { homePaths } from "../home/paths.ts";
import type { Lang } from "../lang.ts";
import { startingPoint } from "../master/starting-point.ts";
import { loadLadder } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import type { FixOutcome } from "../services/doctor/apply-fixes.ts";
import { examine, type Finding, type PostgresFound, type RedisFix } from "../services/doctor/examine.ts";
import type { RedisReading } from "../services/redis/judge-redis.ts";
import { addressText, redisTargetOf, type RedisTarget } from "../services/redis/target.ts";
import { settingFlags } from "../settings/flags.ts";
import { resolveSettings } from "../settings/resolve.ts";
import type { Settings } from "../settings/settings.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandContext, type CommandModule } from "./command.ts";
import type { Colour } from "./io.ts";
import { wholeNumber } from "./numbers.ts";
import { tableLines } from "./table.ts";

/** `dashd doctor`: Redis and PostgreSQL against a stage, whether an instance runs or not. */
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
    const look = async (): Promise<readonly Finding[]> => {
      const [redis, postgres] = await Promise.all([lookAtRedis(target), lookAtPostgres(values.databaseUrl)]);
      return examine({ profile, redis, postgres });
    };
    const before = await look();
    const fixes = options["fix"] === true ? before.flatMap((finding) => finding.fixes) : [];
    const outcomes = target === null || fixes.length === 0 ? [] : await fixAll(target, fixes, context);
    const findings = outcomes.length === 0 ? before : await look();

    if (json) io.out(JSON.stringify(documentOf(profile.stage, findings, outcomes, lang), null, 2));
    else show(profile.stage, findings, context);
    return findings.some(({ level }) => level === "refuse") ? refusedExitCode : 0;
  },
};

/** The stage that was named, else what a start here would serve. */
const profileOf = async (values: Settings, named: number | null): Promise<Profile> => {
  const ladder = await loadLadder(values.profiles);
  const entries = readJournal(homePaths(values.home).journal);
  return startingPoint(named, values.stage ?? 1, entries, ladder).profile;
};

const lookAtRedis = async (target: RedisTarget | null): Promise<RedisReading | null> => {
  if (target === null) return null;
  const { createRedisProbe } = await import("../services/redis/probe.ts");
  const probe = createRedisProbe(target, { deadlineMs });
  try {
    const reading = await probe.probe();
    // One deadline missed may be a busy host; there is time for a second look.
    return reading.state === "up" ? reading : await probe.probe();
  } finally {
    probe.close();
  }
};

const lookAtPostgres = async (url: string | null): Promise<PostgresFound | null> => {
  if (url === null) return null;
  const [{ readPostgres }, { serverFault }] = await Promise.all([
    import("../services/postgres/read-server.ts"),
    import("../services/postgres/faults.ts"),
  ]);
  try {
    return await readPostgres(url, deadlineMs);
  } catch (error) {
    const fault = serverFault(error) ?? (error instanceof Error ? error.message : String(error));
    return { fault: { code: "sick.down", facts: { service: "PostgreSQL", fault } } };
  }
};

const fixAll = async (
  target: RedisTarget,
  fixes: readonly RedisFix[],
  { io, lang }: CommandContext,
): Promise<readonly FixOutcome[]> => {
  for (const { name, value } of fixes)
    io.err(say(lang, { code: "doctor.fixing", facts: { name, value, address: addressText(target) } }));
  const { applyFixes } = await import("../services/doctor/apply-fixes.ts");
  const outcomes = await applyFixes(target, fixes);
  for (const { fault } of outcomes) if (fault !== null) io.err(`⚠ ${say(lang, fault)}`);
  if (outcomes.some(({ fault }) => fault === null))
    io.err(say(lang, { code: "doctor.fixed-until-restart", facts: {} }));
  return outcomes;
};

const show = (stage: number, findings: readonly Finding[], { io, lang }: CommandContext): void => {
  const words = (code: string): string => say(lang, { code, facts: {} });
  const columns = ["subject", "found", "needed", "level", "advice"].map((column) => ({
    title: words(`word.${column}`),
    align: "left" as const,
  }));
  const cells = findings.map(({ subject, found, needed, level, advice }) => [
    subject,
    String(found ?? "–"),
    String(needed ?? "–"),
    words(`doctor-level.${level}`),
    advice === null ? "" : say(lang, advice),
  ]);
  const [head = "", ...lines] = tableLines(columns, cells);
  io.out(head);
  for (const [index, line] of lines.entries()) {
    const colour = colours[findings[index]?.level ?? "ok"];
    io.out(colour === null ? line : io.paint(colour, line));
  }
  const count = (level: Finding["level"]): number => findings.filter((finding) => finding.level === level).length;
  const facts = { stage, warnings: count("warn"), refusals: count("refuse") };
  const isNothingNamed = count("off") === findings.length;
  io.out(say(lang, isNothingNamed ? { code: "doctor.nothing-named", facts: {} } : { code: "doctor.verdict", facts }));
};

const documentOf = (stage: number, findings: readonly Finding[], outcomes: readonly FixOutcome[], lang: Lang) => {
  const worded = (message: Message | null): string | null => (message === null ? null : say(lang, message));
  return {
    schemaVersion: 1,
    stage,
    findings: findings.map((finding) => ({ ...finding, advice: worded(finding.advice) })),
    fixed: outcomes.map(({ fix: { name, value }, fault }) => ({ name, value, fault: worded(fault) })),
  };
};

const colours: Readonly<Record<Finding["level"], Colour | null>> = {
  ok: null,
  warn: "yellow",
  refuse: "red",
  off: "dim",
};

/** Of each question to a server. */
const deadlineMs = 2_000;
/** CONTRACT section 3: a preflight refused. */
const refusedExitCode = 6;
