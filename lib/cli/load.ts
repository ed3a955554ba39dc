import { readJournal } from "../home/journal.ts";
import { inForce } from "../home/revisions.ts";
import type { Message } from "../errors.ts";
import type { LoadResult } from "../load/load-result.ts";
import { type LoadOptions, runLoad } from "../load/run-load.ts";
import type { Scenario, ThinkTime } from "../load/plan.ts";
import type { LoadSummary } from "../load/summary.ts";
import { moreStrained, noStrain, type Strained, tuningSteps } from "../load/tuning.ts";
import { discoverWithinMs, usualRampSec, usualRequestTimeoutMs, usualSeconds, usualThink } from "../load/usual.ts";
import { judgeLoad, type Verdict } from "../load/verdict.ts";
import { type Ladder, loadLadder, type NextStage, nextStageIn, stageOf } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import { settingFlags } from "../settings/flags.ts";
import { resolveSettings } from "../settings/resolve.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { heldReport } from "../load/held.ts";
import { type ControlClient, createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { say } from "../words/say.ts";
import { type CommandContext, type CommandModule, type Given, textOf } from "./command.ts";
import { homeOf } from "./home-of.ts";
import { progressFacts, showLoad } from "./load-page.ts";
import { secondsTyped, wholeNumber } from "./numbers.ts";
import { whileAt } from "./progress.ts";
import { exitCodes } from "./exit-codes.ts";

/** `dashd load --users N`: users as browsers are, on the running instance or on `--url`, against the stage's promise. */
export const load: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.requiredOption("--users <n>", words("cli.flag-load-users"));
    command.option("--seconds <s>", words("cli.flag-load-seconds"));
    command.option("--ramp <s>", words("cli.flag-load-ramp"));
    command.option("--url <url>", words("cli.flag-load-url"));
    command.option("--scenario <file>", words("cli.flag-load-scenario"));
    command.option("--think <s>", words("cli.flag-load-think"));
    command.option("--timeout <s>", words("cli.flag-load-timeout"));
    command.option("--seed <n>", words("cli.flag-load-seed"));
    command.option("--stage <n>", words("cli.flag-load-stage"));
    command.option("--html <file>", words("cli.flag-load-html"));
    command.option("--insecure", words("cli.flag-load-insecure"));
    for (const { name, flags, help } of settingFlags()) if (name === "profiles") command.option(flags, say(lang, help));
  },
  run: async (given, context) => {
    const { io, lang, json, interrupted } = context;
    const typed = optionsOf(given);
    const html = textOf(given.options["html"]);
    if (html !== undefined) await refuseUnwritable(html);
    const think: ThinkTime = { ...usualThink, medianMs: thinkSecOf(given) * 1_000 };
    const target = await targetOf(given, context);
    const options = { ...typed, url: target.url.href };
    const opening = say(lang, { code: "cli.opening-page", facts: { url: options.url } });
    const scenario = await whileAt(io, opening, () => scenarioOf(given, target.url, think));
    io.err(say(lang, { code: "load.begins", facts: beginFacts(options, scenario) }));
    const watch = watchInstance(target.running);
    const told = (sofar: LoadSummary): void => {
      io.progress(say(lang, { code: "load.progress", facts: progressFacts(sofar) }));
    };
    const summary = await runLoad({ ...options, scenario }, { told, interrupted });
    io.progress(null);
    const strained = await watch.stop();
    const isWhole = !interrupted.aborted && summary.requests > 0;
    const verdict = isWhole && target.promise !== null ? judgeLoad(summary, target.promise) : null;
    if (verdict !== null) await target.tell(summary, verdict, context);
    const exitCode = interrupted.aborted ? exitCodes.interrupted : exitCodeOf(summary, verdict);
    const tuning = exitCode === exitCodes.notKept ? tuningSteps(strained, summary.wait.p95Ms, target.nextStage) : [];
    const result: LoadResult = {
      ...{ url: options.url, seed: options.seed, scenario, summary, verdict, tuning },
      interrupted: interrupted.aborted,
    };
    if (html !== undefined) await writeHtml(html, result, context);
    if (json)
      io.out(JSON.stringify({ schemaVersion: 1, ...result, tuning: tuning.map((one) => say(lang, one)) }, null, 2));
    else showLoad(result, context);
    return exitCode;
  },
};

interface Target {
  readonly url: URL;
  readonly running: (() => Promise<Snapshot>) | null;
  readonly promise: Profile["promise"] | null;
  readonly nextStage: NextStage;
  /** Tells the instance what it held; of another address, or by the promise of another stage, there is nothing to tell. */
  readonly tell: (summary: LoadSummary, verdict: Verdict, context: CommandContext) => Promise<void>;
}

const nobodyToTell = (): Promise<void> => Promise.resolve();

const tellHeld =
  (client: Pick<ControlClient, "held">, generation: number): Target["tell"] =>
  async (summary, verdict, { io, lang }) => {
    const report = heldReport({ ...summary, limited: summary.strain.limited }, verdict, generation);
    // A load is what was asked for: that nobody keeps it is no fault of it.
    const isKept = report !== null && (await client.held(report).catch(() => false));
    if (isKept) io.err(say(lang, { code: "load.told", facts: {} }));
  };

/** The running instance at the stage that is in force; `--url` is any other, judged by `--stage` if that is given. */
const targetOf = async ({ options }: Given, context: CommandContext): Promise<Target> => {
  const { env, cwd, flags } = context;
  const { values } = resolveSettings({ flags: { ...flags, profiles: textOf(options["profiles"]) }, env, cwd });
  const typed = textOf(options["stage"]);
  const ladder = await loadLadder(values.profiles);
  const named = typed === undefined ? null : stageOf(ladder, wholeNumber("stage", typed));
  const given = textOf(options["url"]);
  if (given !== undefined) {
    const isHttp = URL.canParse(given) && /^https?:$/.test(new URL(given).protocol);
    if (!isHttp) throw new DashdError("E_USAGE", { found: `--url ${given}`, expected: "cli.expected-url" });
    const nextStage = named === null ? "unknown" : nextStageIn(ladder, named.stage);
    return { url: new URL(given), running: null, promise: named?.promise ?? null, nextStage, tell: nobodyToTell };
  }
  const paths = homeOf(context);
  const client = createControlClient({ paths });
  const { url, stage, generation } = await client.status();
  const promise = named?.promise ?? inForce(readJournal(paths.journal))?.profile.promise ?? null;
  const tell = named === null ? tellHeld(client, generation) : nobodyToTell;
  const nextStage = nextStageIn(textOf(options["profiles"]) === undefined ? await ladderOf(client) : ladder, stage);
  return { url: new URL(url), running: () => client.status(), promise, nextStage, tell };
};

/** The one that the running instance was started with, whatever this command would take; empty where it cannot be read. */
const ladderOf = async (client: Pick<ControlClient, "settings">): Promise<Ladder> => {
  try {
    const profiles = (await client.settings()).find(({ name }) => name === "profiles")?.value;
    return await loadLadder(profiles ?? "");
  } catch (error) {
    if (error instanceof DashdError) return new Map();
    throw error;
  }
};

const optionsOf = ({ options }: Given): Omit<LoadOptions, "scenario" | "url"> => {
  const users = wholeNumber("--users", textOf(options["users"]) ?? "");
  const seconds = wholeNumber("--seconds", textOf(options["seconds"]) ?? String(usualSeconds));
  if (users > mostUsers || seconds > mostSeconds) {
    const found = users > mostUsers ? `--users ${users}` : `--seconds ${seconds}`;
    throw new DashdError("E_USAGE", { found, expected: "cli.expected-load-bounds" }, { hint: "dashd load --help" });
  }
  const ramp = textOf(options["ramp"]);
  const rampSec = ramp === undefined ? usualRampSec(seconds) : wholeNumber("--ramp", ramp, 0);
  if (rampSec >= seconds) {
    throw new DashdError("E_USAGE", { found: `--ramp ${rampSec}`, expected: "cli.expected-load-ramp" });
  }
  return {
    ...{ users, seconds, rampSec },
    requestTimeoutMs: timeoutMsOf(options),
    seed: wholeNumber("--seed", textOf(options["seed"]) ?? "1"),
    insecure: options["insecure"] === true,
  };
};

const timeoutMsOf = ({ timeout }: Given["options"]): number =>
  textOf(timeout) === undefined ? usualRequestTimeoutMs : timeoutSecTyped(textOf(timeout) ?? "") * 1_000;

/** 0 would wait for ever. */
const timeoutSecTyped = (typed: string): number => {
  const seconds = secondsTyped("--timeout", typed);
  if (seconds > 0 && seconds <= mostSeconds) return seconds;
  throw new DashdError("E_USAGE", { found: `--timeout ${typed}`, expected: "cli.expected-load-timeout" });
};

const thinkSecOf = ({ options }: Given): number =>
  secondsTyped("--think", textOf(options["think"]) ?? String(usualThink.medianMs / 1_000));

const scenarioOf = async ({ options }: Given, url: URL, think: ThinkTime): Promise<Scenario> => {
  const file = textOf(options["scenario"]);
  if (file !== undefined) {
    const { readScenario } = await import("../load/scenario.ts");
    return readScenario(file, think);
  }
  const { discoverScenario } = await import("../load/discover.ts");
  return discoverScenario({ url, think, insecure: options["insecure"] === true, deadlineMs: discoverWithinMs });
};

/** Looks at the instance now and then: what a tuning step says is the most that was seen. */
const watchInstance = (look: (() => Promise<Snapshot>) | null): { stop(): Promise<Strained> } => {
  let strained = noStrain;
  const once = async (): Promise<void> => {
    const snapshot = await look?.().catch(() => null);
    if (snapshot !== null && snapshot !== undefined) strained = moreStrained(strained, snapshot);
  };
  const timer = setInterval(() => void once(), lookEveryMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await once();
      return strained;
    },
  };
};

/**
 * Without a promise, at least somebody must have been answered. Where the generator was the limit, or nothing was asked
 * after the ramp, nothing is known.
 */
const exitCodeOf = ({ requests, ok, strain }: LoadSummary, verdict: Verdict | null): number => {
  const kept = verdict === null ? ok > 0 : verdict.kept;
  if (kept) return 0;
  return strain.limited || requests === 0 ? exitCodes.inconclusive : exitCodes.notKept;
};

/** Before the load, not after it. */
const refuseUnwritable = async (file: string): Promise<void> => {
  const { checkWritable } = await import("../report/write-document.ts");
  await checkWritable({ flag: "--html", file });
};

const writeHtml = async (file: string, result: LoadResult, { io, lang }: CommandContext): Promise<void> => {
  const [{ loadReport }, { writeDocument }] = await Promise.all([
    import("../report/load-report.ts"),
    import("../report/write-document.ts"),
  ]);
  await writeDocument({ flag: "--html", file }, loadReport(result, lang, new Date()));
  io.err(say(lang, { code: "load.written", facts: { file } }));
};

const beginFacts = (options: Omit<LoadOptions, "scenario">, { visits, from }: Scenario): Message["facts"] => ({
  ...{
    users: options.users,
    seconds: options.seconds,
    ramp: options.rampSec,
    url: options.url,
    seed: options.seed,
    from,
  },
  visits: visits.length,
  parts: visits.reduce((sum, { parts }) => sum + parts.length, 0),
});

const mostUsers = 5_000;
const mostSeconds = 3_600;
const lookEveryMs = 2_000;
