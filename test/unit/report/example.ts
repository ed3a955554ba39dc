import type { CommittedEntry, JournalEntry } from "../../../lib/home/journal-entries.ts";
import { createHistogram } from "../../../lib/histogram.ts";
import type { SecondTally } from "../../../lib/load/plan.ts";
import { type LoadSummary, summarise } from "../../../lib/load/summary.ts";
import { judgeLoad } from "../../../lib/load/verdict.ts";
import { declaredLimits } from "../../../lib/profile/limits.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import type { UpgradeInput } from "../../../lib/report/upgrade-case.ts";
import type { Proof, ProofStep, ProvenLoad } from "../../../lib/verify/proof.ts";
import { snapshot } from "../control/canned.ts";

export const ladder = await loadLadder(builtInProfilesDir());

/** An upgrade from stage 1 to stage 2, proven; what a test is about is replaced. */
export const example = ({ proof, ...rest }: ExampleParts = {}): UpgradeInput => ({
  proof: { ...heldProof, ...proof },
  loads: [summaryOf(100)],
  journal: [committed(4, 1, "start"), ...reverted, committed(5, 2, "stage")],
  ladder,
  status: snapshot({ host: { cpu: 0.41, memory: 0.52, diskIo: null }, warnings: [] }),
  ...rest,
});

interface ExampleParts extends Partial<Omit<UpgradeInput, "proof">> {
  readonly proof?: Partial<Proof>;
}

export const committed = (
  revision: number,
  stage: number,
  kind: CommittedEntry["kind"],
  more: Partial<CommittedEntry> = {},
): CommittedEntry => ({
  ...{ type: "committed", change: `c${revision}`, revision, kind, stage },
  profile: stageOf(ladder, stage),
  app: { path: "/srv/board/server.js", builtIn: false, args: [], version: "8.10.1", fingerprint: "sha256:00" },
  ...{ workersOverride: null, rollbackOf: null, evidence: null },
  ...{ at: `2025-12-${String(revision).padStart(2, "0")}T09:30:00.000Z`, by: "anna@shop", reason: null },
  ...more,
});

const reverted: readonly JournalEntry[] = [
  {
    ...{ type: "begin", change: "lost", kind: "stage", stage: 2 },
    ...{ at: "2025-12-04T11:00:00.000Z", by: "ben@shop", reason: "the upgrade" },
  },
  { type: "reverted", change: "lost", because: { code: "because.drift", facts: {} }, at: "2025-12-04T11:00:09.000Z" },
];

/** Ten steady seconds in which everybody is answered in 40 to 100 ms. */
export const summaryOf = (users: number): LoadSummary => {
  const tallies = Array.from({ length: 12 }, (_, second): SecondTally => {
    const times = createHistogram();
    for (let ms = 40; ms <= 100; ms += 2) times.record(ms + second);
    const taken = times.take();
    return {
      ...{ second, requests: 31, ok: second === 5 ? 30 : 31, bytes: 31_000, visits: 10, longestMs: 100 + second },
      errors: second === 5 ? [{ kind: "503", path: "/api/sales?<b>", count: 1 }] : [],
      ...{ totalMs: taken, plainMs: taken, responseMs: taken, waitMs: taken },
      users: Math.min(users, (second + 1) * Math.ceil(users / 3)),
    };
  });
  return summarise({ users, rampSec: 2, seconds: 12, tallies, strains: [{ utilization: 0.2, loopLagP99Ms: 4 }] });
};

export const provenLoad = (summary: LoadSummary, stage = 2): ProvenLoad => {
  const { users, seconds, requests, okRate, requestsPerSec, response, wait, strain } = summary;
  const verdict = judgeLoad(summary, stageOf(ladder, stage).promise);
  return { users, seconds, requests, okRate, requestsPerSec, response, wait, verdict, limited: strain.limited };
};

export const stepOf = (
  part: ProofStep["part"],
  name: string,
  result: ProofStep["result"],
  said: string,
): ProofStep => ({
  ...{ part, name, result },
  // The sentences of the steps belong to `dashd verify`: any will do.
  message: { code: "banner.warning", facts: { warning: said } },
});

const proven: Readonly<Record<string, number>> = { workers: 16, connections: 200, idleTimeoutSec: 180 };

export const heldProof: Proof = {
  ...{ schemaVersion: 1, kind: "dashd-proof", at: "2025-12-11T10:05:00.000Z", outcome: "held" },
  dashd: { version: "0.1.0", node: "v20.20.2" },
  host: { name: "shop-1", platform: "linux x64", cpu: "Xeon E5", cores: 4, memoryBytes: 16 * 2 ** 30 },
  ...{ stage: 2, revision: 5, profileFingerprint: "aa" },
  app: { path: "/srv/board/server.js", fingerprint: "sha256:00" },
  limits: declaredLimits(stageOf(ladder, 2)).map(({ name, value }) => ({
    ...{ name, declared: value, proven: proven[name] ?? null },
    effective: name.startsWith("redis.") ? null : value,
  })),
  steps: [
    stepOf("declared-effective", "workers", "held", "expected 16, found 16; stage 1 has 8"),
    stepOf("limits", "connections", "held", "expected 200, found 200"),
    stepOf("limits", "requestTimeoutSec", "not-measured", "no probe"),
    stepOf("promise", "users-100", "held", "expected 95 %, found 99.7 %"),
    stepOf("indicators", "cpu", "held", "at most 41 %"),
  ],
  loads: [provenLoad(summaryOf(100))],
  indicators: [
    { name: "cpu", value: 0.41, warn: 0.7, critical: 0.8, level: "ok", advice: null },
    {
      name: "memory",
      value: 0.85,
      warn: 0.8,
      critical: 0.9,
      level: "warn",
      advice: { code: "advice.memory", facts: {} },
    },
    { name: "redis", value: "off", warn: "slow", critical: "down", level: "unknown", advice: null },
    { name: "postgresPool", value: 0.5, warn: 0.8, critical: 1, level: "ok", advice: null },
    { name: "connections", value: 0, warn: 10, critical: "refusals", level: "ok", advice: null },
  ],
};
