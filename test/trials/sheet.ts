import assert from "node:assert/strict";
import { countByKind, type SentRequest } from "../client/crowd.ts";
import { figuresOf, type ProcessFigures } from "../support/master-figures.ts";
import { quantile } from "../support/median.ts";

/** What a run of a trial measured. Bounds are written down before they are judged, so that a report shows both. */
export interface Sheet {
  /** Requests of clients: counted by kind of failure; their times make p50 and p99. */
  add(requests: readonly SentRequest[]): void;
  /** Attempts that are no requests of the crowd: connections, commands, starts. */
  count(kind: string, times?: number): void;
  /** From the last fault to the full count of workers. */
  fullCount(ms: number): void;
  note(text: string): void;
  /** Fails unless `found` is at most `limit` and what is allowed openly on top of it for the host. */
  atMost(what: string, found: number, limit: number, bound: Bound): void;
  /** Memory and descriptors of this master, now and when the run ends. */
  watchMaster(pid: number): void;
  /** The run is over, nothing is cleaned up yet. */
  close(): void;
  figures(): SheetFigures;
}

export interface Bound {
  readonly unit: string;
  /** What this host cannot do faster, measured in the same run, each with its name. */
  readonly allowing?: Readonly<Record<string, number>>;
}

export interface SheetFigures {
  readonly attempts: number;
  /** By kind: refused, reset, empty, cut, time-out, 503, wrong body … */
  readonly failures: Readonly<Record<string, number>>;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly fullCountMs: number | null;
  readonly master: { readonly before: ProcessFigures | null; readonly after: ProcessFigures | null } | null;
  readonly notes: readonly string[];
}

export const createSheet = (): Sheet => {
  const failures: Record<string, number> = {};
  const times: number[] = [];
  const notes: string[] = [];
  let attempts = 0;
  let fullCountMs: number | null = null;
  let masterPid: number | null = null;
  let before: ProcessFigures | null = null;
  let after: ProcessFigures | null = null;
  const count = (kind: string, many: number): void => {
    attempts += many;
    if (kind !== "ok") failures[kind] = (failures[kind] ?? 0) + many;
  };
  return {
    add: (requests) => {
      for (const [kind, many] of Object.entries(countByKind(requests))) count(kind, many);
      for (const { sentAtMs, endedAtMs } of requests) times.push(endedAtMs - sentAtMs);
    },
    count: (kind, many = 1) => count(kind, many),
    fullCount: (ms) => {
      fullCountMs = Math.max(fullCountMs ?? 0, ms);
    },
    note: (text) => void notes.push(text),
    atMost: (what, found, limit, { unit, allowing = {} }) => {
      const parts = [limit, ...Object.values(allowing)];
      const allowed = parts.reduce((sum, part) => sum + part, 0);
      const named = Object.entries(allowing).map(([name, value]) => ` + ${name} ${short(value)}`);
      const told = `${what}: ${short(found)} ${unit} (allowed ${short(limit)}${named.join("")} ${unit})`;
      notes.push(told);
      assert.ok(found <= allowed, told);
    },
    watchMaster: (pid) => {
      masterPid = pid;
      before = figuresOf(pid);
    },
    close: () => {
      after = masterPid === null ? null : figuresOf(masterPid);
    },
    figures: () => ({
      attempts,
      failures,
      p50Ms: times.length === 0 ? null : quantile(times, 0.5),
      p99Ms: times.length === 0 ? null : quantile(times, 0.99),
      fullCountMs,
      master: masterPid === null ? null : { before, after },
      notes,
    }),
  };
};

const short = (value: number): string => String(Math.round(value * 100) / 100);
