import type { LimitRow } from "../protocol/snapshot.ts";
import type { ProbeMeasures } from "./probe-measures.ts";
import { probed } from "./probe-profile.ts";
import { type Shown, shown, stepOf, together } from "./steps.ts";

/**
 * What the probe shows, beside what the live workers read back: a limit is proven where its mechanism works on this host
 * with this build, and the live instance has it set as declared. A string: why there was no probe. Pure.
 */
export const probeSteps = (measures: ProbeMeasures | string, limits: readonly LimitRow[]): Shown =>
  together(
    probes.flatMap(({ name, code, look }) => {
      const row = limits.find((one) => one.name === name);
      if (row === undefined) return [];
      const live = { expected: row.declared, found: row.effective };
      if (typeof measures === "string") {
        return [shown(step(name, "inconclusive", "verify.probe-failed", { ...live, fault: measures }), null)];
      }
      const { works, facts } = look(measures);
      // What is only late on a host that was late itself tells nothing.
      const measured = works ? "held" : measures.lagMs > lateHostMs ? "inconclusive" : "not-held";
      const result = row.drift ? "not-held" : measured;
      return [shown(step(name, result, code, { ...live, ...facts }), row.effective)];
    }),
  );

/** Nothing that another try could show better. */
export const worksThroughout = (measures: ProbeMeasures | string): boolean =>
  typeof measures !== "string" && probes.every(({ look }) => look(measures).works);

interface Probed {
  readonly name: string;
  readonly code: string;
  readonly look: (measures: ProbeMeasures) => Looked;
}

interface Looked {
  readonly works: boolean;
  readonly facts: Readonly<Record<string, number | null | boolean>>;
}

/** Not before its time, and not long after it. */
const timed = (sec: number, foundMs: number | null, lateMs: number, { lagMs }: ProbeMeasures): Looked => ({
  works: foundMs !== null && foundMs >= sec * 1_000 - earlyMs && foundMs <= sec * 1_000 + lateMs + 2 * lagMs,
  facts: { probed: sec, measuredMs: foundMs === null ? null : Math.round(foundMs) },
});

const probes: readonly Probed[] = [
  {
    name: "requestsPerWorker",
    code: "probe.slots",
    look: ({ running, queued }) => ({
      works: running === probed.requestsPerWorker && queued === probed.queueMax,
      facts: { probed: probed.requestsPerWorker, measured: running },
    }),
  },
  {
    name: "backlog",
    code: "probe.backlog",
    look: ({ heldAtDoor, doorRefused }) => ({
      works: heldAtDoor === probed.backlog && doorRefused,
      facts: { probed: probed.backlog, measured: heldAtDoor, refused: doorRefused },
    }),
  },
  {
    name: "waitTimeoutSec",
    code: "probe.wait",
    look: (all) => timed(probed.waitTimeoutSec, all.waitMs, tickLateMs, all),
  },
  {
    name: "queue.max",
    code: "probe.queue",
    look: ({ queued, queueRefused }) => ({
      works: queued === probed.queueMax && queueRefused,
      facts: { probed: probed.queueMax, measured: queued, refused: queueRefused },
    }),
  },
  {
    name: "idleTimeoutSec",
    code: "probe.idle",
    look: (all) => timed(probed.idleTimeoutSec, all.idleMs, sweepLateMs, all),
  },
  {
    name: "requestTimeoutSec",
    code: "probe.request",
    look: (all) => timed(probed.requestTimeoutSec, all.requestMs, tickLateMs, all),
  },
  {
    name: "stopTimeoutSec",
    code: "probe.stop",
    look: (all) => {
      const { works, facts } = timed(probed.stopTimeoutSec, all.stopMs, tickLateMs, all);
      return { works: works && all.stopped, facts: { ...facts, gone: all.stopped } };
    },
  },
  {
    name: "hang.killAfterSec",
    code: "probe.hang",
    look: (all) => {
      const { works, facts } = timed(probed.hangKillAfterSec, all.hangMs, hangLateMs, all);
      return { works: works && all.revived, facts: { ...facts, revived: all.revived } };
    },
  },
];

const step = stepOf("limits");

/** Clocks of two processes, and what lies between an answer and its being read. */
const earlyMs = 60;
const tickLateMs = 1_500;
/** Idle connections are looked for once a second. */
const sweepLateMs = 2_500;
/** Its own CPU is what counts, and the new worker comes first: on a busy host that takes its time. */
const hangLateMs = 15_000;
const lateHostMs = 1_000;
