import type { Facts } from "../errors.ts";
import type { AdviceInput } from "./advice.ts";
import type { StageSize } from "./figures.ts";

/** Which part of a slow answer is the largest: waiting for a slot, queries, a blocked event loop, or the app's own work. */
export const responseFacts = (input: AdviceInput): Facts => {
  const { responseP95Ms: p95Ms } = input.figures;
  const { waitP95Ms, queryP95Ms, workers } = input.circumstances;
  const blocked = workers.toSorted((a, b) => (b.loopDelayP99Ms ?? 0) - (a.loopDelayP99Ms ?? 0))[0];
  const loopMs = blocked?.loopDelayP99Ms ?? null;
  // A query's time and a late turn of the loop are part of the response; the wait comes before it.
  const restMs = p95Ms === null ? null : Math.max(0, p95Ms - (queryP95Ms ?? 0) - (loopMs ?? 0));
  const parts = [
    { part: "wait", ms: waitP95Ms },
    { part: "queries", ms: queryP95Ms },
    { part: "loop", ms: loopMs },
    { part: "work", ms: restMs },
  ] as const;
  const largest = parts.toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0)).find(({ ms }) => (ms ?? 0) > 0);
  const bigger = largerStage(input, slotsOf, 0);
  return {
    ...{ value: p95Ms, waitP95Ms, queryP95Ms, loopMs, partMs: largest?.ms ?? null },
    part: largest === undefined ? null : `part.${largest.part}`,
    slot: blocked?.slot ?? null,
    nextStage: bigger,
    todo: todoOfPart[largest?.part ?? "work"](bigger),
  };
};

/** Which kind of error there are most of. */
export const errorFacts = (input: AdviceInput): Facts => {
  const { profile, figures } = input;
  const { lastMinute } = input.circumstances;
  const { answers, errors, timedOut, shed } = lastMinute;
  const refused = lastMinute.refused + figures.refusedLastMinute;
  const own = Math.max(0, errors - timedOut - shed - lastMinute.refused);
  const kinds = [
    { todo: "todo.error-log", count: own },
    { todo: "todo.shorter-requests", count: timedOut },
    { todo: null, count: shed + refused },
  ] as const;
  const largest = kinds.reduce((most, one) => (one.count > most.count ? one : most));
  const bigger = largerStage(input, slotsOf, 0);
  return {
    ...{ value: figures.errorRate, count: errors + figures.refusedLastMinute },
    ...{ answers: answers + figures.refusedLastMinute, own, timedOut, shed, refused, nextStage: bigger },
    requestTimeoutSec: profile.requestTimeoutSec,
    todo: largest.todo ?? roomOf(bigger),
  };
};

/** How many slots what runs and waits would fill. */
export const busyFacts = (input: AdviceInput): Facts => {
  const { figures, circumstances } = input;
  const { workers, requestsPerWorker } = input.profile;
  const waiting = figures.queued + figures.held;
  const wanted = circumstances.inFlight + waiting;
  const slots = workers * requestsPerWorker;
  return {
    ...{ value: figures.busyWorkers, workers, inFlight: circumstances.inFlight, waiting, slots },
    neededWorkers: wanted > slots ? Math.ceil(wanted / requestsPerWorker) : null,
    perWorker: wanted > slots ? Math.ceil(wanted / workers) : null,
    ...slotsWanted(input, wanted, figures.busyWorkers > 0),
  };
};

/** The limit that would have let everybody in who is held or was refused. */
export const connectionFacts = (input: AdviceInput): Facts => {
  const { figures, circumstances, profile } = input;
  const { held, heldForSec, refusedLastMinute: refused } = figures;
  const { connections: limit, backlog } = profile;
  const needed = Math.max(circumstances.connections + held + refused, limit + 1);
  const bigger = largerStage(input, connectionsOf, needed);
  return {
    ...{ held, heldForSec, refused, backlog, open: circumstances.connections, limit, needed, nextStage: bigger },
    todo: held + refused > 0 ? roomOf(bigger) : null,
  };
};

export const waitingFacts = (input: AdviceInput): Facts => {
  const { figures, circumstances, profile } = input;
  const { held, queued } = figures;
  const { inFlight, waitP95Ms } = circumstances;
  return {
    ...{ held, queued, waiting: held + queued, max: profile.queue.max, inFlight, waitP95Ms },
    slots: profile.workers * profile.requestsPerWorker,
    ...slotsWanted(input, inFlight + queued + held, held + queued > 0),
  };
};

/** More workers on a CPU that is full only wait in another place. */
const slotsWanted = (input: AdviceInput, wanted: number, isWanted: boolean): Facts => {
  const { figures, profile } = input;
  const isCpuShort = figures.cpu !== null && figures.cpu >= profile.indicators.cpu.critical;
  const bigger = largerStage(input, slotsOf, wanted);
  const todo = isCpuShort ? "todo.cpu-first" : roomOf(bigger);
  return { cpu: figures.cpu, nextStage: bigger, todo: isWanted ? todo : null };
};

/** The smallest stage that is for so many. */
export const userFacts = ({ profile, figures: { users }, ladder }: AdviceInput): Facts => {
  const fits = ladder.find((stage) => stage.users.max >= (users ?? 0) && stage.stage > profile.stage);
  const top = ladder.at(-1);
  return {
    ...{ value: users, max: profile.users.max, nextStage: fits?.stage ?? null, nextMax: fits?.users.max ?? null },
    ...{ topStage: top?.stage ?? profile.stage, topMax: top?.users.max ?? profile.users.max },
  };
};

/**
 * The lowest stage above that has as much as is wanted of one instance, else the one that has most; null: none has more
 * than this one. A stage counts with all its instances.
 */
const largerStage = (
  { profile, ladder }: Pick<AdviceInput, "profile" | "ladder">,
  sizeOf: (stage: StageSize) => number,
  wanted: number,
): number | null => {
  const above = ladder.filter((stage) => stage.stage > profile.stage && sizeOf(stage) > sizeOf(profile));
  const fits = above.find((stage) => sizeOf(stage) >= wanted * profile.instances);
  return (fits ?? above.at(-1))?.stage ?? null;
};

const slotsOf = ({ workers, requestsPerWorker, instances }: StageSize): number =>
  workers * requestsPerWorker * instances;
const connectionsOf = ({ connections, instances }: StageSize): number => connections * instances;

const roomOf = (stage: number | null): string => (stage === null ? "todo.larger-host" : "todo.larger-stage");

const todoOfPart = {
  wait: roomOf,
  queries: () => "todo.look-at-queries",
  loop: () => "todo.look-at-slot",
  work: () => "todo.look-at-app",
} as const;
