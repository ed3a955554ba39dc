import { DashdError, type Message } from "../errors.ts";
import { noLevels } from "../health/hysteresis.ts";
import type { Log } from "../log.ts";
import type { PlanWanted } from "../panel/routes.ts";
import type { PlanAnswer } from "../panel/shapes.ts";
import type { ChangeRequest, Progress } from "../protocol/control.ts";
import type { DrillName } from "../protocol/drill.ts";
import type { LimitRow, Snapshot } from "../protocol/snapshot.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { AskItself } from "./ask-itself.ts";
import type { BootVerdict } from "./boot-verdict.ts";
import { type ChangePlan, type ChangePorts, type InForce, runChange } from "./change.ts";
import type { Door, DoorLimits } from "./door.ts";
import type { FleetRecord } from "./fleet-record.ts";
import type { HealthWatch } from "./health-watch.ts";
import type { Watched } from "./gates.ts";
import type { Generation } from "./generation.ts";
import { createKeptWarnings, type KeptWarnings } from "./kept-warnings.ts";
import { planAhead } from "./plan-ahead.ts";
import { nothingToChange, planChange, type PlanSources } from "./plan-change.ts";
import { mustFit, type Preflight, warningsOf } from "./preflight.ts";
import { createProgressFeed, feedOnce, type ProgressFeed } from "./progress-feed.ts";
import { step } from "./change-steps.ts";
import type { Copying } from "../seal/seals.ts";
import { copyingMessage } from "./sealing.ts";
import { readBack } from "./readback.ts";
import type { Recycling } from "./recycling.ts";
import type { ServiceReadings } from "./service-watch.ts";
import type { ProofKeeper } from "./proof-keeper.ts";
import { composeSnapshot } from "./snapshot.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Traffic } from "./traffic.ts";
import { watchEverySecond, withSick } from "./watching.ts";
import { createWithdrawal, type Withdrawal } from "./withdrawal.ts";
import { isLate } from "./worker-record.ts";

/** One running instance: what is in force, one change at a time, and the snapshot of it all. */
export interface Instance {
  /** Makes the sums, raises the first generation, proves it and opens the door to it. Rejects with E_PREFLIGHT. */
  start(): Promise<BootVerdict>;
  /** Rejects before anything is touched: E_BUSY, or what {@link planChange} refuses. */
  change(request: ChangeRequest): Promise<ProgressFeed>;
  /** Everyone is served or told so; settles when no worker is left. */
  stop(): Promise<void>;
  /** `asSeen`: levels as the figures of this moment stand, nothing held. */
  status(asSeen?: boolean): Snapshot;
  /** What a change would mean; rejects with what it would be refused with. */
  plan(wanted: PlanWanted): Promise<PlanAnswer>;
  inForce(): InForce;
  /** Keeps changes out until the answer is called. Throws E_BUSY where it does not serve, or somebody else is at it. */
  reserve(holder: Holder): () => void;
  /** Serves, and nothing is being changed or tried. */
  isSteady(): boolean;
  readonly warn: KeptWarnings["warn"];
}

/** Who is at it, and since when. */
export interface Holder {
  readonly what: string;
  readonly by: string;
  readonly since: string;
  /** Of a drill. */
  readonly drill?: DrillName;
}

export interface InstanceDependencies extends Omit<PlanSources, "inForce"> {
  readonly first: Generation;
  readonly health: HealthWatch["readings"];
  readonly supervisor: Supervisor;
  readonly door: Door;
  readonly traffic: Traffic;
  readonly closeListener: () => void;
  /** Kept where the next start finds it, should this master not live to the end of a change. */
  readonly reached: FleetRecord["reached"];
  /** As last looked at. */
  readonly appDrifted: () => boolean;
  readonly hostFigures: () => Snapshot["host"];
  /** Warnings that come and go by themselves. */
  readonly passingWarnings: () => readonly Message[];
  readonly addresses: () => { readonly url: string; readonly adminUrl: string };
  readonly master: () => Snapshot["master"];
  readonly services: () => ServiceReadings;
  /** PostgreSQL is the one that dashd brought up itself. */
  readonly embedded: boolean;
  readonly preflight: Preflight;
  readonly askItself: AskItself;
  readonly recycling: Pick<Recycling, "follow" | "bounds">;
  readonly proofs: Pick<ProofKeeper, "apply">;
  readonly log: Log;
}

export const createInstance = (dependencies: InstanceDependencies): Instance => {
  const { supervisor, door, traffic, journal, log } = dependencies;
  let phase: "starting" | "serving" | "changing" | "draining" = "starting";
  let inForce: InForce = { revision: journal.revision(), generation: dependencies.first };
  let lastGeneration = dependencies.first.id;
  let since = new Date();
  let changing: Holder | null = null;
  let running: { readonly withdrawal: Withdrawal; readonly ended: Promise<void> } | null = null;
  const { warn, shownFor } = createKeptWarnings(log);

  const enter = (next: typeof phase): void => {
    phase = next;
    since = new Date();
  };

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
    watch: (generation) => watchEverySecond(() => (phase === "draining" ? null : look(generation))),
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

  const run = async (plan: ChangePlan, withdrawal: Withdrawal, feed: ProgressFeed): Promise<void> => {
    try {
      for await (const line of runChange(plan, withdrawal.ports)) {
        log.info({ code: line.type === "step" ? line.code : line.message.code, facts: factsOf(line) });
        withdrawal.heard(line);
        dependencies.reached(line.type === "step" ? line : null);
        // Who hears of the outcome may ask for the next change at once.
        if (line.type === "outcome") finishChange();
        feed.push(line);
      }
    } catch (error) {
      // A change answers for its own failures; what still gets here must not end the instance.
      log.error({ code: "E_INTERNAL", facts: { message: String(error) } });
    } finally {
      finishChange();
      feed.end();
    }
  };

  const finishChange = (): void => {
    changing = null;
    running = null;
    if (phase === "changing") enter("serving");
  };

  /** What a rollback does while a change runs: takes that one back; one just committed is let come to its end first. */
  const meanwhile = async (request: ChangeRequest): Promise<ProgressFeed | null> => {
    const feed = running?.withdrawal.ask(request) ?? null;
    if (feed === null && request.kind === "rollback" && running?.withdrawal.isCommitted() === true) await running.ended;
    return feed;
  };

  const refuseUnlessServing = (): void => {
    if (phase !== "serving") throw busy({ what: phase, by: "dashd", since: since.toISOString() });
  };

  const planOf = async (request: ChangeRequest, copying: Copying): Promise<ChangePlan> => {
    try {
      const wanted = await planChange(request, { ...dependencies, inForce }, copying);
      const { sums, surge } = await dependencies.preflight(wanted.profile, inForce.generation.profile);
      mustFit(wanted.profile.stage, sums);
      refuseUnlessServing();
      return { ...wanted, surge };
    } catch (error) {
      changing = null;
      throw error;
    }
  };

  const carryOut = (plan: ChangePlan, feed: ProgressFeed): void => {
    const nothingToDo = nothingToChange(plan, inForce);
    if (nothingToDo !== null) {
      changing = null;
      feed.push(nothingToDo);
      return feed.end();
    }
    enter("changing");
    const withdrawal = createWithdrawal(plan, inForce, ports);
    running = { withdrawal, ended: run(plan, withdrawal, feed) };
  };

  return {
    inForce: () => inForce,
    isSteady: () => phase === "serving" && changing === null,
    reserve: (holder) => {
      if (changing !== null) throw busy(changing);
      refuseUnlessServing();
      changing = holder;
      return () => {
        if (changing === holder) changing = null;
      };
    },
    plan: (wanted) => planAhead(wanted, { ...dependencies, inForce }),
    warn,
    start: async () => {
      const { profile } = inForce.generation;
      const { sums } = await dependencies.preflight(profile, null);
      mustFit(profile.stage, sums);
      for (const message of warningsOf(sums)) warn(message);
      if (phase !== "starting") return stoppedEarly;
      door.setLimits(doorLimitsOf(inForce.generation));
      supervisor.raise(inForce.generation);
      const verdict = await supervisor.whenUp(inForce.generation.id);
      if (verdict.verdict === "failed" || phase !== "starting") return verdict;
      point(inForce.generation);
      const revision = await journal.commitStart(inForce, readBackOf(inForce.generation, door.limits()));
      inForce = { ...inForce, revision };
      enter("serving");
      return verdict;
    },
    change: async (request) => {
      const withdrawing = await meanwhile(request);
      if (withdrawing !== null) return withdrawing;
      if (changing !== null) throw busy(changing);
      refuseUnlessServing();
      changing = { what: request.kind, by: request.by, since: new Date().toISOString() };
      const feed = createProgressFeed();
      return feedOnce(
        feed,
        (begun) => {
          const copying: Copying = (copied) => {
            const { code, facts } = copyingMessage(copied);
            log.info({ code, facts });
            begun(step(code, facts));
          };
          return planOf(request, copying).then((plan) => carryOut(plan, feed));
        },
        () => ({ ...inForce, generation: inForce.generation.id, stage: inForce.generation.profile.stage }),
      );
    },
    stop: async () => {
      const { waitTimeoutSec, stopTimeoutSec } = inForce.generation.profile;
      const served = phase === "serving" || phase === "changing";
      const untilMs = monotonicMs() + stopTimeoutSec * 1_000;
      enter("draining");
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
        phase,
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
        since: since.toISOString(),
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

export const busy = (holder: Holder): DashdError =>
  new DashdError("E_BUSY", { ...holder }, { hint: "dashd status --watch" });

export const doorLimitsOf = ({ profile }: Generation): DoorLimits => ({
  workers: profile.workers,
  connections: profile.connections,
  backlog: profile.backlog,
  waitTimeoutMs: profile.waitTimeoutSec * 1_000,
});

const factsOf = (line: Progress): Message["facts"] => (line.type === "step" ? line.facts : line.message.facts);

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
