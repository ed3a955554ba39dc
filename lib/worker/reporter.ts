import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { ownResidentBytes } from "../host/own-memory.ts";
import type { EffectiveLimits } from "../protocol/worker-messages.ts";
import type { Channel } from "./channel.ts";
import type { Front } from "./front.ts";
import type { InFlightTable } from "./in-flight.ts";
import type { Lane } from "./lane.ts";
import type { Meter } from "./meter.ts";
import type { Overdue } from "./overdue.ts";
import type { Services } from "./services.ts";
import type { UserCount } from "./user-count.ts";

/** Sends a beat each second. A master that does not read gets no second one on top of the first (TRAPS 27). */
export const createReporter = ({
  channel,
  front,
  lane,
  meter,
  users,
  inFlight,
  overdue,
  services,
  effective,
}: ReporterDependencies): Reporter => {
  const delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  let before = performance.eventLoopUtilization();
  let cpuBefore = process.cpuUsage();
  let beforeMs = performance.now();
  let unsent = false;
  let told = "";
  let beats = 0;
  let lastRssBytes: number | null = null;

  /** They hardly ever change: what the master knows already is not sent again. */
  const changed = (limits: EffectiveLimits): EffectiveLimits | null => {
    const text = Object.values(limits).join();
    if (text === told) return null;
    told = text;
    return limits;
  };
  /** Reads a file of /proc; an idle worker need not, every time. */
  const rssBytes = (): number | null => {
    if (beats++ % beatsPerRss === 0 || front.gate.inFlight() > 0) lastRssBytes = ownResidentBytes() ?? lastRssBytes;
    return lastRssBytes;
  };

  const beat = (): void => {
    if (unsent) return;
    unsent = true;
    const after = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(after, before);
    before = after;
    const cpu = process.cpuUsage();
    const nowMs = performance.now();
    const cpuMs = (cpu.user + cpu.system - cpuBefore.user - cpuBefore.system) / 1_000;
    const spanMs = nowMs - beforeMs;
    cpuBefore = cpu;
    beforeMs = nowMs;
    const p99Ms = delay.count > 0 ? delay.percentile(99) / 1e6 - delayResolutionMs : null;
    delay.reset();
    const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
    const { requests, more } = inFlight.read();
    channel.send(
      {
        type: "beat",
        beat: {
          ...meter.take(),
          overdue: overdue.take(),
          users: users.take(),
          ...services.figures(),
          responseCache: front.cached(),
          connections: lane.count(),
          inFlight: front.gate.inFlight(),
          queued: front.gate.queued(),
          requests: requests.slice(0, requestsTold),
          more: more + Math.max(0, requests.length - requestsTold),
          cpuMs: Math.round(cpuMs * 10) / 10,
          spanMs: Math.round(spanMs),
          rssBytes: rssBytes(),
          heapUsedBytes,
          heapLimitBytes,
          loopDelayP99Ms: p99Ms === null ? null : Math.max(0, Math.round(p99Ms * 10) / 10),
          utilization: Math.round(utilization * 1000) / 1000,
          effective: changed(effective()),
        },
      },
      () => {
        unsent = false;
      },
    );
  };

  return {
    start: () => {
      delay.enable();
      // What the start took is no part of serving.
      cpuBefore = process.cpuUsage();
      beforeMs = performance.now();
      setInterval(beat, beatMs).unref();
    },
    beat,
  };
};

export interface Reporter {
  start(): void;
  /** One now, besides the regular ones: the last counts before the end. */
  beat(): void;
}

interface ReporterDependencies {
  readonly channel: Channel;
  readonly front: Front;
  readonly lane: Lane;
  readonly meter: Meter;
  readonly users: Pick<UserCount, "take">;
  readonly inFlight: Pick<InFlightTable, "read">;
  readonly overdue: Pick<Overdue, "take">;
  readonly services: Pick<Services, "figures">;
  readonly effective: () => EffectiveLimits;
}

const beatMs = 1000;
/** The oldest: for the day that the worker dies without a word. */
const requestsTold = 8;
const beatsPerRss = 5;
// Each sample wakes an idle worker: at 100 ms they cost a third of its idle CPU (measured, 2.0 against 1.4 ms a second).
const delayResolutionMs = 200;
