import type { DrainReason } from "../protocol/worker-messages.ts";
import type { WorkerLimits } from "../profile/worker-limits.ts";
import { leave } from "./connection.ts";
import type { Farewell } from "./farewell.ts";
import type { Front } from "./front.ts";
import type { HandBack } from "./hand-back.ts";
import type { Lane } from "./lane.ts";

/**
 * Lets every connection go without losing a request. `change`: idle sockets go back to the door, requests run to their
 * end, what is left (streams, upgraded, half-sent) is bounded by the stop time; so is one of TLS, which cannot go back and
 * leaves with its next answer. Clients of HTTP/2 are told at once (TRAPS 51). `stop`: a lame duck first, then idle
 * sockets are closed as they become idle, all bounded by the stop time. Where only those are left who would stay for
 * ever, their program is told to stop; shortly before the stop time they are told to go.
 */
export const createDrain = (dependencies: DrainDependencies): Drain => {
  const { lane, front, handBack, farewell, limits, now, tellProgram, empty } = dependencies;
  const goodbyeAfterMs = limits.stopTimeoutMs - Math.min(goodbyeMs, limits.stopTimeoutMs / 2);
  let because: DrainReason | null = null;
  let yielding = false;
  let startedAtMs = 0;
  let over = false;
  let timer: NodeJS.Timeout | null = null;

  const step = (): void => {
    if (over) return;
    if (because === null) {
      if (yielding) handBack.offer();
      return;
    }
    const forMs = now() - startedAtMs;
    if (because === "change") handBack.offer();
    else if (forMs >= lameDuckMs) for (const connection of lane.idle()) leave(connection);
    if (forMs >= goodbyeAfterMs) farewell.say();
    if (forMs >= limits.stopTimeoutMs) endLate(forMs);
    if (lane.count() > 0 || handBack.busy()) {
      if (forMs >= lameDuckMs && farewell.onlyTheyAreLeft()) tellProgram();
      return;
    }
    over = true;
    if (timer !== null) clearInterval(timer);
    empty();
  };

  const endLate = (forMs: number): void => {
    front.closeAfterAnswers();
    const all = because === "stop" || forMs >= limits.stopTimeoutMs + limits.waitTimeoutMs + limits.requestTimeoutMs;
    const inSlots = new Set(all ? [] : front.gate.present().map(({ connection }) => connection));
    const idle = new Set(lane.idle());
    for (const connection of lane.connections()) {
      if (idle.has(connection)) leave(connection);
      else if (!inSlots.has(connection)) connection.socket.destroy();
    }
  };

  // After an answer its socket is idle one turn later.
  let looking = false;
  const lookSoon = (): void => {
    if ((because === null && !yielding) || looking) return;
    looking = true;
    setImmediate(() => {
      looking = false;
      step();
    });
  };
  front.onAnswer(lookSoon);
  lane.onGone(lookSoon);

  const keepLooking = (): void => {
    // After the poll phase: what a client has sent by now is read before its socket counts as idle, however late we are.
    timer ??= setInterval(() => setImmediate(step), everyMs);
  };

  /** What cannot be handed back goes with its next answer, or when its client has heard. */
  const letGo = (): void => {
    front.closeWhatStays(true);
    for (const { http2 } of lane.connections()) http2?.goAway();
  };

  return {
    yieldTo: (on) => {
      if (because !== null || yielding === on) return;
      yielding = on;
      if (on) {
        letGo();
        keepLooking();
      } else {
        front.closeWhatStays(false);
        handBack.offer(0);
        if (timer !== null) clearInterval(timer);
        timer = null;
      }
      step();
    },
    begin: (reason) => {
      if (over || because === reason || because === "stop") return;
      because = reason;
      startedAtMs = now();
      if (reason === "stop") {
        // Nobody is left to take what still would go back.
        handBack.offer(0);
        front.closeAfterAnswers();
        for (const { http2 } of lane.connections()) http2?.goAway();
      } else letGo();
      keepLooking();
      step();
    },
    isGiving: () => because !== null || yielding,
    look: lookSoon,
    reason: () => because,
    stopTimeoutMs: limits.stopTimeoutMs,
  };
};

export interface Drain {
  /** Idle connections go back to the door as they come to be, and the worker stays; until it is told otherwise. */
  yieldTo(on: boolean): void;
  /** Whatever is idle goes back on its own. */
  isGiving(): boolean;
  begin(because: DrainReason): void;
  look(): void;
  reason(): DrainReason | null;
  readonly stopTimeoutMs: number;
}

interface DrainDependencies {
  readonly lane: Lane;
  readonly front: Front;
  readonly handBack: HandBack;
  readonly farewell: Farewell;
  readonly limits: WorkerLimits;
  readonly now: () => number;
  /** The program may end what it opened; told more than once. */
  readonly tellProgram: () => void;
  /** No connection is left. */
  readonly empty: () => void;
}

/** Clients that are about to send on an idle connection still get their answer, with `Connection: close` (TRAPS 5). */
const lameDuckMs = 500;
/** For the answer to a goodbye. */
const goodbyeMs = 1000;
const everyMs = 100;
