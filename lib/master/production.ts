import { createHeldLoads } from "../home/held-loads.ts";
import { foundWhat } from "../home/home-error.ts";
import type { Journal } from "../home/journal.ts";
import { loadLadder, lowerStage } from "../profile/load.ts";
import type { Profile } from "../profile/schema.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { createAskItself } from "./ask-itself.ts";
import { createCapacityWatch } from "./capacity-watch.ts";
import type { CodeDrift } from "./code-drift.ts";
import type { Database } from "./database.ts";
import type { FleetRecord } from "./fleet-record.ts";
import { createHealthWatch, type HealthWatch } from "./health-watch.ts";
import { createHostLook } from "./host-look.ts";
import { createInstance, type Instance, type InstanceDependencies, type SharedParts } from "./instance.ts";
import { createInstanceJournal } from "./instance-journal.ts";
import type { MasterOptions } from "./options.ts";
import { createPreflight } from "./preflight.ts";
import { createRecycling, type Recycling } from "./recycling.ts";
import type { Sealing } from "./sealing.ts";
import type { WorkerRecord } from "./worker-record.ts";
import { createWorkWatch } from "./work-watch.ts";

/** An instance that holds a stage, and what only such a one has: sums, revisions, indicators, workers that wear out. */
export interface Production {
  readonly instance: Instance;
  readonly health: HealthWatch;
  readonly recycling: Pick<Recycling, "tick">;
}

export interface ProductionDependencies extends SharedParts, Pick<InstanceDependencies, "proofs"> {
  readonly sealing: Sealing;
  readonly database: Database;
  readonly journal: Journal;
  readonly fleet: FleetRecord;
  readonly codeDrift: CodeDrift;
  readonly withOverrides: (declared: Profile) => Profile;
  /** Some worker in force is like that. */
  readonly someServing: (is: (record: WorkerRecord) => boolean) => boolean;
}

export const createProduction = (options: MasterOptions, dependencies: ProductionDependencies): Production => {
  const { paths, ladder, strict, startedBy } = options;
  const { values } = options.settings;
  const { supervisor, door, services, sealing, journal, fleet, codeDrift, withOverrides, log } = dependencies;
  const { records } = supervisor;

  const isCalm = (): boolean => {
    const { postgres, redis, upstream } = services();
    const isSick = [postgres, redis, upstream].some((reading) => (reading?.state ?? "up") !== "up");
    const waiting = records().some(({ beat }) => (beat?.queued ?? 0) > 0) || door.figures().held > 0;
    const { app: served } = instance.inForce().generation;
    // A sealed generation has its code whatever lies on disk.
    const isSame = !codeDrift.isOutdated(served) || served.sealed !== undefined;
    return instance.isSteady() && !isSick && !waiting && isSame;
  };
  const recycling = createRecycling({ records, replace: supervisor.replace, isCalm, log });

  const stages = [...ladder.values()].map(withOverrides).toSorted((a, b) => a.stage - b.stage);
  const health = createHealthWatch({
    ladder: stages,
    hostLook: createHostLook({ folder: paths.dir, records, now: monotonicMs }),
    work: createWorkWatch(() => new Date()),
    capacity: createCapacityWatch({
      ladder: stages,
      loads: createHeldLoads(paths),
      notKept: (error) =>
        log.warn({ code: "log.held-loads-failed", facts: { path: paths.heldLoads, found: foundWhat(error) } }),
    }),
    records,
    inForce: () => instance.inForce(),
    now: monotonicMs,
    wallClock: () => new Date(),
  });

  const instance = createInstance({
    ...dependencies,
    preflight: createPreflight({
      folder: paths.dir,
      databaseUrl: dependencies.database.addresses.databaseUrl,
      services,
      records,
      isStrict: strict,
    }),
    recycling,
    askItself: createAskItself({
      url: () => dependencies.addresses().url,
      path: values.readyPath,
      speaksHttp2: () => dependencies.someServing(({ http2 }) => http2),
    }),
    appAsNamed: options.appAgain,
    ladder: () => loadLadder(values.profiles),
    health: health.readings,
    journal: createInstanceJournal({
      journal,
      startedBy,
      workersOverride: values.workers,
      lowerStage: (stage) => lowerStage(ladder, stage),
      committed: () => {
        sealing.prune(journal.entries()).catch((error: unknown) => {
          log.warn({ code: "log.seals-not-pruned", facts: { path: paths.sealed, found: foundWhat(error) } });
        });
      },
    }),
    reached: fleet.reached,
    appDrifted: () => codeDrift.isOutdated(instance.inForce().generation.app),
  });
  return { instance, health, recycling };
};
