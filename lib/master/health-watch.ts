import { type HeldLevels, keepLevels, noLevels } from "../health/hysteresis.ts";
import type { Profile } from "../profile/schema.ts";
import type { Capacity } from "../protocol/capacity.ts";
import type { HeldReport } from "../protocol/control.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { CapacityWatch } from "./capacity-watch.ts";
import type { InForce } from "./change.ts";
import { type HostLook, type HostSeen, nothingSeen } from "./host-look.ts";
import type { WorkerRecord } from "./worker-record.ts";
import type { WorkWatch } from "./work-watch.ts";

/** What of an instance's health outlives one look: levels that are held, what requests cost, which stage it can hold. */
export interface HealthWatch {
  /** Once a second; `seen`: with levels as its figures stand. */
  tick(seen: Snapshot): void;
  /** Of this generation. */
  readings(generation: number): HealthReadings;
  /** What a load has shown; false where it was of another generation. */
  hold(report: HeldReport): boolean;
}

/** For the snapshot. */
export interface HealthReadings {
  readonly levels: HeldLevels;
  readonly host: HostSeen;
  /** Lowest stage first. */
  readonly ladder: readonly Profile[];
  readonly capacity: Capacity | null;
}

/** Where no stage is promised. */
export const noHealth: HealthReadings = { levels: noLevels, host: nothingSeen, ladder: [], capacity: null };

export interface HealthWatchDependencies {
  readonly ladder: readonly Profile[];
  readonly hostLook: HostLook;
  readonly work: WorkWatch;
  readonly capacity: CapacityWatch;
  readonly records: () => readonly WorkerRecord[];
  readonly inForce: () => InForce;
  /** Monotonic. */
  readonly now: () => number;
  readonly wallClock: () => Date;
}

export const createHealthWatch = (dependencies: HealthWatchDependencies): HealthWatch => {
  const { ladder, hostLook, work, now } = dependencies;
  /** A new generation may have other thresholds: nothing is held from one to the next. */
  let held = { generation: 0, levels: noLevels };
  let capacity: Capacity | null = null;
  const serving = (): readonly WorkerRecord[] => {
    const { id } = dependencies.inForce().generation;
    return dependencies.records().filter(({ generation, state }) => generation === id && state !== "ended");
  };
  const estimate = (): void => {
    const { generation } = dependencies.inForce();
    const host = hostLook.found();
    capacity = dependencies.capacity.read({
      ...{ inForce: generation, work: work.last(), host },
      workers: serving().length,
    });
  };
  return {
    tick: ({ generation, indicators, host, load }) => {
      const before = held.generation === generation ? held.levels : noLevels;
      held = { generation, levels: keepLevels(before, indicators, now()) };
      hostLook.tick(host.diskIo);
      const { cores } = hostLook.found();
      work.tick({
        nowMs: now(),
        app: dependencies.inForce().generation.app.fingerprint,
        serving: serving(),
        usedCores: host.cpu === null || cores === null ? null : host.cpu * cores,
        users: load.users,
        p95Ms: load.p95Ms,
        lastMinuteAnswers: (load.requestsPerSec ?? 0) * minuteSec,
      });
      estimate();
    },
    readings: (generation) => ({
      levels: held.generation === generation ? held.levels : noLevels,
      ...{ host: hostLook.found(), ladder, capacity },
    }),
    hold: (report) => {
      const isHeld = dependencies.capacity.hold(report, dependencies.inForce().generation, dependencies.wallClock());
      if (isHeld) estimate();
      return isHeld;
    },
  };
};

const minuteSec = 60;
