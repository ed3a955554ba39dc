import { randomInt } from "node:crypto";
import { join } from "node:path";
import { createAccessFile } from "../home/access-file.ts";
import { createBlackBoxStore } from "../home/black-boxes.ts";
import { foundWhat } from "../home/home-error.ts";
import type { Journal } from "../home/journal.ts";
import { lookAtMainThread } from "../host/main-thread.ts";
import { createOomWatch } from "../host/oom-kills.ts";
import { whoListens } from "../host/port-owner.ts";
import { ownResidentBytes } from "../host/own-memory.ts";
import { residentMemoryBytes } from "../host/proportional-memory.ts";
import { createUsageSampler } from "../host/usage.ts";
import type { Log } from "../log.ts";
import { packageRoot, packageVersion } from "../package-root.ts";
import { withWorkers } from "../profile/override.ts";
import type { Profile } from "../profile/schema.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { createAcceptFailures } from "./accept-failures.ts";
import { reachableHost } from "./announce.ts";
import { createBlackBoxes } from "./black-boxes.ts";
import { createCodeDrift } from "./code-drift.ts";
import { createCodeLook } from "./code-look.ts";
import type { Database } from "./database.ts";
import { keyOfPeer } from "./choose-slot.ts";
import { createDevInstance } from "./dev-instance.ts";
import { createDevParts } from "./dev-parts.ts";
import { createDoor, type Door } from "./door.ts";
import { createDrillRunner, type DrillRunner } from "./drill-runner.ts";
import { createDrills, type Drills } from "./drills.ts";
import { firstApp } from "./first-app.ts";
import { createFleetRecord, type FleetRecord } from "./fleet-record.ts";
import { doorLimitsOf } from "./generation.ts";
import { createHangWatch } from "./hang-watch.ts";
import type { HealthWatch } from "./health-watch.ts";
import type { Instance, SharedParts } from "./instance.ts";
import { startJudge } from "./judge-process.ts";
import { listen } from "./listener.ts";
import type { MasterOptions } from "./options.ts";
import { createPool } from "./pool.ts";
import { createPressure } from "./pressure.ts";
import { createProduction } from "./production.ts";
import { createPoolFill, type PoolFill } from "./pool-fill.ts";
import { createProofKeeper, type ProofKeeper } from "./proof-keeper.ts";
import { createRefuser, type Refuser } from "./refuse.ts";
import { createRounds, type Rounds } from "./rounds.ts";
import type { ServiceManager } from "./service-manager.ts";
import { redactAll, type Redactor } from "../settings/redact.ts";
import { createSeals } from "../seal/seals.ts";
import { copyingMessage, createSealing } from "./sealing.ts";
import type { ServiceTls } from "./service-tls.ts";
import { createServiceWatch, type ServiceWatch } from "./service-watch.ts";
import { createSupervisor, type Supervisor } from "./supervisor.ts";
import { createTraffic, type Traffic } from "./traffic.ts";
import type { WorkerRecord } from "./worker-record.ts";
import { createUnreceived } from "./unreceived.ts";
import { upstreamOf } from "./upstream-app.ts";

/** The parts of a master, put together; nothing is forked yet, but the service's port is taken. */
export interface Parts extends Rounds {
  readonly instance: Instance;
  readonly supervisor: Supervisor;
  readonly door: Door;
  readonly refuser: Refuser;
  readonly fleet: FleetRecord;
  readonly watch: ServiceWatch;
  /** null in development, which holds no stage. */
  readonly health: HealthWatch | null;
  readonly drills: Drills;
  readonly drillRunner: DrillRunner;
  readonly totals: Traffic["totals"];
  /** Where clients reach it: as asked for, or as the socket that was handed over is bound. */
  readonly host: string;
  readonly port: number;
  readonly setAdminUrl: (url: string) => void;
  readonly closeListener: () => void;
  readonly proofs: Pick<ProofKeeper, "keep">;
  readonly poolFill: Pick<PoolFill, "fill">;
  /** Settles when every black box is on the disk. */
  readonly boxesKept: () => Promise<void>;
  /** Settles when the access log is on the disk. */
  readonly closeAccess: () => Promise<void>;
}

export const compose = async (
  options: MasterOptions & {
    readonly manager: Pick<ServiceManager, "listenFd">;
    readonly redact: Redactor;
  },
  profile: Profile,
  journal: Journal,
  database: Database,
  tls: ServiceTls,
  log: Log,
): Promise<Parts> => {
  const startedAtMs = monotonicMs();
  const { paths, ladder, app, io, lang, development, manager, redact } = options;
  const { values } = options.settings;
  const access =
    values.accessLog === "off"
      ? null
      : createAccessFile({
          ...{ dir: paths.logDir, maxMb: values.logMaxMb, maxDays: values.logMaxDays, keep: values.logKeep },
          nowMs: monotonicMs,
          warn: (message) => log.warn(message),
          out: { write: io.out, unreadBytes: io.outUnreadBytes },
        });
  const withOverrides = (declared: Profile): Profile =>
    development === null ? withWorkers(declared, values.workers) : declared;
  const sealing = createSealing({
    seals: createSeals({ dir: paths.sealed, home: paths.dir, keep: values.sealKeep }),
    isOn: values.seal === "on" && development === null,
  });
  const { app: firstCode, warnings: aboutCode } = await firstApp(app, journal.entries(), sealing, (copied) =>
    log.info(copyingMessage(copied)),
  );
  const first = { id: 1, profile: withOverrides(profile), app: firstCode };
  const traffic = createTraffic(startedAtMs);
  const userKey = randomInt(2 ** 32);
  const dev = development === null ? null : createDevParts(development, app, lang);
  const refuser = dev?.faultPage ?? createRefuser();
  const usage = createUsageSampler();
  let hostFigures = usage.sample();
  let adminUrl = "";
  const codeDrift = createCodeDrift();
  const lookAtCode = createCodeLook(monotonicMs);
  const acceptFailures = createAcceptFailures(log);
  const unreceived = createUnreceived(log, monotonicMs);

  const tellPressure = createPressure({
    records: () => supervisor.records(),
    send: (...sent) => pool.send(...sent),
  });
  const door = createDoor({
    refuser,
    refused: () => traffic.addRefused(monotonicMs()),
    pressureChanged: tellPressure,
    askedBack: ({ slot, count, because }) => log.debug({ code: "log.asked-back", facts: { slot, count, because } }),
    keyOf: values.sticky === "ip" ? keyOfPeer : null,
    now: monotonicMs,
  });
  // Clients may have waited in the socket before we were there: they are held, like all who come before the workers.
  if (dev === null) door.setLimits(doorLimitsOf(first));
  const listener = await listen({
    host: values.host,
    port: values.port,
    fd: manager.listenFd,
    accepted: (handle) => door.accept(handle),
    failed: acceptFailures.failed,
    ownerOf: (port) => {
      const owner = whoListens(port, values.host);
      return owner === null ? null : `pid ${owner.pid} (${owner.command})`;
    },
  });
  const someServing = (is: (record: WorkerRecord) => boolean): boolean => {
    const { id } = instance.inForce().generation;
    return supervisor.records().some((record) => record.generation === id && is(record));
  };
  const scheme = (): string => (tls.isOn() || someServing(({ secure }) => secure) ? "https" : "http");
  const boxes = createBlackBoxStore(paths, (error) =>
    log.warn({ code: "log.black-box-failed", facts: { path: paths.blackBoxDir, found: foundWhat(error) } }),
  );
  const oomWatch = createOomWatch();
  const supervisor = createSupervisor({
    pool: () => pool,
    door,
    traffic,
    accessed: (text, lines, dropped) => access?.write(text, lines, dropped),
    // What happens to the one worker of a development run is told by the run itself.
    log: dev === null ? log : { ...log, warn: log.debug, error: log.debug },
    hangWatch: createHangWatch(lookAtMainThread),
    blackBoxes: createBlackBoxes({
      store: { ...boxes, write: (box) => boxes.write(redactAll(box, redact)) },
      oomWatch,
      rssBytesOf: residentMemoryBytes,
      nowMs: monotonicMs,
      wallClock: () => new Date(),
    }),
    instance: () => ({
      mode: development === null ? "production" : "development",
      breaksAtStart: development?.inspector?.breaks ?? false,
      masterPid: process.pid,
      servicePort: listener.port,
      adoptPort: values.adoptPort,
      healthPath: values.healthPaths?.health ?? null,
      readyPath: values.healthPaths?.ready ?? null,
      trustProxy: values.trustProxy,
      sticky: values.sticky,
      tls: tls.told(),
      controlPath: paths.controlSocket,
      userKey,
      accessLog: values.accessLog === "off" ? null : { format: values.accessLog, sample: values.accessLogSample },
      responseCacheBytes: values.responseCacheMb * 1024 * 1024,
      services: database.addresses,
      servicesDown: watch.down(),
    }),
    drill: () => drills.told(),
    // A development run is there for its code to change.
    codeChanged: (generation) => (dev === null ? lookAtCode(generation) : Promise.resolve(false)),
    warn: (message, generation) => instance.warn(message, generation),
    takesNoConnection: unreceived.noted,
    poolFilled: (workerId, filled) => poolFill.filled(workerId, filled),
    changed: () => fleet.changed(),
  });
  const fleet = createFleetRecord(paths, supervisor.records, (error) =>
    log.warn({ code: "log.run-record-failed", facts: { found: foundWhat(error) } }),
  );
  const watch = createServiceWatch({
    addresses: database.addresses,
    upstream: () => upstreamOf(instance.inForce().generation.app),
    readyPath: values.readyPath,
    log,
    changed: supervisor.tellOfService,
  });
  const pool = createPool({
    entry: join(packageRoot(), "dist", "lib", "worker", "main.cjs"),
    execArgv: development?.execArgv ?? [],
    inspectPort: development?.inspector?.port ?? null,
    graceMs: Math.max(...[...ladder.values(), profile].map(({ stopTimeoutSec }) => stopTimeoutSec)) * 1_000 + graceMs,
    events: dev?.output.branch(supervisor.events, (end) => devInstance?.workerEnded(end)) ?? supervisor.events,
  });
  const poolFill = createPoolFill({
    workers: () => {
      const { id } = instance.inForce().generation;
      return supervisor.records().filter((record) => record.generation === id && record.state === "ready");
    },
    send: pool.send,
    count: async (backends) => {
      const { countBackends } = await import("../services/postgres/count-backends.ts");
      return countBackends(database.addresses.databaseUrl ?? "", backends, countWithinMs);
    },
  });
  const proofs = createProofKeeper({
    path: paths.proof,
    dashd: { version: ownVersion, node: process.version },
    log,
  });
  const ownUrl = (): string => `${scheme()}://${reachableHost(listener.host)}:${listener.port}`;
  const shared: SharedParts = {
    first,
    supervisor,
    door,
    traffic,
    closeListener: listener.close,
    hostFigures: () => hostFigures,
    services: watch.readings,
    embedded: database.embedded,
    passingWarnings: () => [...drills.warnings(), ...tls.warnings(), ...sealing.warnings(), ...unreceived.warnings()],
    addresses: () => ({ url: ownUrl(), adminUrl }),
    master: () => ({
      pid: process.pid,
      version: ownVersion,
      node: process.version,
      rssBytes: ownResidentBytes(),
      uptimeSec: Math.round((monotonicMs() - startedAtMs) / 1_000),
    }),
    log,
  };
  const devInstance = dev === null ? null : createDevInstance({ ...shared, ...dev, appAsNamed: () => app });
  const { instance, health, recycling } =
    devInstance === null
      ? createProduction(options, {
          ...{ ...shared, sealing, proofs, database, journal, fleet, codeDrift, withOverrides, someServing },
        })
      : inDevelopment(devInstance);
  const drillRunner = createDrillRunner({
    reserve: instance.reserve,
    home: paths.dir,
    where: instance.status,
    startJudge,
    wallClock: () => new Date(),
  });
  const drills = createDrills({
    supervisor,
    door,
    watch,
    generation: () => instance.inForce().generation,
    reserve: instance.reserve,
    append: journal.append,
    log,
    now: monotonicMs,
    wallClock: () => new Date(),
    after: (ms, due) => {
      const timer = setTimeout(due, ms).unref();
      return () => clearTimeout(timer);
    },
  });
  for (const message of aboutCode) instance.warn(message);
  return {
    instance,
    supervisor,
    door,
    refuser,
    fleet,
    watch,
    health,
    drills,
    drillRunner,
    totals: traffic.totals,
    host: listener.host,
    port: listener.port,
    closeListener: listener.close,
    proofs,
    poolFill,
    boxesKept: boxes.settled,
    closeAccess: async () => access?.close(),
    setAdminUrl: (url) => {
      adminUrl = url;
    },
    ...createRounds({
      ...{
        instance,
        supervisor,
        door,
        tellPressure,
        watch,
        oomWatch,
        tls,
        sealing,
        acceptFailures,
        codeDrift,
        health,
        recycling,
      },
      sampleHost: () => {
        hostFigures = usage.sample();
      },
    }),
  };
};

/** It holds no stage. */
const inDevelopment = (instance: Instance) => ({ instance, health: null, recycling: null });

const ownVersion = packageVersion();

const countWithinMs = 2_000;
/** Throng's forced exit is the last resort: it comes after every bound of our own. */
const graceMs = 15_000;
