import { relative } from "node:path";
import { createControlClient } from "../control/client.ts";
import type { HomePaths } from "../home/paths.ts";
import type { Scenario } from "../load/plan.ts";
import { usualSeconds, usualThink } from "../load/usual.ts";
import { redisTargetOf } from "../services/redis/target.ts";
import { resolveSettings } from "../settings/resolve.ts";
import { DashdError } from "../errors.ts";
import { readScene } from "../verify/scene.ts";
import type { VerifyRun } from "../verify/verify.ts";
import { say } from "../words/say.ts";
import { askFirst, hasUsers } from "./ask-first.ts";
import { type CommandContext, type CommandModule, type Given, textOf } from "./command.ts";
import { homeOf } from "./home-of.ts";
import { progressFacts } from "./load-page.ts";
import { wholeNumber } from "./numbers.ts";
import { lookAtRedis } from "./surroundings.ts";
import { exitCodes } from "./exit-codes.ts";

/** `dashd verify`: is the stage in force, and does it keep its promise? Measured on the running instance of this home. */
export const verify: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.option("--seconds <s>", words("cli.flag-verify-seconds"));
    command.option("--scenario <file>", words("cli.flag-load-scenario"));
    command.option("--no-load", words("cli.flag-verify-no-load"));
    command.option("--yes", words("cli.flag-yes"));
    command.option("--report <file>", words("cli.flag-verify-report"));
    command.option("--check <file>", words("cli.flag-verify-check"));
  },
  run: async (given, context) => {
    const checked = textOf(given.options["check"]);
    if (checked !== undefined) return (await import("./verify-check.ts")).check(checked, context);
    const paths = homeOf(context);
    const report = textOf(given.options["report"]);
    if (report !== undefined) {
      const { checkReportFile } = await import("../report/write-upgrade-report.ts");
      await checkReportFile(report);
    }
    const run = await prove(given, paths, context);
    if (run === null) {
      if (!context.interrupted.aborted) return notAgreed;
      context.io.err(say(context.lang, { code: "verify.interrupted", facts: {} }));
      return exitCodes.interrupted;
    }
    await keep(run, paths, context);
    const { showVerify } = await import("./verify-page.ts");
    if (context.json) context.io.out(JSON.stringify(run.proof, null, 2));
    else showVerify(run, context);
    if (report !== undefined) await (await import("./verify-report.ts")).writeReport(report, run, paths, context);
    return outcomes[run.proof.outcome];
  },
};

/** null: whoever was asked said no, or ended it. */
const prove = async (given: Given, paths: HomePaths, context: CommandContext): Promise<VerifyRun | null> => {
  const { io, lang, env, cwd, self, flags, interrupted } = context;
  const { options } = given;
  const seconds = secondsOf(options);
  const withLoads = options["load"] !== false;
  const scenario = await scenarioOf(options);
  const client = createControlClient({ paths });
  const scene = await readScene(client, paths);
  const { snapshot, entry } = scene;
  if (hasUsers(snapshot)) {
    const users = withLoads ? entry.profile.promise.map(({ users: count }) => String(count)) : [];
    const { users: online, connections } = snapshot.load;
    const what = { code: "ask.verify", facts: { online, connections, users, seconds } };
    if (!(await askFirst({ command: "verify", what, yes: options["yes"] === true }, context))) return null;
  }
  const { stage, revision, url } = snapshot;
  io.err(say(lang, { code: "verify.begins", facts: { stage, revision, url } }));
  const { values } = resolveSettings({ flags, env, cwd });
  const { verify: run } = await import("../verify/verify.ts");
  try {
    return await run(
      scene,
      { paths, seconds, withLoads, scenario, program: self, env },
      {
        client,
        lookAtRedis: () => lookAtRedis(redisTargetOf(values)),
        shownAs: (path) => shortest(path, cwd),
        told: (message) => io.err(say(lang, message)),
        loading: (sofar) => io.progress(say(lang, { code: "load.progress", facts: progressFacts(sofar) })),
        interrupted,
      },
    );
  } catch (error) {
    if (!interrupted.aborted) throw error;
    return null;
  } finally {
    io.progress(null);
  }
};

/** What was measured while somebody changed the instance is a proof of nothing. */
const keep = async ({ proof, change }: VerifyRun, paths: HomePaths, { io, lang }: CommandContext): Promise<void> => {
  if (change !== null) return;
  try {
    await createControlClient({ paths }).keepProof(proof);
  } catch (error) {
    if (!(error instanceof DashdError)) throw error;
    io.err(`⚠ ${say(lang, { code: "verify.not-kept", facts: {} })} ${say(lang, error)}`);
  }
};

const secondsOf = (options: Given["options"]): number => {
  const seconds = wholeNumber("--seconds", textOf(options["seconds"]) ?? String(usualSeconds));
  if (seconds <= mostSeconds) return seconds;
  const facts = { found: `--seconds ${seconds}`, expected: "cli.expected-verify-seconds" };
  throw new DashdError("E_USAGE", facts, { hint: "dashd verify --help" });
};

const scenarioOf = async ({ scenario }: Given["options"]): Promise<Scenario | null> => {
  const file = textOf(scenario);
  if (file === undefined) return null;
  const { readScenario } = await import("../load/scenario.ts");
  return readScenario(file, usualThink);
};

const shortest = (path: string, cwd: string): string => {
  const fromHere = relative(cwd, path);
  return fromHere === "" || fromHere.startsWith("..") ? path : fromHere;
};

const mostSeconds = 3_600;
const outcomes = { held: 0, "not-held": exitCodes.notKept, inconclusive: exitCodes.inconclusive } as const;
const notAgreed = 64;
