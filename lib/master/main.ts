import { setTimeout as pause } from "node:timers/promises";
import { DashdError, type Facts } from "../errors.ts";
import { createInstances } from "../home/instances.ts";
import { type Journal, openJournal } from "../home/journal.ts";
import { endLeftovers } from "../home/leftovers.ts";
import { createLogs, type Logs, type LogTerminal } from "../home/logs.ts";
import { readRunRecord } from "../home/run-record.ts";
import { ensureReadToken, ensureToken } from "../home/token.ts";
import { identityOf } from "../host/process-identity.ts";
import type { Log } from "../log.ts";
import { type AppFailure, monotonicMs } from "../protocol/worker-messages.ts";
import { createRedactor, type Redactor, secretsOf } from "../settings/redact.ts";
import { say } from "../words/say.ts";
import { type Ending, openAdminSide } from "./admin-side.ts";
import { announcement } from "./announce.ts";
import { devAnnouncement } from "./announce-dev.ts";
import { compose, type Parts } from "./compose.ts";
import { cleanEnvironment, modeWarnings } from "./environment.ts";
import { interruptedChange, interruptedEntry } from "./interrupted.ts";
import { watchNpmParent } from "./npm-parent.ts";
import { openDatabase } from "./database.ts";
import { linkManager } from "./manager-link.ts";
import type { MasterOptions } from "./options.ts";
import { type ServiceManager, takeServiceManager } from "./service-manager.ts";
import { openServiceTls } from "./service-tls.ts";
import { startWarnings } from "./start-warnings.ts";
import { startingPoint } from "./starting-point.ts";
import { createStopper, type Stopper } from "./stopper.ts";

/** Runs an instance until it is stopped, and gives the exit code of the contract. Throws what kept it from serving. */
export const runMaster = async (options: MasterOptions): Promise<number> => {
  const { settings, development } = options;
  const noInspector = cleanEnvironment(process.env);
  Object.assign(process.env, settings.appEnvironment, development?.environment);
  const endings: Ending[] = [() => options.lock.release()];
  const finallyDo = (ending: Ending): void => void endings.unshift(ending);
  const stopper = createStopper();
  finallyDo(stopper.ignoreSignals);
  process.on("SIGHUP", nothingToReload);
  finallyDo(() => void process.off("SIGHUP", nothingToReload));
  try {
    const manager = takeServiceManager(process.env, process.pid);
    const redact = redactorOf(options);
    const log = openLogs(options, redact);
    finallyDo(() => log.close());
    const journal = development === null ? await openJournal(options.paths.journal) : emptyJournal;
    finallyDo(() => journal.close());
    const warnings = [...settings.warnings, ...modeWarnings(process.env, noInspector, development)];
    const given = { ...options, settings: { ...settings, warnings }, manager, redact, stopper };
    return await serve(given, journal, log, finallyDo);
  } finally {
    for (const ending of endings) await ending();
  }
};

/** A hang-up must not end a start; what comes up is what lies on the disk. */
const nothingToReload = (): void => undefined;

/** What has no revisions keeps none. */
const emptyJournal: Journal = {
  entries: () => [],
  torn: null,
  restored: null,
  append: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const serve = async (
  options: MasterOptions & {
    readonly manager: ServiceManager;
    readonly redact: Redactor;
    readonly stopper: Stopper;
  },
  journal: Journal,
  log: Logs,
  finallyDo: (ending: Ending) => void,
): Promise<number> => {
  const { settings, paths, manager, lang, stopper } = options;
  const start = startingPoint(options.stage, settings.values.stage ?? 1, journal.entries(), options.ladder);
  const interrupted = interruptedChange(journal.entries(), readRunRecord(paths));
  const tls = await openServiceTls({ ...settings.values, log, now: Date.now });
  for (const warning of tls.warnings()) log.warn(warning);
  const leftovers = await endLeftovers(paths);
  const database = await openDatabase(options, start.profile, log);
  finallyDo(database.close);
  if (stopper.isRequested()) {
    log.info({ code: "log.stopped", facts: { tookMs: 0 } });
    return 0;
  }
  const parts = await compose(options, start.profile, journal, database, tls, log);
  const { instance, supervisor } = parts;
  finallyDo(parts.closeListener);
  finallyDo(() => parts.fleet.remove());
  finallyDo(() => Promise.race([parts.boxesKept(), pause(boxesKeptWithinMs, undefined, { ref: false })]));
  finallyDo(parts.closeAccess);
  finallyDo(() => supervisor.stop(0));
  options.lock.setPort(parts.port);

  const found = { settings, paths, start, inForce: instance.inForce(), interrupted, database, journal, leftovers };
  for (const message of startWarnings({ ...found, isDevelopment: options.development !== null }))
    instance.warn(message);
  if (leftovers.ended.length > 0) {
    log.warn({ code: "log.leftovers-ended", facts: { pids: leftovers.ended.map(({ pid }) => String(pid)) } });
  }

  stopper.atOnce(supervisor.killAll);
  finallyDo(watchNpmParent(process.env, () => stopper.request("npm")));
  await openAdminSide(options, parts, journal, stopper, log, finallyDo);
  const { status, inForce } = instance;
  const link = linkManager({ manager, status, profile: () => inForce().generation.profile, lang, log });
  finallyDo(link.close);
  keepTime(parts, finallyDo);

  // Before the first workers are there, so that the first status has looked.
  const looked = parts.watch.begin();
  finallyDo(parts.watch.close);
  const started = instance.start().then(async (verdict) => {
    await looked;
    return verdict;
  });
  const verdict = await Promise.race([started, stopper.requested]);
  if (verdict !== "stop") {
    if (verdict.verdict === "failed" && !stopper.isRequested()) {
      throw new DashdError(
        "E_APP_FAILED",
        { app: options.app.path, ...factsOf(verdict.failure) },
        { hint: "dashd logs --level error" },
      );
    }
    if (verdict.verdict === "partly") {
      instance.warn({ code: "warning.started-degraded", facts: factsOf(verdict.failure) });
    }
    // Until a start has served after it, each says again what was interrupted.
    if (interrupted !== null) await journal.append(interruptedEntry(interrupted, new Date())).catch(() => {});
    register(options, parts, finallyDo);
    announce(options, parts, log);
    link.serving();
    await stopper.requested;
  }
  const stopped = stop(parts, stopper, log);
  link.stopping();
  await stopped;
  return 0;
};

/** Where every line is a document, the log says what the banner would. */
const announce = (options: MasterOptions, parts: Parts, log: Log): void => {
  if (options.settings.values.logFormat === "text") {
    for (const line of bannerOf(options, parts)) options.io.out(line);
    return;
  }
  const { url, adminUrl, stage, revision, master } = parts.instance.status();
  log.info({ code: "log.listening", facts: { url, adminUrl } });
  log.info({ code: "log.serving", facts: { stage, revision, tookMs: Math.round(master.uptimeSec * 1_000) } });
};

const bannerOf = (
  { development, lang, settings: { values } }: MasterOptions,
  { instance, host }: Parts,
): readonly string[] => {
  return development === null
    ? announcement(instance.status(), instance.inForce().generation.profile, host, values.panel, lang)
    : devAnnouncement(instance.status(), development, host, values.panel, lang);
};

/** The tokens are known from the first line on, those that are made here included. */
const redactorOf = ({ settings: { values }, paths }: MasterOptions): Redactor =>
  createRedactor(
    secretsOf({
      ...values,
      adminToken: values.adminToken ?? ensureToken(paths),
      adminReadToken: values.adminReadToken ?? ensureReadToken(paths),
    }),
  );

const openLogs = (options: MasterOptions, redact: Redactor): ReturnType<typeof createLogs> => {
  const { paths, lang } = options;
  const { values } = options.settings;
  return createLogs({
    dir: paths.logDir,
    level: values.logLevel,
    maxMb: values.logMaxMb,
    maxDays: values.logMaxDays,
    keep: values.logKeep,
    terminal: terminalOf(options),
    lang,
    say,
    redact,
  });
};

/** Beside files the lines are messages; without them they are what this process is there to write. */
const terminalOf = ({ settings: { values }, paths, io, development }: MasterOptions): LogTerminal => ({
  ...(paths.logDir === null && development === null
    ? { write: (line) => io.out(line.trimEnd()), colour: io.colour, unreadBytes: io.outUnreadBytes }
    : { write: (line) => io.err(line.trimEnd()), colour: io.errColour, unreadBytes: io.errUnreadBytes }),
  format: values.logFormat,
  leavesAppOut: development !== null,
});

const keepTime = ({ tick, tickSecond }: Parts, finallyDo: (ending: Ending) => void): void => {
  const timers = [setInterval(tick, 100), setInterval(tickSecond, 1_000)];
  finallyDo(() => timers.forEach(clearInterval));
};

const register = ({ paths }: MasterOptions, { instance }: Parts, finallyDo: (ending: Ending) => void): void => {
  const instances = createInstances();
  const master = identityOf(process.pid);
  if (master === null) return;
  const { url, stage, since } = instance.status();
  instances.register({ home: paths.dir, master, url, stage, since });
  finallyDo(() => instances.unregister(master, paths.dir));
};

const stop = async ({ instance, drills, refuser }: Parts, stopper: Stopper, log: Log): Promise<void> => {
  const startedAtMs = monotonicMs();
  // A drill's fault is taken back first, and whoever looks meanwhile sees an instance that drains.
  await Promise.all([drills.close(), instance.stop()]);
  // Clients that are being told 503 get to read it; bounded by the refuser itself.
  while (refuser.pending() > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  const { stage, revision, generation } = instance.status();
  const tookMs = Math.round(monotonicMs() - startedAtMs);
  log.info({ code: "log.stopped", facts: { tookMs } });
  stopper.say({
    type: "outcome",
    exitCode: 0,
    message: { code: "outcome.stopped", facts: { tookMs } },
    hint: null,
    stage,
    revision,
    generation,
  });
  stopper.end();
};

const factsOf = ({ reason, message, place }: AppFailure): Facts => ({ reason, message, place });

/** A disk that hangs holds no stop up. */
const boxesKeptWithinMs = 2_000;
