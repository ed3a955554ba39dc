import type { EffectiveLimits } from "../protocol/worker-messages.ts";
import type { Drain } from "./drain.ts";
import type { Front } from "./front.ts";
import type { Lane } from "./lane.ts";
import type { Sweep } from "./sweep.ts";
import type { Services } from "./services.ts";
import type { Watchdog } from "./watchdog.ts";

/** What is in force, read from the objects that enforce it, never from the assignment. */
export const readLimits = ({ front, sweep, drain, lane, watchdog, services }: LiveObjects): EffectiveLimits => {
  const server = [...lane.servers()].at(-1);
  return {
    requestsPerWorker: front.gate.limits.requestsPerWorker,
    queueMax: front.gate.limits.queueMax,
    waitTimeoutMs: front.gate.limits.waitTimeoutMs,
    connections: front.connections,
    // Two enforce each of these; where they differ the shorter one is in force.
    idleTimeoutMs: server === undefined ? sweep.idleTimeoutMs : Math.min(sweep.idleTimeoutMs, server.keepAliveTimeout),
    requestTimeoutMs: Math.min(...[front.gate.limits.requestTimeoutMs, server?.requestTimeout].filter(isNumber)),
    stopTimeoutMs: drain.stopTimeoutMs,
    hangKillAfterMs: watchdog.hangKillAfterMs(),
    postgresConnections: services.postgresConnections(),
  };
};

const isNumber = (value: number | undefined): value is number => value !== undefined;

interface LiveObjects {
  readonly front: Front;
  readonly sweep: Sweep;
  readonly drain: Drain;
  readonly lane: Lane;
  readonly watchdog: Watchdog;
  readonly services: Pick<Services, "postgresConnections">;
}
