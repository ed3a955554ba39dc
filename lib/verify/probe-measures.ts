import { setTimeout as pause } from "node:timers/promises";
import type { ProbeInstance } from "./probe-instance.ts";
import { probed } from "./probe-profile.ts";
import { openRawClient, type RawClient } from "./raw-client.ts";

/** What was measured on the probe, from outside. Times in ms; null: it did not happen as long as was waited. */
export interface ProbeMeasures {
  /** Requests that ran at once, that waited for them, and whether one more was refused at once. */
  readonly running: number;
  readonly queued: number;
  readonly queueRefused: boolean;
  /** Until a request in the queue got its 503. */
  readonly waitMs: number | null;
  /** Until a request that never answers got its 503. */
  readonly requestMs: number | null;
  /** Until a connection on which nothing moves was closed. */
  readonly idleMs: number | null;
  /** Clients held beyond the connection limit, and whether one more was refused at once. */
  readonly heldAtDoor: number;
  readonly doorRefused: boolean;
  /** From a loop that blocks to the end of its worker, and whether another served afterwards. */
  readonly hangMs: number | null;
  readonly revived: boolean;
  /** From the wish to stop to the cut of a request that never ends, and whether the instance was gone then. */
  readonly stopMs: number | null;
  readonly stopped: boolean;
  /** How late a timer of this process came meanwhile: what the host cannot do faster. */
  readonly lagMs: number;
}

/** One phase after another, about nine seconds in all. */
export const measureProbe = async (probe: ProbeInstance): Promise<ProbeMeasures> => {
  const clients: RawClient[] = [];
  const lag = watchLag();
  const come = (path: string): RawClient => {
    const client = openRawClient(probe.url);
    clients.push(client);
    client.get(path);
    return client;
  };
  const leaveAll = (): void => {
    for (const client of clients.splice(0)) client.destroy();
  };
  try {
    const slots = await measureSlots(come);
    leaveAll();
    await quiet(probe);
    const [requestMs, idleMs, door] = await Promise.all([measureRequest(come), measureIdle(come), measureDoor(come)]);
    leaveAll();
    await quiet(probe);
    const hang = await measureHang(come, probe);
    leaveAll();
    const stop = await measureStop(come, probe);
    return { ...slots, requestMs, idleMs, ...door, ...hang, ...stop, lagMs: lag.stop() };
  } finally {
    lag.stop();
    leaveAll();
  }
};

type Come = (path: string) => RawClient;

/** All slots and all places of the queue are taken, then one more comes. */
const measureSlots = async (
  come: Come,
): Promise<Pick<ProbeMeasures, "running" | "queued" | "queueRefused" | "waitMs">> => {
  const asked: RawClient[] = [];
  for (let n = 0; n < probed.requestsPerWorker + probed.queueMax; n++) {
    const client = come("/hold");
    asked.push(client);
    // Each in its turn: the next one finds this one running, or waiting.
    await client.answer(n < probed.requestsPerWorker ? beginsWithinMs : settleMs);
  }
  const inQueue = asked.filter((client) => !client.isAnswered());
  const running = asked.length - inQueue.length;
  const further = await come("/hold").answer(atOnceMs);
  const first = await inQueue[0]?.answer(probed.waitTimeoutSec * 1_000 + waitMoreMs);
  return {
    running,
    queued: inQueue.length,
    queueRefused: further?.status === refused,
    waitMs: first?.status === refused ? first.afterMs : null,
  };
};

const measureRequest = async (come: Come): Promise<number | null> => {
  const answer = await come("/never").answer(probed.requestTimeoutSec * 1_000 + waitMoreMs);
  return answer?.status === refused ? answer.afterMs : null;
};

const measureIdle = async (come: Come): Promise<number | null> => {
  const client = come("/");
  await client.answer(beginsWithinMs);
  const sinceMs = performance.now();
  return (await client.closed(probed.idleTimeoutSec * 1_000 + waitMoreMs)) ? performance.now() - sinceMs : null;
};

/** The two others of this phase have a place each. */
const measureDoor = async (come: Come): Promise<Pick<ProbeMeasures, "heldAtDoor" | "doorRefused">> => {
  const inside = Array.from({ length: probed.connections - 2 }, () => come("/"));
  await Promise.all(inside.map((client) => client.answer(beginsWithinMs)));
  const held = Array.from({ length: probed.backlog }, () => come("/"));
  await pause(settleMs);
  const heldAtDoor = held.filter((client) => !client.isAnswered()).length;
  const further = await come("/").answer(atOnceMs);
  return { heldAtDoor, doorRefused: further?.status === refused };
};

const measureHang = async (come: Come, probe: ProbeInstance): Promise<Pick<ProbeMeasures, "hangMs" | "revived">> => {
  const client = come("/block");
  const sinceMs = performance.now();
  const isClosed = await client.closed(hangWithinMs);
  const hangMs = isClosed ? performance.now() - sinceMs : null;
  const answer = isClosed ? await come("/").answer(beginsWithinMs) : null;
  await probe.status().catch(() => undefined);
  return { hangMs, revived: answer?.status === 200 };
};

const measureStop = async (come: Come, probe: ProbeInstance): Promise<Pick<ProbeMeasures, "stopMs" | "stopped">> => {
  const client = come("/never");
  // It has its slot by then: an idle connection would be let go at once.
  await client.answer(settleMs);
  const sinceMs = performance.now();
  probe.stop();
  const isCut = await client.closed(probed.stopTimeoutSec * 1_000 + waitMoreMs);
  const stopMs = isCut && !client.isAnswered() ? performance.now() - sinceMs : null;
  return { stopMs, stopped: await probe.ended(goneWithinMs) };
};

/** What a phase leaves behind must not take the next one's places. */
const quiet = async (probe: ProbeInstance): Promise<void> => {
  const untilMs = performance.now() + goneWithinMs;
  while (performance.now() < untilMs) {
    const { load } = await probe.status();
    if (load.connections === 0 && load.held === 0) return;
    await pause(everyMs);
  }
};

const watchLag = (): { stop(): number } => {
  let worstMs = 0;
  let expectedMs = performance.now() + lagEveryMs;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    worstMs = Math.max(worstMs, nowMs - expectedMs);
    expectedMs = nowMs + lagEveryMs;
  }, lagEveryMs);
  return {
    stop: () => {
      clearInterval(timer);
      return worstMs;
    },
  };
};

const refused = 503;
const beginsWithinMs = 5_000;
const settleMs = 250;
/** A refusal takes no longer; a wait would be over later. */
const atOnceMs = 600;
const waitMoreMs = 6_000;
const hangWithinMs = 20_000;
const goneWithinMs = 8_000;
const lagEveryMs = 50;
const everyMs = 40;
