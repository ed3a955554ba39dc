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
  const bigger = largerStage(input, () => true);
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
    { todo: "todo.more-room", count: shed + refused },
  ] as const;
  const largest = kinds.toSorted((a, b) => b.count - a.count)[0];
  const bigger = largerStage(input, () => true);
  return {
    ...{ value: figures.errorRate, count: errors + figures.refusedLastMinute },
    ...{ answers: answers + figures.refusedLastMinute, own, timedOut, shed, refused, nextStage: bigger },
    requestTimeoutSec: profile.requestTimeoutSec,
    todo: largest?.todo === "todo.more-room" ? roomOf(bigger) : (largest?.todo ?? null),
  };
};

/** How many slots what runs and waits would fill. */
export const busyFacts = (input: AdviceInput): Facts => {
  const { figures, circumstances } = input;
  const { workers, requestsPerWorker } = input.profile;
  const wanted = circumstances.inFlight + figures.queued + figures.held;
  const neededWorkers = Math.max(workers + 1, Math.ceil(wanted / requestsPerWorker));
  const bigger = largerStage(
    input,
    (stage) => stage.workers * stage.requestsPerWorker > workers * requestsPerWorker,
    (stage) => stage.workers * stage.requestsPerWorker >= wanted && stage.workers > workers,
  );
  return {
    ...{
      value: figures.busyWorkers,
      workers,
      inFlight: circumstances.inFlight,
      waiting: figures.queued + figures.held,
    },
    ...{ slots: workers * requestsPerWorker, neededWorkers, perWorker: Math.floor(wanted / workers) + 1 },
    ...{ cpu: figures.cpu, nextStage: bigger, todo: isCpuShort(input) ? "todo.cpu-first" : roomOf(bigger) },
  };
};

/** The limit that would have held everybody who wants in. */
export const connectionFacts = (input: AdviceInput): Facts => {
  const { figures, circumstances } = input;
  const { connections, backlog } = input.profile;
  const needed = circumstances.connections + figures.held + (figures.refusedLastMinute > 0 ? 1 : 0);
  const bigger = largerStage(
    input,
    (stage) => stage.connections > connections,
    (stage) => stage.connections >= needed,
  );
  return {
    ...{ held: figures.held, heldForSec: figures.heldForSec, refused: figures.refusedLastMinute, backlog },
    ...{ open: circumstances.connections, limit: connections, needed: Math.max(needed, connections + 1) },
    ...{ nextStage: bigger, todo: roomOf(bigger) },
  };
};

export const waitingFacts = (input: AdviceInput): Facts => {
  const { figures, circumstances } = input;
  const { workers, requestsPerWorker, queue } = input.profile;
  const slots = workers * requestsPerWorker;
  const wanted = circumstances.inFlight + figures.queued;
  const bigger = largerStage(
    input,
    (stage) => stage.workers * stage.requestsPerWorker > slots || stage.connections > input.profile.connections,
    (stage) => stage.workers * stage.requestsPerWorker >= wanted,
  );
  return {
    ...{ held: figures.held, queued: figures.queued, waiting: figures.held + figures.queued, max: queue.max },
    ...{ inFlight: circumstances.inFlight, slots, waitP95Ms: circumstances.waitP95Ms, cpu: figures.cpu },
    ...{ nextStage: bigger, todo: isCpuShort(input) ? "todo.cpu-first" : roomOf(bigger) },
  };
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

/** The lowest stage above that fits, else the highest that is better at all; null: none is. */
const largerStage = (
  { profile, ladder }: Pick<AdviceInput, "profile" | "ladder">,
  isBetter: (stage: StageSize) => boolean,
  fits: (stage: StageSize) => boolean = isBetter,
): number | null => {
  const above = ladder.filter((stage) => stage.stage > profile.stage && isBetter(stage));
  return (above.find(fits) ?? above.at(-1))?.stage ?? null;
};

const roomOf = (stage: number | null): string => (stage === null ? "todo.larger-host" : "todo.larger-stage");

/** More workers on a CPU that is full only wait in another place. */
const isCpuShort = ({ profile, figures }: Pick<AdviceInput, "profile" | "figures">): boolean =>
  figures.cpu !== null && figures.cpu >= profile.indicators.cpu.critical;

const todoOfPart = {
  wait: roomOf,
  queries: () => "todo.look-at-queries",
  loop: () => "todo.look-at-slot",
  work: () => "todo.look-at-app",
} as const;
