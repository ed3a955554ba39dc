import type { BlackBoxStore } from "../home/black-boxes.ts";
import type { OomWatch } from "../host/oom-kills.ts";
import type {
  BlackBox,
  DeathCause,
  InFlight,
  LastWords,
  MemoryFigures,
  Picture,
  RequestInFlight,
} from "../protocol/black-box.ts";
import type { AppOutput } from "./app-output.ts";
import { classifyDeath } from "./classify-death.ts";
import type { Hang } from "./hang.ts";
import type { WorkerEnd, WorkerRecord } from "./worker-record.ts";

/** Gathers what is known of a worker that hangs or dies, and keeps it in the home. */
export interface BlackBoxes {
  hung(record: WorkerRecord, hang: Hang): void;
  pictured(record: WorkerRecord, picture: Picture): void;
  /** We are about to kill it. */
  killing(record: WorkerRecord, because: string): void;
  dying(record: WorkerRecord, lastWords: LastWords): void;
  /** It may be the one that takes a dead worker's slot. */
  ready(record: WorkerRecord): void;
  /** What ended it, and its box is written; null, and no box, for an end that was asked for. */
  ended(record: WorkerRecord, end: WorkerEnd, circumstances: Circumstances): DeathCause | null;
}

export interface Circumstances {
  readonly stage: number;
  readonly inARow: number;
  readonly output: Pick<AppOutput, "lastLines" | "fatalError"> | undefined;
}

interface BlackBoxDependencies {
  readonly store: Pick<BlackBoxStore, "write" | "nextId">;
  readonly oomWatch: Pick<OomWatch, "lately">;
  readonly rssBytesOf: (pid: number) => number | null;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly wallClock: () => Date;
}

export const createBlackBoxes = (dependencies: BlackBoxDependencies): BlackBoxes => {
  const { store, nowMs } = dependencies;
  const notes = new Map<number, Note>();
  /** The last box of each slot, until somebody has taken the slot. */
  const open = new Map<string, { readonly box: BlackBox; readonly fromMs: number }>();

  const noteOf = (record: WorkerRecord): Note => {
    const known = notes.get(record.id);
    if (known !== undefined) return known;
    const note: Note = { ...nothingNoted, slotKey: keyOf(record) };
    notes.set(record.id, note);
    return note;
  };

  return {
    hung: (record, hang) => {
      const { because, usedMs } = hang;
      Object.assign(noteOf(record), { hang: { because, usedMs }, rssBytes: dependencies.rssBytesOf(record.pid) });
    },
    pictured: (record, picture) => void Object.assign(noteOf(record), { picture, picturedAtMs: nowMs() }),
    killing: (record, killedBecause) => void Object.assign(noteOf(record), { killedBecause }),
    dying: (record, lastWords) => void Object.assign(noteOf(record), { lastWords }),
    ready: (record) => {
      const key = keyOf(record);
      for (const [id, note] of notes) {
        if (note.slotKey === key && note.hang !== null && id !== record.id) {
          note.successor ??= { pid: record.pid, atMs: nowMs() };
        }
      }
      const waiting = open.get(key);
      if (waiting === undefined) return;
      open.delete(key);
      const followed = { pid: record.pid, afterMs: Math.round(nowMs() - waiting.fromMs) };
      store.write({ ...waiting.box, followed });
    },
    ended: (record, end, { stage, inARow, output }) => {
      const note = notes.get(record.id) ?? nothingNoted;
      notes.delete(record.id);
      const isOurs = note.killedBecause !== null || record.drill === "kill";
      const cause = classifyDeath({
        ...end,
        asked: record.asked,
        killedBecause: note.killedBecause,
        hang: note.hang?.because ?? null,
        drill: record.drill,
        failedToBoot: record.failure !== null && record.readyAtMs === null,
        lastWords: note.lastWords?.kind ?? null,
        fatalError: output?.fatalError() ?? null,
        oomKills: end.signal === "SIGKILL" && !isOurs ? dependencies.oomWatch.lately() : null,
      });
      if (cause === null) return null;
      const atMs = nowMs();
      const { slot, generation, pid } = record;
      const key = keyOf(record);
      const fromMs = record.hungSinceMs ?? atMs;
      const box: BlackBox = {
        ...{
          schemaVersion: 1,
          slot,
          generation,
          stage,
          pid,
          cause,
          code: end.code,
          signal: end.signal,
          inARow: Math.max(1, inARow),
        },
        id: 0,
        at: dependencies.wallClock().toISOString(),
        hang: note.hang === null ? null : { ...note.hang, usedMs: Math.round(note.hang.usedMs) },
        error: errorOf(record, note, output?.fatalError() ?? null),
        livedMs: Math.round(atMs - record.bornAtMs),
        readyForMs: record.readyAtMs === null ? null : Math.round(atMs - record.readyAtMs),
        stack: note.picture?.stack ?? null,
        noStack: whyNoStack(note),
        inFlight: inFlightOf(record, note, atMs),
        memory: memoryOf(record, note),
        output: output?.lastLines().slice() ?? [],
        followed:
          note.successor === null
            ? null
            : { pid: note.successor.pid, afterMs: Math.round(note.successor.atMs - fromMs) },
      };
      // A slot that fails to start again and again in the same way has one box, not fifty.
      const before = open.get(key)?.box;
      const id = before !== undefined && isSameBoot(before, box) ? before.id : store.nextId();
      const named = { ...box, id };
      store.write(named);
      open.delete(key);
      if (named.followed === null) open.set(key, { box: named, fromMs });
      for (const oldest of [...open.keys()].slice(0, -openKept)) open.delete(oldest);
      return cause;
    },
  };
};

interface Note {
  readonly slotKey: string;
  readonly hang: Hang | null;
  readonly rssBytes: number | null;
  readonly picture: Picture | null;
  readonly picturedAtMs: number;
  readonly killedBecause: string | null;
  readonly lastWords: LastWords | null;
  successor: { readonly pid: number; readonly atMs: number } | null;
}

const nothingNoted: Note = {
  slotKey: "",
  hang: null,
  rssBytes: null,
  picture: null,
  picturedAtMs: 0,
  killedBecause: null,
  lastWords: null,
  successor: null,
};

const keyOf = ({ generation, slot }: WorkerRecord): string => `${generation}/${slot}`;

const errorOf = ({ failure }: WorkerRecord, { lastWords }: Note, fatalError: string | null): BlackBox["error"] => {
  if (lastWords?.error !== undefined && lastWords.error !== null) return lastWords.error;
  if (failure !== null) return { message: failure.message, place: failure.place, stack: failure.stack };
  return fatalError === null ? null : { message: fatalError, place: null, stack: null };
};

const whyNoStack = ({ hang, picture }: Note): BlackBox["noStack"] => {
  if (hang === null || (picture !== null && picture.stack !== null)) return null;
  if (hang.because === "because.hung-stopped") return "stopped";
  return picture?.asked === true ? "native" : "no-answer";
};

/** From the nearest there is: its own memory while it hung, its last words, its last beat. */
const inFlightOf = (
  { beat, beatAtMs }: WorkerRecord,
  { picture, picturedAtMs, lastWords }: Note,
  atMs: number,
): InFlight => {
  const queued = beat?.queued ?? 0;
  const seen = (asOf: InFlight["asOf"], seenAtMs: number, from: Pick<Picture, "requests" | "more">): InFlight => {
    const beforeMs = Math.max(0, Math.round(atMs - seenAtMs));
    return {
      asOf,
      beforeMs,
      requests: from.requests.map((request) => aged(request, beforeMs)),
      more: from.more,
      queued,
    };
  };
  if (lastWords !== null) return seen("end", atMs, lastWords);
  if (isNewest(picture, picturedAtMs, beatAtMs)) return seen(picture.asked ? "end" : "blocked", picturedAtMs, picture);
  if (beat !== null) return seen("beat", beatAtMs ?? atMs, beat);
  return { asOf: "unknown", beforeMs: 0, requests: [], more: 0, queued };
};

const aged = (request: RequestInFlight, byMs: number): RequestInFlight => ({
  ...request,
  ageMs: request.ageMs + byMs,
});

/** A beat that came after it tells that the worker was no longer blocked. */
const isNewest = (picture: Picture | null, picturedAtMs: number, beatAtMs: number | null): picture is Picture =>
  picture !== null && picturedAtMs >= (beatAtMs ?? 0);

const memoryOf = (
  { beat, beatAtMs }: WorkerRecord,
  { picture, picturedAtMs, lastWords, rssBytes }: Note,
): MemoryFigures => {
  const told = lastWords ?? (isNewest(picture, picturedAtMs, beatAtMs) ? picture : null);
  return {
    rssBytes: told?.rssBytes ?? rssBytes ?? beat?.rssBytes ?? null,
    heapUsedBytes: told?.heapUsedBytes ?? beat?.heapUsedBytes ?? null,
    heapLimitBytes: told?.heapLimitBytes ?? beat?.heapLimitBytes ?? null,
  };
};

const isSameBoot = (one: BlackBox, other: BlackBox): boolean =>
  one.readyForMs === null &&
  other.readyForMs === null &&
  one.cause === other.cause &&
  one.error?.message === other.error?.message;

/** Slots of generations that have gone are never taken. */
const openKept = 200;
