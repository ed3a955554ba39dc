import type { Message } from "../errors.ts";
import type { Log } from "../log.ts";
import type { RawHandle } from "../protocol/raw-handle.ts";
import { type AppFailure, monotonicMs, type ToMaster } from "../protocol/worker-messages.ts";
import { type AppOutput, createAppOutput } from "./app-output.ts";
import { type BootEcho, createBootEcho } from "./boot-echo.ts";
import { type BootFailure, type BootVerdict, judgeBoot } from "./boot-verdict.ts";
import type { Door } from "./door.ts";
import { assignmentFor, desiredFor, type Generation, type InstanceFacts } from "./generation.ts";
import type { Birth, Pool, PoolEvents } from "./pool.ts";
import { type Action, reconcile } from "./reconcile.ts";
import { afterDeath, newSlot, type SlotHistory } from "./restart-policy.ts";
import type { Traffic } from "./traffic.ts";
import { advance, bornWorker, deathOf, type WorkerEvent, type WorkerRecord } from "./worker-record.ts";

/** Keeps what is there at what is desired: events → records → reconcile → perform. */
export interface Supervisor {
  readonly events: PoolEvents;
  /** The generation is wanted from now on. */
  raise(generation: Generation): void;
  /** Settles when the generation is up or will not come; never later than its workers' boot time-outs allow. */
  whenUp(generation: number): Promise<BootVerdict>;
  /** The door gives new connections to this generation only. */
  point(generation: number): void;
  /** Its workers finish what they have and go. */
  retire(generation: number): void;
  /** Its workers are killed: it never served. */
  abandon(generation: number): void;
  /** Settles when no process of the generation is left, or after `withinMs`; tells whether they are gone. */
  whenGone(generation: number, withinMs: number): Promise<boolean>;
  /** Everyone drains for good; settles when the last has gone, at `withinMs` the rest is killed. */
  stop(withinMs: number): Promise<void>;
  killAll(): void;
  records(): readonly WorkerRecord[];
  generations(): readonly Generation[];
  historyOf(generation: number, slot: number): SlotHistory;
  leader(): number | null;
}

export interface SupervisorDependencies {
  readonly pool: () => Pool;
  readonly door: Door;
  readonly traffic: Traffic;
  readonly log: Log;
  readonly instance: () => InstanceFacts;
  /** What a worker found odd in the app; every worker says the same. */
  readonly warn: (message: Message) => void;
  /** The fleet changed: a worker came, went or changed its state. */
  readonly changed: () => void;
}

interface Raised {
  readonly generation: Generation;
  want: "up" | "retire";
  readonly failures: BootFailure[];
  readonly slots: Map<number, SlotHistory>;
  readonly beingForked: Set<number>;
  readonly echo: BootEcho;
}

export const createSupervisor = (dependencies: SupervisorDependencies): Supervisor => {
  const { door, traffic, log, changed } = dependencies;
  const records = new Map<number, WorkerRecord>();
  const outputs = new Map<number, AppOutput>();
  const raised = new Map<number, Raised>();
  const watchers = new Set<() => void>();
  let serving = 0;
  let leader: number | null = null;
  let stopping = false;
  let wake: NodeJS.Timeout | null = null;

  const note = (workerId: number, event: WorkerEvent): WorkerRecord | null => {
    const record = records.get(workerId);
    if (record === undefined) return null;
    const next = advance(record, event, monotonicMs());
    records.set(workerId, next);
    return next;
  };

  const notify = (): void => {
    electLeader();
    changed();
    for (const watcher of watchers) watcher();
  };

  /** Exactly one: the ready worker of the serving generation with the lowest slot, kept as long as it lives. */
  const electLeader = (): void => {
    const able = [...records.values()].filter((record) => record.state === "ready" && record.generation === serving);
    if (able.some((record) => record.id === leader)) return;
    const next = able.sort((a, b) => a.slot - b.slot)[0]?.id ?? null;
    if (leader !== null && records.has(leader)) dependencies.pool().send(leader, { type: "leader", leader: false });
    if (next !== null) dependencies.pool().send(next, { type: "leader", leader: true });
    leader = next;
  };

  const fork = (births: readonly Birth[]): void => {
    if (births.length === 0) return;
    for (const { generation, slot } of births) raised.get(generation)?.beingForked.add(slot);
    dependencies.pool().fork(births);
  };

  const perform = (action: Exclude<Action, { type: "fork" }>): void => {
    const pool = dependencies.pool();
    const record = records.get(action.workerId);
    log.debug({
      code: action.type === "drain" ? "log.worker-draining" : "log.worker-killed",
      facts: { slot: record?.slot ?? null, pid: record?.pid ?? null, because: action.because },
    });
    switch (action.type) {
      case "drain":
        door.shut(action.workerId);
        note(action.workerId, { type: "asked-to-drain" });
        pool.send(action.workerId, { type: "drain", because: stopping ? "stop" : "change" });
        break;
      case "kill":
        door.shut(action.workerId);
        note(action.workerId, { type: "asked-to-die" });
        pool.kill(action.workerId, "SIGKILL");
        break;
      case "time-out-boot": {
        const failure: AppFailure = { reason: "never-ready", message: action.because, place: null, stack: null };
        if (record !== undefined) failBoot(record, "timed-out", failure);
        note(action.workerId, { type: "boot-timed-out", failure });
        pool.kill(action.workerId, "SIGKILL");
        break;
      }
    }
  };

  const settle = (): void => {
    if (wake !== null) clearTimeout(wake);
    wake = null;
    const desired = [...raised.values()].map(({ generation, want }) => desiredFor(generation, want));
    const nowMs = monotonicMs();
    const { actions, nextAtMs } = reconcile(desired, [...records.values()], historyForForking, nowMs);
    fork(actions.filter((action) => action.type === "fork"));
    for (const action of actions) if (action.type !== "fork") perform(action);
    if (nextAtMs !== null) wake = setTimeout(settle, Math.max(1, Math.min(nextAtMs - nowMs, longestNapMs)));
    notify();
  };

  /** A slot whose fork was asked for and not yet reported is not forked again. */
  const historyForForking = (generation: number, slot: number): SlotHistory | undefined => {
    const found = raised.get(generation);
    if (found?.beingForked.has(slot) === true) return { ...newSlot, notBeforeMs: monotonicMs() + longestNapMs };
    return found?.slots.get(slot);
  };

  const failBoot = (record: WorkerRecord, cause: BootFailure["cause"], failure: AppFailure): void => {
    const generation = raised.get(record.generation);
    if (generation === undefined) return;
    generation.failures.push({ slot: record.slot, cause, failure });
    if (generation.failures.length > failuresKept) generation.failures.shift();
  };

  const verdictOf = (id: number): BootVerdict => {
    const found = raised.get(id);
    if (found === undefined || stopping) {
      return { verdict: "failed", failure: { reason: "ended", message: "stopped", place: null, stack: null } };
    }
    const ready = [...records.values()].filter((record) => record.generation === id && record.state === "ready").length;
    return judgeBoot({ workers: found.generation.profile.workers, ready, failures: found.failures });
  };

  /** Resolves with the first answer that is not null, asked again whenever the fleet changes. */
  const when = <T>(answer: () => T | null, withinMs: number | null): Promise<T | null> =>
    new Promise((resolve) => {
      const deadline = withinMs === null ? null : setTimeout(() => finish(answer()), withinMs);
      const finish = (value: T | null): void => {
        watchers.delete(look);
        if (deadline !== null) clearTimeout(deadline);
        resolve(value);
      };
      const look = (): void => {
        const value = answer();
        if (value !== null) finish(value);
      };
      watchers.add(look);
      look();
    });

  const noneLeft = (generation: number | null) => (): true | null =>
    [...records.values()].some((record) => generation === null || record.generation === generation) ||
    [...raised.values()].some(
      (found) => (generation === null || found.generation.id === generation) && found.beingForked.size > 0,
    )
      ? null
      : true;

  const killAll = (): void => {
    raised.clear();
    settle();
  };

  const events: PoolEvents = {
    forked: (workerId, pid, birth: Birth) => {
      raised.get(birth.generation)?.beingForked.delete(birth.slot);
      records.set(workerId, bornWorker({ id: workerId, pid, ...birth }, monotonicMs()));
      const echo = raised.get(birth.generation)?.echo;
      outputs.set(
        workerId,
        createAppOutput((stream, line) => {
          const boots = (records.get(workerId)?.readyAtMs ?? null) === null;
          if (stream === "err" && boots && echo?.isEcho(birth.slot, line) === true) return;
          log.app(birth.slot, stream, line);
        }),
      );
      settle();
    },
    wrote: (workerId, stream, chunk) => outputs.get(workerId)?.write(stream, chunk),
    said: (workerId, message, handle) => {
      door.heard(workerId);
      hear(workerId, message, handle);
    },
    ended: (workerId, end) => {
      const record = records.get(workerId);
      if (record === undefined) return;
      const output = outputs.get(workerId);
      output?.flush();
      outputs.delete(workerId);
      records.delete(workerId);
      door.gone(workerId);
      const nowMs = monotonicMs();
      const death = deathOf(record, end.signal, nowMs);
      const generation = raised.get(record.generation);
      if (generation !== undefined) {
        const history = afterDeath(generation.slots.get(record.slot) ?? newSlot, death);
        generation.slots.set(record.slot, history);
        if (record.readyAtMs === null && death.cause !== "asked" && record.state === "booting") {
          failBoot(record, death.cause, record.failure ?? endedWithoutWords(end, output?.lastWords() ?? null));
        }
      }
      const noRecordLeft = ![...records.values()].some((other) => other.generation === record.generation);
      if (generation?.want === "retire" && noRecordLeft) raised.delete(record.generation);
      logEnd(log, record, end, generation?.slots.get(record.slot) ?? newSlot, nowMs);
      settle();
    },
  };

  const hear = (workerId: number, message: ToMaster, handle: RawHandle | null): void => {
    switch (message.type) {
      case "hello":
        greet(workerId);
        break;
      case "ready": {
        const record = note(workerId, message);
        if (record?.state !== "ready") break;
        door.open({
          id: workerId,
          generation: record.generation,
          hand: (handover, raw, failed) =>
            dependencies.pool().send(workerId, { type: "connection", ...handover }, raw, failed),
        });
        for (const { code, detail } of message.warnings) dependencies.warn({ code, facts: { detail } });
        log.debug({
          code: "log.worker-ready",
          facts: {
            slot: record.slot,
            pid: record.pid,
            generation: record.generation,
            bootMs: Math.round((record.readyAtMs ?? record.bornAtMs) - record.bornAtMs),
          },
        });
        settle();
        break;
      }
      case "failed": {
        const record = note(workerId, message);
        const { message: found, place } = message.failure;
        if (record === null || raised.get(record.generation)?.echo.isEcho(record.slot, found) === true) break;
        log.error({ code: "log.app-failed", facts: { slot: record.slot, message: found, place } });
        break;
      }
      case "accepted":
        door.accepted(workerId, message.id);
        break;
      case "closed":
        door.closed(workerId, message.ids);
        break;
      case "returned":
        if (handle !== null) door.returned(workerId, message.id, handle);
        break;
      case "beat":
        note(workerId, message);
        traffic.add(message.beat, monotonicMs());
        break;
      case "drained":
        note(workerId, { type: "heard" });
        break;
    }
  };

  const greet = (workerId: number): void => {
    const record = note(workerId, { type: "heard" });
    const generation = record === null ? undefined : raised.get(record.generation);
    if (record === null || generation === undefined) return;
    const assignment = assignmentFor(generation.generation, record.slot, false, dependencies.instance());
    dependencies.pool().send(workerId, { type: "assign", assignment });
  };

  return {
    events,
    raise: (generation) => {
      raised.set(generation.id, {
        generation,
        want: "up",
        failures: [],
        slots: new Map(),
        beingForked: new Set(),
        echo: createBootEcho(),
      });
      settle();
    },
    whenUp: async (generation) => {
      const verdict = await when(() => {
        const now = verdictOf(generation);
        return now.verdict === "wait" ? null : now;
      }, null);
      return verdict ?? verdictOf(generation);
    },
    point: (generation) => {
      serving = generation;
      door.point(generation);
      notify();
    },
    retire: (generation) => {
      const found = raised.get(generation);
      if (found === undefined) return;
      found.want = "retire";
      settle();
    },
    abandon: (generation) => {
      raised.delete(generation);
      settle();
    },
    whenGone: async (generation, withinMs) => (await when(noneLeft(generation), withinMs)) ?? false,
    stop: async (withinMs) => {
      stopping = true;
      for (const found of raised.values()) found.want = "retire";
      settle();
      if ((await when(noneLeft(null), withinMs)) !== null) return;
      killAll();
      await when(noneLeft(null), killedWithinMs);
    },
    killAll,
    records: () => [...records.values()],
    generations: () => [...raised.values()].map((found) => found.generation),
    historyOf: (generation, slot) => raised.get(generation)?.slots.get(slot) ?? newSlot,
    leader: () => leader,
  };
};

const endedWithoutWords = (
  end: { readonly code: number | null; readonly signal: string | null },
  lastWords: string | null,
): AppFailure => {
  const how = end.signal === null ? `exit code ${end.code ?? "unknown"}` : `signal ${end.signal}`;
  return {
    reason: "ended",
    message: lastWords === null ? how : `${how}: ${lastWords}`,
    place: null,
    stack: null,
  };
};

const logEnd = (
  log: Log,
  { slot, pid, generation, asked, failure }: WorkerRecord,
  { code, signal }: { readonly code: number | null; readonly signal: string | null },
  { streak, notBeforeMs }: SlotHistory,
  nowMs: number,
): void => {
  const message = { code: "log.worker-exit", facts: { slot, pid, generation, code, signal, expected: asked } };
  // A boot that failed has said why already.
  if (asked || failure !== null) log.debug(message);
  else log.error(message);
  const delayMs = Math.round(notBeforeMs - nowMs);
  if (!asked && streak > 1) log.warn({ code: "log.backing-off", facts: { slot, delayMs, crashes: streak } });
};

const longestNapMs = 10_000;
const failuresKept = 200;
const killedWithinMs = 5_000;
