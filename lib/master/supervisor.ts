import type { Message } from "../errors.ts";
import type { Log } from "../log.ts";
import type { WorkerFault } from "../protocol/drill.ts";
import { gatherInvalidations } from "../protocol/invalidation.ts";
import {
  type AppFailure,
  type FilledPool,
  monotonicMs,
  type ServiceName,
  type TlsFiles,
  type ToWorker,
} from "../protocol/worker-messages.ts";
import { type AppOutput, createAppOutput } from "./app-output.ts";
import type { BlackBoxes } from "./black-boxes.ts";
import type { BootFailure, BootVerdict } from "./boot-verdict.ts";
import type { Door } from "./door.ts";
import type { Generation, InstanceFacts } from "./generation.ts";
import type { HangWatch } from "./hang-watch.ts";
import { createHearWorkers } from "./hear-workers.ts";
import { launchOf } from "./launch.ts";
import type { Before } from "./gates.ts";
import { createLeadership } from "./leadership.ts";
import type { Birth, Pool, PoolEvents } from "./pool.ts";
import { createRaised } from "./raised.ts";
import { type Action, reconcile } from "./reconcile.ts";
import { newSlot, type SlotHistory } from "./restart-policy.ts";
import { createRoster } from "./roster.ts";
import type { SeenFigures } from "./seen.ts";
import type { Traffic } from "./traffic.ts";
import { createWorkerLog } from "./worker-log.ts";
import { bornWorker, deathOf, howEnded, type WorkerEnd, type WorkerRecord } from "./worker-record.ts";

/** Keeps what is there at what is desired: events → records → reconcile → perform. */
export interface Supervisor {
  readonly events: PoolEvents;
  /** The generation is wanted from now on: its first so many workers; unless said, all. */
  raise(generation: Generation, workers?: number): void;
  /** So many workers of it are wanted from now on: the others drain. */
  scale(generation: number, workers: number): void;
  /** Settles when the generation is up or will not come; never later than its workers' boot time-outs allow. */
  whenUp(generation: number): Promise<BootVerdict>;
  /** The door gives new connections to these generations only. */
  point(...generations: readonly number[]): void;
  /** What is seen of it counts from now on. */
  watchFrom(generation: number): void;
  /** What was seen of it since then; null where it is not there. */
  seen(generation: number): SeenFigures | null;
  /** What the next one is held against. */
  lastMinute(generation: number): Before;
  /** Its workers finish what they have and go. */
  retire(generation: number): void;
  /** Its workers are killed: it never served. */
  abandon(generation: number): void;
  /** Settles when no process of it is left that is not wanted, or after `withinMs`; tells whether they are gone. */
  whenGone(generation: number, withinMs: number): Promise<boolean>;
  /** Every worker is told of a service that went down or came back. */
  tellOfService(name: ServiceName, isDown: boolean): void;
  /** A drill: this one is killed from nowhere, or made to hang for at most so long. */
  strike(workerId: number, how: "kill" | "hang", forMs: number): void;
  /** A drill: every worker has this fault for at most so long; 0 ends it. */
  tellOfDrill(fault: WorkerFault, forMs: number): void;
  /** Every worker is told of the operator's new certificate and key. */
  renewTls(files: TlsFiles): void;
  /** Everyone drains for good; settles when the last has gone, at `withinMs` the rest is killed. */
  stop(withinMs: number): Promise<void>;
  killAll(): void;
  /** A new worker comes up in its slot, and then it drains. */
  replace(workerId: number): void;
  /** Looks for workers that hang; to be called ten times a second. */
  tick(): void;
  records(): readonly WorkerRecord[];
  generations(): readonly Generation[];
  /** How many workers of it are wanted. */
  wantedOf(generation: number): number;
  historyOf(generation: number, slot: number): SlotHistory;
  leader(): number | null;
}

export interface SupervisorDependencies {
  readonly pool: () => Pool;
  readonly door: Door;
  readonly traffic: Traffic;
  /** Lines of the access log from a worker. */
  readonly accessed: (text: string, lines: number, dropped: number) => void;
  readonly log: Log;
  readonly hangWatch: HangWatch;
  readonly blackBoxes: BlackBoxes;
  readonly instance: () => InstanceFacts;
  /** What a worker that is born during a drill is told. */
  readonly drill: () => ToWorker | null;
  /** The code that a worker loads by now is not what its generation was born with. */
  readonly codeChanged: (generation: Generation) => Promise<boolean>;
  /** What a worker found odd in the app; every worker says the same. */
  readonly warn: (message: Message, generation: number) => void;
  /** A worker has no descriptor left for a connection. */
  readonly takesNoConnection: (slot: number) => void;
  /** A worker's answer to `fill-pool`. */
  readonly poolFilled: (workerId: number, pool: FilledPool | null) => void;
  /** The fleet changed: a worker came, went or changed its state. */
  readonly changed: () => void;
}

export const createSupervisor = (dependencies: SupervisorDependencies): Supervisor => {
  const { door, log, blackBoxes } = dependencies;
  const roster = createRoster(() => dependencies.instance().mode === "production");
  const { records, raised, note } = roster;
  const outputs = new Map<number, AppOutput>();
  const say = createWorkerLog(log);
  const leadership = createLeadership((id, isLeader) =>
    dependencies.pool().send(id, { type: "leader", leader: isLeader }),
  );
  let serving: ReadonlySet<number> = new Set();
  let stopping = false;
  /** Who is still there when the time to stop is over did not end in time. */
  let overdue = false;
  let wake: NodeJS.Timeout | undefined;

  const elect = (): void => leadership.elect(records, serving);

  const settle = (): void => {
    clearTimeout(wake);
    const nowMs = monotonicMs();
    const { actions, nextAtMs } = reconcile(
      [...raised.values()].map((found) => found.desired()),
      [...records.values()],
      (generation, slot) => raised.get(generation)?.historyForForking(slot, nowMs),
      nowMs,
    );
    fork(actions.filter((action) => action.type === "fork"));
    for (const action of actions) if (action.type !== "fork") perform(action);
    if (nextAtMs !== null) wake = setTimeout(settle, Math.max(1, nextAtMs - nowMs)).unref();
    elect();
    dependencies.changed();
    roster.changed();
  };

  const fork = (births: readonly Birth[]): void => {
    if (births.length === 0) return;
    for (const { generation, slot } of births) raised.get(generation)?.forking(slot);
    for (const { generation } of raised.values()) {
      const own = births.filter((birth) => birth.generation === generation.id);
      if (own.length > 0) dependencies.pool().fork(own, launchOf(generation.app));
    }
  };

  const perform = (action: Exclude<Action, { type: "fork" }>): void => {
    const { workerId } = action;
    const record = records.get(workerId);
    if (record === undefined) return;
    say.decided(record, stopping ? { ...action, because: "because.stop" } : action);
    door.shut(workerId);
    if (action.type === "drain") {
      note(workerId, { type: "asked-to-drain" });
      dependencies.pool().send(workerId, { type: "drain", because: stopping ? "stop" : "change" });
      return;
    }
    blackBoxes.killing(record, overdue ? "because.stop-timeout" : action.because);
    if (action.type === "time-out-boot") {
      const failure: AppFailure = { reason: "never-ready", message: whyNeverReady(record), place: null, stack: null };
      raised.get(record.generation)?.failed({ slot: record.slot, cause: "timed-out", failure });
      note(workerId, { type: "boot-timed-out", failure });
    } else note(workerId, { type: "asked-to-die" });
    dependencies.pool().kill(workerId, "SIGKILL");
  };

  /** A generation that the door no longer points to stays warm until the change is over; its idle clients move on. */
  const tellWhoServes = (): void => {
    for (const { id, generation, state } of records.values()) {
      if (state === "ready") dependencies.pool().send(id, { type: "yield", on: !serving.has(generation) });
    }
  };

  /** With a port to adopt: where it listened instead. */
  const whyNeverReady = ({ warnings }: WorkerRecord): string => {
    const { adoptPort } = dependencies.instance();
    if (adoptPort === null) return "";
    const ports = warnings.flatMap(({ code, detail }) => (code === "W_SERVER_LEFT_ALONE" ? [`listen(${detail})`] : []));
    return [...ports, `DASHD_ADOPT_PORT=${adoptPort}`].join(", ");
  };

  const bury = (record: WorkerRecord, end: WorkerEnd): void => {
    const output = outputs.get(record.id);
    output?.flush();
    outputs.delete(record.id);
    roster.gone(record.id);
    door.gone(record.id);
    const generation = raised.get(record.generation);
    const death = deathOf(record, end.signal, monotonicMs());
    if (death.cause === "crashed" && record.hungSinceMs === null) generation?.seen.crashed();
    if (record.state === "booting" && death.cause !== "asked") {
      const failure = record.failure ?? endedWithoutWords(end, output?.lastWords() ?? null);
      generation?.failed({ slot: record.slot, cause: death.cause, failure } satisfies BootFailure);
    }
    const history = generation?.died(record.slot, death) ?? newSlot;
    const stage = generation?.generation.profile.stage ?? 0;
    const cause = blackBoxes.ended(record, end, { stage, inARow: history.streak, output });
    say.ended(record, end, history, death.atMs, cause);
    roster.forgetIfGone(record.generation);
  };

  const tellEveryone = (message: ToWorker): void => {
    for (const { id, state } of records.values()) if (state !== "ended") dependencies.pool().send(id, message);
  };

  const killAll = (): void => {
    for (const id of [...raised.keys()]) roster.drop(id);
    settle();
  };

  // Whoever said it hears it again, and knows it by its id.
  const relay = gatherInvalidations(tellEveryone);
  const hear = createHearWorkers({ ...dependencies, roster, leadership, say, settle, elect, relay });

  return {
    events: {
      forked: (workerId, pid, birth) => {
        const generation = raised.get(birth.generation);
        generation?.forked(birth);
        roster.born(bornWorker({ id: workerId, pid, ...birth }, monotonicMs()));
        const write = (stream: "out" | "err", line: string): void => {
          const boots = (records.get(workerId)?.readyAtMs ?? null) === null;
          if (boots && stream === "err" && generation?.echo.isEcho(birth.slot, line) === true) return;
          log.app(birth.slot, stream, line);
        };
        outputs.set(workerId, createAppOutput(write));
        settle();
      },
      wrote: (workerId, stream, chunk) => outputs.get(workerId)?.write(stream, chunk),
      pictured: (workerId, picture) => {
        const record = records.get(workerId);
        if (record === undefined) return;
        blackBoxes.pictured(record, picture);
        if (!picture.asked) return;
        note(workerId, { type: "pictured" });
        settle();
      },
      said: hear,
      notReceived: (workerId) => {
        door.notReceived(workerId);
        const record = records.get(workerId);
        if (record !== undefined) dependencies.takesNoConnection(record.slot);
      },
      ended: (workerId, end) => {
        const record = records.get(workerId);
        if (record === undefined) return;
        bury(record, end);
        settle();
      },
    },
    raise: (generation, workers = generation.profile.workers) => {
      roster.raise(createRaised(generation, dependencies.instance().mode, workers));
      settle();
    },
    scale: (generation, workers) => {
      raised.get(generation)?.scale(workers);
      settle();
    },
    whenUp: roster.whenUp,
    point: (...generations) => {
      serving = new Set(generations);
      door.point(serving);
      tellWhoServes();
      settle();
    },
    watchFrom: (generation) => raised.get(generation)?.seen.begin(monotonicMs()),
    seen: (generation) => raised.get(generation)?.seen.figures(monotonicMs()) ?? null,
    lastMinute: (generation) => raised.get(generation)?.seen.lastMinute(monotonicMs()) ?? nothingSeen,
    retire: (generation) => {
      raised.get(generation)?.retire();
      roster.forgetIfGone(generation);
      settle();
    },
    abandon: (generation) => {
      roster.drop(generation);
      settle();
    },
    whenGone: roster.whenGone,
    stop: async (withinMs) => {
      stopping = true;
      roster.stopping();
      for (const found of raised.values()) found.retire();
      settle();
      if (!(await roster.whenGone(null, withinMs))) {
        overdue = withinMs > 0;
        killAll();
        await roster.whenGone(null, killedWithinMs);
      }
      clearTimeout(wake);
    },
    tellOfService: (name, isDown) => {
      for (const { seen } of raised.values()) seen.serviceFell(isDown, monotonicMs());
      tellEveryone({ type: "service", name, down: isDown });
    },
    strike: (workerId, how, forMs) => {
      note(workerId, { type: "drilled", drill: how });
      if (how === "kill") dependencies.pool().kill(workerId, "SIGKILL");
      else dependencies.pool().send(workerId, { type: "drill", fault: "hang", forMs });
    },
    tellOfDrill: (fault, forMs) => tellEveryone({ type: "drill", fault, forMs }),
    renewTls: (files) => tellEveryone({ type: "tls", files }),
    killAll,
    replace: (workerId) => {
      note(workerId, { type: "outgoing" });
      settle();
    },
    tick: () => {
      const hung = dependencies.hangWatch.look(records.values(), monotonicMs());
      for (const { workerId, because, usedMs } of hung) {
        roster.seenOf(workerId)?.hung();
        const record = note(workerId, { type: "hung" });
        if (record !== null) {
          say.hung(record, because, usedMs);
          blackBoxes.hung(record, { because, usedMs });
        }
        // One that is stopped cannot answer.
        if (because === "because.hung-stopped") note(workerId, { type: "pictured" });
        else dependencies.pool().picture(workerId);
        door.shut(workerId);
      }
      if (hung.length > 0) settle();
    },
    records: () => [...records.values()],
    wantedOf: roster.wantedOf,
    generations: () => [...raised.values()].map((found) => found.generation),
    historyOf: (generation, slot) => raised.get(generation)?.history(slot) ?? newSlot,
    leader: leadership.leader,
  };
};

const endedWithoutWords = (end: WorkerEnd, lastWords: string | null): AppFailure => {
  const how = howEnded(end);
  return { reason: "ended", message: lastWords === null ? how : `${how}: ${lastWords}`, place: null, stack: null };
};

const nothingSeen: Before = { errorRate: null, p95Ms: null, rssBytes: null };
const killedWithinMs = 5_000;
