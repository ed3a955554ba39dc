import { DashdError, type Message } from "../errors.ts";
import type { DrillRequest, StruckWorker, WorkerFault } from "../protocol/drill.ts";
import type { ServiceName, ToWorker } from "../protocol/worker-messages.ts";
import type { Door } from "./door.ts";
import type { Generation } from "./generation.ts";
import type { ServiceReadings, ServiceWatch } from "./service-watch.ts";
import type { Supervisor } from "./supervisor.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** A fault that is there now. */
export interface Fault {
  readonly worker: StruckWorker | null;
  /** After that long it is over, whoever asks or not. */
  readonly endsWithinMs: number;
  /** What those who see the drill end may take on top of it, at most. */
  readonly wholeAgainWithinMs: number;
  restore(): void;
  /** What a worker that is born meanwhile is told. */
  told(): ToWorker | null;
}

export interface FaultDependencies {
  readonly supervisor: Pick<Supervisor, "records" | "strike" | "tellOfDrill">;
  readonly door: Pick<Door, "connectionsOf">;
  readonly watch: Pick<ServiceWatch, "readings" | "pretend">;
  readonly generation: () => Generation;
  /** Monotonic. */
  readonly now: () => number;
}

/** Applies the fault that was asked for. Throws E_DRILL_UNFIT, and then nothing was done. */
export const applyFault = (request: DrillRequest, dependencies: FaultDependencies): Fault => {
  switch (request.drill) {
    case "kill":
      return kill(request, dependencies);
    case "hang":
      return hang(request, dependencies);
    case "redis-down":
      return ofService(request, "redis", "redis-down", dependencies);
    case "postgres-slow":
      return ofService(request, "postgres", "postgres-slow", dependencies);
    case "burst":
      return { ...nothingDone, wholeAgainWithinMs: bootMsOf(dependencies) + burstMs };
  }
};

const kill = (request: DrillRequest, dependencies: FaultDependencies): Fault => {
  const victim = victimOf(request, dependencies);
  const worker = struck(victim, dependencies);
  dependencies.supervisor.strike(victim.id, "kill", 0);
  return { ...nothingDone, worker, wholeAgainWithinMs: bootMsOf(dependencies) };
};

const hang = (request: DrillRequest, dependencies: FaultDependencies): Fault => {
  const victim = victimOf(request, dependencies);
  const limitMs = victim.effective?.hangKillAfterMs ?? null;
  if (limitMs === null) throw unfit(request, "hang-unseen");
  const worker = struck(victim, dependencies);
  const endsWithinMs = 2 * limitMs + hangMarginMs;
  const struckAtMs = dependencies.now();
  dependencies.supervisor.strike(victim.id, "hang", endsWithinMs);
  /** A loop hears nothing: who wants it to end before it is judged to hang ends its worker. */
  const restore = (): void => {
    const record = dependencies.supervisor.records().find(({ id }) => id === victim.id);
    const isBlocked = record !== undefined && record.heardAtMs < struckAtMs + lastWordsMs;
    if (isBlocked && (record.state === "ready" || record.state === "hung")) {
      dependencies.supervisor.strike(victim.id, "kill", 0);
    }
  };
  return { ...nothingDone, worker, endsWithinMs, wholeAgainWithinMs: bootMsOf(dependencies), restore };
};

const ofService = (
  request: DrillRequest,
  name: ServiceName,
  fault: Exclude<WorkerFault, "hang">,
  { supervisor, watch, generation, now }: FaultDependencies,
): Fault => {
  const found: ServiceReadings = watch.readings();
  if (found[name] === null) throw unfit(request, `no-${name}`);
  const { id } = generation();
  const own = supervisor.records().filter((record) => record.generation === id && record.state === "ready");
  if (!own.some(({ beat }) => beat !== null && beat[name] !== null)) throw unfit(request, "no-context");
  const endsWithinMs = request.seconds * 1_000 + serviceMarginMs;
  const endsAtMs = now() + endsWithinMs;
  const reason: Message = { code: `sick.drill-${name}`, facts: {} };
  watch.pretend(name, { state: name === "redis" ? "down" : "slow", reason });
  supervisor.tellOfDrill(fault, endsWithinMs);
  let isOn = true;
  return {
    worker: null,
    endsWithinMs,
    wholeAgainWithinMs: serviceBackMs,
    restore: () => {
      if (!isOn) return;
      isOn = false;
      watch.pretend(name, null);
      supervisor.tellOfDrill(fault, 0);
    },
    told: () => (isOn ? { type: "drill", fault, forMs: Math.max(1, endsAtMs - now()) } : null),
  };
};

/** Of the generation in force, ready, in the slot that was asked for. */
const victimOf = (request: DrillRequest, { supervisor, generation }: FaultDependencies): WorkerRecord => {
  const { id } = generation();
  const found = supervisor
    .records()
    .find((record) => record.generation === id && record.slot === request.slot && record.state === "ready");
  if (found === undefined) throw unfit(request, "no-worker");
  return found;
};

const struck = ({ id, slot, pid }: WorkerRecord, { door }: FaultDependencies): StruckWorker => ({
  slot,
  pid,
  connections: door.connectionsOf(id),
});

const bootMsOf = ({ generation }: FaultDependencies): number =>
  generation().profile.bootTimeoutSec * 1_000 + wholeMarginMs;

const unfit = ({ drill, slot }: DrillRequest, because: string): DashdError =>
  new DashdError("E_DRILL_UNFIT", { drill, because, slot }, { hint: "dashd status" });

const nothingDone: Fault = {
  worker: null,
  endsWithinMs: 0,
  wholeAgainWithinMs: 0,
  restore: () => undefined,
  told: () => null,
};

/** What it said before it heard of its loop may arrive that late. */
const lastWordsMs = 500;
/** A loop that gets little of a busy CPU needs longer than its limit, which counts CPU. */
const hangMarginMs = 30_000;
/** Who asked for it ends it; this is for the case that he cannot. */
const serviceMarginMs = 5_000;
/** From the end of a service's fault to the last look at it. */
const serviceBackMs = 40_000;
/** Clients wait no longer than the stage's wait budget, and are seen off. */
const burstMs = 30_000;
/** What looking takes on a busy host. */
const wholeMarginMs = 20_000;
