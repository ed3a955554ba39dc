import type { Message } from "../errors.ts";
import { noLevels } from "../health/hysteresis.ts";
import type { Log } from "../log.ts";
import type { PlanWanted } from "../panel/routes.ts";
import type { PlanAnswer } from "../panel/shapes.ts";
import type { LimitRow, Snapshot } from "../protocol/snapshot.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { AskItself } from "./ask-itself.ts";
import type { BootVerdict } from "./boot-verdict.ts";
import type { ChangePorts, InForce } from "./change.ts";
import { type Changes, type ChangesDependencies, createChanges } from "./changes.ts";
import type { Door, DoorLimits } from "./door.ts";
import type { HealthWatch } from "./health-watch.ts";
import type { Watched } from "./gates.ts";
import { doorLimitsOf, type Generation } from "./generation.ts";
import { createKeptWarnings, type KeptWarnings } from "./kept-warnings.ts";
import { planAhead } from "./plan-ahead.ts";
import { createPhase } from "./phase.ts";
import { mustFit, warningsOf } from "./preflight.ts";
import { readBack } from "./readback.ts";
import type { Recycling } from "./recycling.ts";
import type { ServiceReadings } from "./service-watch.ts";
import type { ProofKeeper } from "./proof-keeper.ts";
import { composeSnapshot } from "./snapshot.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Traffic } from "./traffic.ts";
import { watchEverySecond, withSick } from "./watching.ts";
import { isLate } from "./worker-record.ts";

/** One running instance: what is in force, one change at a time, and the snapshot of it all. */
export interface Instance {
  /** Makes the sums, raises the first generation, proves it and opens the door to it. Rejects with E_PREFLIGHT. */
  start(): Promise<BootVerdict>;
  readonly change: Changes["begin"];
  /** Everyone is served or told so; settles when no worker is left. */
  stop(): Promise<void>;
  /** `asSeen`: levels as the figures of this moment stand, nothing held. */
  status(asSeen?: boolean): Snapshot;
  /** What a change would mean; rejects with what it would be refused with. */
  plan(wanted: PlanWanted): Promise<PlanAnswer>;
  inForce(): InForce;
  readonly reserve: Changes["reserve"];
  /** Serves, and nothing is being changed or tried. */
  isSteady(): boolean;
  readonly warn: KeptWarnings["warn"];
}

/** What an instance has in production and in development alike. */
export interface SharedParts {
  readonly first: Generation;
  readonly supervisor: Supervisor;
  readonly door: Door;
  readonly traffic: Traffic;
  readonly closeListener: () => void;
  readonly hostFigures: () => Snapshot["host"];
  /** Warnings that come and go by themselves. */
  readonly passingWarnings: () => readonly Message[];
  readonly addresses: () => { readonly url: string; readonly adminUrl: string };
  readonly master: () => Snapshot["master"];
  readonly services: () => ServiceReadings;
  /** PostgreSQL is the one that dashd brought up itself. */
  readonly embedded: boolean;
  readonly log: Log;
}

export interface InstanceDependencies extends SharedParts, Omit<ChangesDependencies, "inForce" | "phase" | "ports"> {
  readonly health: HealthWatch["readings"];
  /** As last looked at. */
  readonly appDrifted: () => boolean;
  readonly askItself: AskItself;
  readonly recycling: Pick<Recycling, "follow" | "bounds">;
  readonly proofs: Pick<ProofKeeper, "apply">;
}

export const createInstance = (dependencies: InstanceDependencies): Instance => {
  const { supervisor, door, traffic, journal, log } = dependencies;
  const phase = createPhase();
  let inForce: InForce = { revision: journal.revision(), generation: dependencies.first };
  let lastGeneration = dependencies.first.id;
  const { warn, shownFor } = createKeptWarnings(log);

  const point = (generation: Generation): void => {
    inForce = { ...inForce, generation };
    door.setLimits(doorLimitsOf(generation));
    supervisor.point(generation.id);
    dependencies.recycling.follow(generation);
  };

  const readBackOf = (
    generation: Generation,
    doorLimits: DoorLimits | null,
    services: Pick<ServiceReadings, "postgres" | "redis"> = notAsked,
  ): readonly LimitRow[] =>
    readBack(generation.profile, {
      workers: supervisor
        .records()
        .filter((record) => record.generation === generation.id && record.state === "ready")
        .flatMap((record) => (record.effective === null ? [] : [record.effective])),
      door: doorLimits,
      bootTimeoutMs: generation.profile.bootTimeoutSec * 1_000,
      recycle: doorLimits === null ? null : dependencies.recycling.bounds(),
      services,
    });

  const look = (generation: number): Watched | null => {
    const ready = supervisor.records().filter((one) => one.generation === generation && one.state === "ready");
    const late = ready.filter((record) => isLate(record, monotonicMs())).length;
    return withSick(supervisor.seen(generation), {
      profile: inForce.generation.profile,
      late,
      onTime: ready.length - late,
      host: dependencies.hostFigures(),
      services: dependencies.services(),
    });
  };

  const ports: ChangePorts = {
    inForce: () => inForce,
    nextGeneration: () => ++lastGeneration,
    raise: supervisor.raise,
    scale: supervisor.scale,
    share: (old, fresh, workers) => {
      door.setLimits({ ...doorLimitsOf(old), workers });
      supervisor.point(old.id, fresh.id);
    },
    whenUp: supervisor.whenUp,
    readBack: (generation) => readBackOf(generation, null),
    point,
    traffic: () => supervisor.lastMinute(inForce.generation.id),
    watch: (generation) => watchEverySecond(() => (phase.name() === "draining" ? null : look(generation))),
    watchFrom: supervisor.watchFrom,
    relieve: (generation, warm) => supervisor.point(generation, ...(warm === null ? [] : [warm])),
    askItself: () => dependencies.askItself.ask(Math.min(inForce.generation.profile.workers, askedAtOnce)),
    retire: supervisor.retire,
    retireOthers: (kept) => {
      for (const { id } of supervisor.generations()) if (id !== kept) supervisor.retire(id);
    },
    abandon: supervisor.abandon,
    inFlight: (generation) =>
      supervisor
        .records()
        .filter((record) => record.generation === generation)
        .reduce((sum, record) => sum + (record.beat?.inFlight ?? 0), 0),
    whenGone: supervisor.whenGone,
    journal: {
      begin: journal.begin,
      commit: async (plan, evidence) => {
        const revision = await journal.commit(plan, evidence);
        inForce = { ...inForce, revision };
        return revision;
      },
      revert: journal.revert,
    },
  };

  const changes = createChanges({ ...dependencies, inForce: () => inForce, phase, ports });

  return {
    inForce: () => inForce,
    isSteady: () => phase.name() === "serving" && changes.areIdle(),
    reserve: changes.reserve,
    change: changes.begin,
    plan: (wanted) => planAhead(wanted, { ...dependencies, inForce }),
    warn,
    start: async () => {
      const { profile } = inForce.generation;
      const { sums } = await dependencies.preflight(profile, null);
      mustFit(profile.stage, sums);
      for (const message of warningsOf(sums)) warn(message);
      if (phase.name() !== "starting") return stoppedEarly;
      door.setLimits(doorLimitsOf(inForce.generation));
      supervisor.raise(inForce.generation);
      const verdict = await supervisor.whenUp(inForce.generation.id);
      if (verdict.verdict === "failed" || phase.name() !== "starting") return verdict;
      point(inForce.generation);
      const revision = await journal.commitStart(inForce, readBackOf(inForce.generation, door.limits()));
      inForce = { ...inForce, revision };
      phase.enter("serving");
      return verdict;
    },
    stop: async () => {
      const { waitTimeoutSec, stopTimeoutSec } = inForce.generation.profile;
      const served = phase.name() === "serving" || phase.name() === "changing";
      const untilMs = monotonicMs() + stopTimeoutSec * 1_000;
      phase.enter("draining");
      dependencies.closeListener();
      if (served) await heldAreServed(door, Math.min(waitTimeoutSec, stopTimeoutSec) * 1_000);
      door.refuseHeld();
      await journal.settle().catch(() => undefined);
      await supervisor.stop(served ? Math.max(0, untilMs - monotonicMs()) + workerEndingMs : 0);
    },
    status: (asSeen = false) => {
      const nowMs = monotonicMs();
      return composeSnapshot({
        nowMs,
        phase: phase.name(),
        inForce,
        ...dependencies.proofs.apply(
          readBackOf(inForce.generation, door.limits(), dependencies.services()),
          inForce.generation,
        ),
        services: { ...dependencies.services(), embedded: dependencies.embedded },
        records: supervisor.records(),
        historyOf: supervisor.historyOf,
        wanted: supervisor.wantedOf(inForce.generation.id),
        connectionsOf: door.connectionsOf,
        door: door.figures(),
        traffic: traffic.figures(nowMs),
        host: dependencies.hostFigures(),
        since: phase.since().toISOString(),
        ...dependencies.addresses(),
        master: dependencies.master(),
        warnings: [...shownFor(inForce.generation.id), ...dependencies.passingWarnings()],
        appDrifted: dependencies.appDrifted(),
        health: { ...dependencies.health(inForce.generation.id), ...(asSeen && { levels: noLevels }) },
      });
    },
  };
};

const stoppedEarly: BootVerdict = {
  verdict: "failed",
  failure: { reason: "ended", message: "because.stopped", place: null, stack: null },
};

/** What a generation proves is its own: how Redis is set is no reason to take a change back. */
const notAsked = { postgres: null, redis: null } as const;

/** Clients that were accepted before the stop get their turn; bounded by their own wait budget. */
const heldAreServed = (door: Door, withinMs: number): Promise<void> =>
  new Promise((resolve) => {
    const until = monotonicMs() + withinMs;
    const look = (): void => {
      if (door.figures().held === 0 || monotonicMs() >= until) resolve();
      else setTimeout(look, 50);
    };
    look();
  });

/** Enough to reach every worker of the shipped stages. */
const askedAtOnce = 16;
/** A worker bounds its own drain by stopTimeoutSec; this is what its very end may take on a busy host. */
const workerEndingMs = 2_000;
