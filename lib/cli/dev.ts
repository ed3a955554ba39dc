import { DashdError } from "../errors.ts";
import { takeLock } from "../home/lock.ts";
import { openHome } from "../home/open-home.ts";
import type { Development } from "../master/options.ts";
import { developmentProfile } from "../profile/development.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../profile/load.ts";
import { settingFlags } from "../settings/flags.ts";
import { type ResolvedSettings, resolveSettings } from "../settings/resolve.ts";
import type { SettingName } from "../settings/settings.ts";
import { say } from "../words/say.ts";
import { shellWord } from "../shell-word.ts";
import { author } from "./author.ts";
import type { CommandContext, CommandModule, Given } from "./command.ts";
import { devHomeOf } from "./home-of.ts";
import { askedInspector, inspectorFlag, openInspector } from "./inspector.ts";
import { appToDevelop } from "./start-app.ts";
import { refuseInsideCluster } from "./start.ts";
import { textsOf } from "./start-flags.ts";

/** `dashd dev [app]`: one worker, nothing enforced, full errors, started anew when its code changes. Never production. */
export const dev: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.usage(words("cli.usage-start"));
    command.argument("[app]", words("cli.arg-app"));
    command.option("--inspect [address]", words("cli.flag-inspect"));
    command.option("--inspect-brk [address]", words("cli.flag-inspect-brk"));
    for (const { name, flags, help, note } of settingFlags()) {
      if (ofStages.has(name)) continue;
      const inDev = name === "host" ? { ...note, facts: { ...note.facts, fallback: loopback } } : note;
      command.option(flags, `${say(lang, help)} ${say(lang, inDev)}`);
    }
  },
  run: async (given, context) => {
    try {
      return await develop(given, context);
    } catch (error) {
      throw error instanceof DashdError ? hintingAtDev(error) : error;
    }
  },
};

const develop = async (given: Given, context: CommandContext): Promise<number> => {
  const { env, cwd, io } = context;
  refuseInsideCluster(env);
  const { typed, inspector: asked } = askedInspector(given);
  const settings = settingsOfDev(given, context);
  const { values } = settings;
  if (values.upstream !== null && typed === undefined) {
    throw new DashdError(
      "E_USAGE",
      { found: "DASHD_UPSTREAM", expected: "cli.expected-dev-app" },
      { hint: "dashd dev ./server.js" },
    );
  }
  const app = appToDevelop(typed, given.rest, cwd);
  const inspector = asked === null ? null : await openInspector(asked);
  const profile = developmentProfile(stageOf(await loadLadder(builtInProfilesDir()), 1));

  // First the home around it, so that git and other users are kept out of both.
  openHome(values.home);
  const paths = openHome(devHomeOf(values).dir, { logDir: devHomeOf(values).logDir });
  const lock = await takeLock(paths);
  const { runMaster } = await import("../master/main.ts");
  context.handOverSignals();
  if (context.interrupted.aborted) {
    await lock.release();
    throw new DashdError("E_STOPPED_WHILE_STARTING", { signal: String(context.interrupted.reason) });
  }
  const development: Development = {
    execArgv: ["--enable-source-maps", ...(inspector === null ? [] : [inspectorFlag(inspector)])],
    inspector,
    environment: colourEnvironment(io.colourDepth, env),
    terminal: { out: io.write, err: io.writeErr },
    production: ["dashd start", ...(typed === undefined ? [] : [shellWord(typed)]), "--stage 1"].join(" "),
  };
  return runMaster({
    settings,
    ladder: new Map([[profile.stage, profile]]),
    stage: profile.stage,
    app,
    strict: false,
    appAgain: () => app,
    paths,
    lock,
    startedBy: author(),
    io,
    lang: values.lang,
    development,
  });
};

/** CONTRACT section 4: without a word about it, a development run is for this machine only. */
const settingsOfDev = (given: Given, { flags, env, cwd }: CommandContext): ResolvedSettings => {
  const own = textsOf({ ...given, options: { ...given.options, inspect: undefined, inspectBrk: undefined } });
  const settings = resolveSettings({ flags: { ...own, ...flags }, env, cwd });
  return settings.sources.host === "default"
    ? { ...settings, values: { ...settings.values, host: loopback } }
    : settings;
};

/** Through a pipe the app sees no terminal: it is told what ours can show. */
export const colourEnvironment = (
  depth: number,
  env: Readonly<NodeJS.ProcessEnv>,
): Readonly<Record<string, string>> => {
  const level = colourLevels[depth];
  return level === undefined || env["FORCE_COLOR"] !== undefined ? {} : { FORCE_COLOR: level };
};

/** What `tty.WriteStream.getColorDepth()` gives, and what FORCE_COLOR calls it. */
const colourLevels: Readonly<Record<number, string>> = { 4: "1", 8: "2", 24: "3" };

const hintingAtDev = (error: DashdError): DashdError => {
  const { code, facts, hint, details } = error;
  if (hint === null || code === "E_DEVELOPMENT") return error;
  return new DashdError(code, facts, { hint: hint.replace(/^dashd start\b/, "dashd dev"), details, cause: error });
};

/** Declared for every command, or about stages. */
const ofStages: ReadonlySet<SettingName> = new Set([
  "home",
  "lang",
  "stage",
  "workers",
  "profiles",
  "upstream",
  "seal",
  "sealKeep",
]);
const loopback = "127.0.0.1";
