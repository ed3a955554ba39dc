import type { DrillLine } from "../../protocol/drill.ts";
import { type Judged, line } from "./lines.ts";
import { type Asked, isWell, type Look, type Seen, slowestMs, tookMs, wellFromMs } from "./observations.ts";
import { serves } from "../../protocol/serves.ts";

/** What must hold when one worker is killed from nowhere. Pure. */
export const judgeKill = (seen: Seen): Judged => {
  const { begun, bounds } = seen;
  const lost = lostLine(seen, begun.beganAtMs);
  const back = backLine(seen, bounds.bootTimeoutMs);
  const well = wellLine(seen, bounds.bootTimeoutMs);
  return {
    lines: [lost, refusedLine(seen), back, othersLine(seen), restartsLine(seen), boxLine(seen, "drill-killed"), well],
    figures: figuresOf(seen, lost, back),
  };
};

/** What must hold when one worker's loop is blocked. Pure. */
export const judgeHang = (seen: Seen): Judged => {
  const { bounds } = seen;
  const withinMs = bounds.hangKillAfterMs + bounds.bootTimeoutMs;
  // Until it is killed its clients may go on sending to it.
  const lost = lostLine(seen, Number.POSITIVE_INFINITY);
  const back = backLine(seen, withinMs);
  return {
    lines: [
      lost,
      waitsLine(seen),
      elsewhereLine(seen),
      refusedLine(seen),
      back,
      firstLine(seen),
      othersLine(seen),
      boxLine(seen, "drill-hung"),
      wellLine(seen, withinMs),
    ],
    figures: figuresOf(seen, lost, back),
  };
};

/** When another worker was first seen ready in the slot of the struck one; null: not yet. */
export const successorIn = ({ begun, looks }: Pick<Seen, "begun" | "looks">): Successor | null => {
  for (const { atMs, workers } of looks) {
    const found = workers.find((row) => row.slot === begun.worker?.slot && row.pid !== begun.worker.pid && serves(row));
    if (found !== undefined) return { pid: found.pid, afterMs: Math.round(atMs - begun.beganAtMs) };
  }
  return null;
};

interface Successor {
  readonly pid: number;
  readonly afterMs: number;
}

/** No more than its connections, each of which has one request in flight at most. */
const lostLine = (seen: Seen, sentUntilMs: number): DrillLine => {
  const most = seen.begun.worker?.connections ?? 0;
  const during = duringOf(seen);
  const failed = during.filter((one) => one.status === null || (one.status >= 500 && one.status !== 503));
  const late = failed.filter(({ startedAtMs }) => startedAtMs > sentUntilMs + endingMs).length;
  return line("lost", failed.length <= most && late === 0, {
    promise: { most },
    found: { failed: failed.length, asked: during.length, late },
  });
};

const refusedLine = (seen: Seen): DrillLine => {
  const own = duringOf(seen).filter(({ status }) => status === 503).length;
  const refused = (seen.looks.at(-1)?.refused ?? 0) - seen.before.refused;
  return line("refused", own === 0 && refused === 0, { found: { own, refused } });
};

const backLine = (seen: Seen, withinMs: number): DrillLine => {
  const successor = successorIn(seen);
  const inTime = successor !== null && successor.afterMs <= withinMs;
  // A hang is counted in CPU: on a host that gives the loop none it is seen late, and what came then was in time.
  const { hang = null, followed = null } = seen.box ?? {};
  const starved = hang !== null && followed !== null && followed.afterMs <= seen.bounds.bootTimeoutMs;
  return line("back", inTime || (starved ? null : false), {
    promise: { slot: seen.begun.worker?.slot ?? null, withinMs },
    found: { pid: successor?.pid ?? null, afterMs: successor?.afterMs ?? null },
  });
};

const othersLine = ({ begun, before, looks }: Seen): DrillLine =>
  sameWorkers("others", before, looks, begun.worker?.pid ?? null);

/** Those of before, `struck` apart, are all there in every look. */
export const sameWorkers = (
  name: "others" | "workers",
  before: Look,
  looks: readonly Look[],
  struck: number | null,
): DrillLine => {
  const pids = before.workers.map(({ pid }) => pid).filter((pid) => pid !== struck);
  const lost = pids.filter((pid) => looks.some(({ workers }) => !workers.some((row) => row.pid === pid)));
  const found = { same: pids.length - lost.length, of: pids.length, lost: lost.map(String) };
  return line(name, lost.length === 0, { found, words: "workers" });
};

const restartsLine = ({ begun, before, looks }: Seen): DrillLine => {
  const ofSlot = ({ workers }: Look) => workers.find(({ slot }) => slot === begun.worker?.slot);
  const restarts =
    (looks.map(ofSlot).findLast((row) => row !== undefined)?.restarts ?? 0) - (ofSlot(before)?.restarts ?? 0);
  // A small distance after a kill is kept, no more than a look or two long.
  const waiting = looks.filter((look) => ofSlot(look)?.state === "backing-off");
  const backedOffMs = (waiting.at(-1)?.atMs ?? 0) - (waiting[0]?.atMs ?? 0);
  const backedOff = backedOffMs > longestDistanceMs;
  return line("restarts", restarts === 1 && !backedOff, { found: { restarts, backedOff } });
};

const boxLine = ({ box }: Seen, cause: string): DrillLine => {
  return line("box", box?.cause === cause, { found: { cause: box?.cause ?? null } });
};

const waitsLine = (seen: Seen): DrillLine => {
  const most = (seen.begun.worker?.connections ?? 0) + onTheirWay;
  const during = duringOf(seen);
  const waited = during.filter((one) => tookMs(one) > waitFromMs(seen));
  const others = during.filter((one) => tookMs(one) <= waitFromMs(seen));
  return line("waits", waited.length <= most, {
    promise: { most },
    found: { waited: waited.length, asked: during.length, slowestMs: slowestMs(others) },
  });
};

const elsewhereLine = (seen: Seen): DrillLine => {
  const fresh = duringOf(seen).filter((one) => one.fresh);
  const answered = fresh.filter((one) => isWell(one) && tookMs(one) <= waitFromMs(seen)).length;
  const waited = fresh.filter((one) => isWell(one) && tookMs(one) > waitFromMs(seen)).length;
  // One may have been on its way to the worker when it began to loop: it is served once the worker has gone.
  const held = fresh.length === 0 ? null : answered + Math.min(waited, onTheirWay) === fresh.length;
  return line("elsewhere", held, { found: { fresh: fresh.length, answered, waited } });
};

const firstLine = ({ begun, looks }: Seen): DrillLine => {
  const { slot, pid } = begun.worker ?? { slot: 0, pid: 0 };
  const gap = looks.some(({ workers }) => {
    const ofSlot = workers.filter((row) => row.slot === slot);
    return !ofSlot.some((row) => row.pid === pid) && !ofSlot.some(serves);
  });
  return line("first", !gap, { found: { looks: looks.length, gap } });
};

const wellLine = (seen: Seen, withinMs: number): DrillLine => {
  const afterMs = wellAfterMs(seen);
  return line("well", afterMs !== null && afterMs <= withinMs, { promise: { withinMs }, found: { afterMs } });
};

/** Counted from the end of the fault; where nobody ends it, from its beginning. */
export const wellAfterMs = (seen: Seen): number | null => {
  const atMs = wellFromMs(seen, seen.restoredAtMs);
  return atMs === null ? null : Math.round(atMs - seen.restoredAtMs);
};

/** Asked, or still without an answer, when the fault was there. */
export const duringOf = ({ begun, asked }: Pick<Seen, "begun" | "asked">): readonly Asked[] =>
  asked.filter(({ endedAtMs }) => endedAtMs >= begun.beganAtMs);

/** From there on a request has waited for the worker, and not for a busy host. */
const waitFromMs = ({ bounds, begun, asked }: Seen): number => {
  const before = slowestMs(asked.filter(({ endedAtMs }) => endedAtMs < begun.beganAtMs)) ?? 0;
  return Math.max(shortestWaitMs, bounds.hangKillAfterMs / 2, 3 * before);
};

const figuresOf = (seen: Seen, lost: DrillLine, back: DrillLine): Judged["figures"] => ({
  ...seen.begun.worker,
  asked: figure(lost.found.facts["asked"]),
  lost: figure(lost.found.facts["failed"]),
  readyAfterMs: figure(back.found.facts["afterMs"]),
});

const figure = (fact: unknown): number | null => (typeof fact === "number" ? fact : null);

/** A process takes its time to end, and its clients to hear of it. */
const endingMs = 500;
const shortestWaitMs = 1_000;
/** The door has at most one unacknowledged connection on its way to a worker. */
const onTheirWay = 1;
/** Of the replacement of a killed worker, and what looks may be apart. */
const longestDistanceMs = 1_000;
