import { createControlServer } from "../control/server.ts";
import { DashdError } from "../errors.ts";
import type { Journal } from "../home/journal.ts";
import { ensureReadToken, ensureToken } from "../home/token.ts";
import type { Logs } from "../home/logs.ts";
import type { Log } from "../log.ts";
import { loadLadder } from "../profile/load.ts";
import type { ChangeRequest } from "../protocol/control.ts";
import { settingRows } from "../settings/rows.ts";
import type { Parts } from "./compose.ts";
import type { MasterOptions } from "./options.ts";
import { openPanel } from "./panel.ts";
import type { ProgressFeed } from "./progress-feed.ts";
import { openServiceTls, type ServiceTls } from "./service-tls.ts";
import type { Stopper } from "./stopper.ts";

/** The control API behind both doors, and the panel. */
export const openAdminSide = async (
  options: MasterOptions,
  { instance, totals, health, drills, drillRunner, setAdminUrl, proofs, poolFill }: Parts,
  journal: Journal,
  stopper: Stopper,
  log: Logs,
  finallyDo: (ending: Ending) => void,
): Promise<void> => {
  const { settings, paths } = options;
  const { values, sources } = settings;
  const isOn = values.panel === "on";
  const ladder = () => loadLadder(values.profiles);
  const panel = openPanel({ instance, totals, journal, paths, ladder, lang: values.lang, log, isOn });
  finallyDo(panel.close);
  finallyDo(drillRunner.close);
  const change = async (request: ChangeRequest): Promise<ProgressFeed> => {
    const feed = await instance.change(request);
    panel.follow(feed, null);
    return feed;
  };
  const tls = await openAdminTls(values, log);
  const control = await createControlServer({
    handlers: {
      status: instance.status,
      settings: () => settingRows({ ...settings, values: { ...values, logLevel: log.level() } }),
      setLogLevel: (level) => {
        // In the log whatever the level was, and is.
        const facts = { from: log.level(), to: level };
        log.setLevel("info");
        log.info({ code: "log.level-set", facts });
        log.setLevel(level);
      },
      change: async (request) => (await change(request)).lines,
      stop: async () => stopper.request("dashd stop").lines,
      keepProof: proofs.keep,
      fillPools: async () => {
        instance.reserve({ what: "verify", by: "dashd", since: new Date().toISOString() })();
        return poolFill.fill();
      },
      held: (report) => ({ counted: health?.hold(report) ?? false }),
      drill: drills,
      runDrill: async (request) => {
        const feed = await drillRunner.run(request);
        panel.follow(feed, request.drill);
        return feed.lines;
      },
      stopDrill: drillRunner.stop,
    },
    paths,
    admin: {
      host: values.adminHost,
      port: values.adminPort,
      explicit: sources.adminPort !== "default",
      tokens: {
        operator: values.adminToken ?? ensureToken(paths),
        reader: values.adminReadToken ?? ensureReadToken(paths),
      },
      tls: tls.told().files,
    },
    more: panel.routes,
    log,
  });
  finallyDo(() => control.close());
  for (const warning of tls.warnings()) instance.warn(warning);
  const renewing = setInterval(() => {
    const files = tls.look();
    if (files !== null) control.renewTls(files);
  }, lookAtAdminTlsMs).unref();
  finallyDo(() => clearInterval(renewing));
  reloadOnHangup(options, change, log, finallyDo);
  setAdminUrl(control.adminUrl);
  for (const message of control.warnings) instance.warn(message);
};

/** What is to be done at the master's end; the last first. */
export type Ending = () => Promise<unknown> | void;

/** SIGHUP asks for what `dashd reload` asks for; refusals are logged, since nobody waits for an answer. */
const reloadOnHangup = (
  { startedBy }: MasterOptions,
  change: (request: ChangeRequest) => Promise<ProgressFeed>,
  log: Log,
  finallyDo: (ending: Ending) => void,
): void => {
  const onHangup = (): void => {
    change({ kind: "reload", by: startedBy.by, reason: "SIGHUP" }).catch((error: unknown) => {
      if (error instanceof DashdError) log.error({ code: error.code, facts: error.facts });
      else throw error;
    });
  };
  process.on("SIGHUP", onHangup);
  finallyDo(() => void process.off("SIGHUP", onHangup));
};

/** Wants node:tls, where the operator named files. */
const openAdminTls = (
  { adminTlsCert: tlsCert, adminTlsKey: tlsKey }: MasterOptions["settings"]["values"],
  log: Log,
): Promise<ServiceTls> => {
  const names = { cert: "DASHD_ADMIN_TLS_CERT", key: "DASHD_ADMIN_TLS_KEY" };
  return openServiceTls({ tlsCert, tlsKey, names, log, now: Date.now });
};

const lookAtAdminTlsMs = 2_000;
