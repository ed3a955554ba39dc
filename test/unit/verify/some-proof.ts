import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { fingerprintOf } from "../../../lib/profile/compare.ts";
import { declaredLimits } from "../../../lib/profile/limits.ts";
import type { LimitRow } from "../../../lib/protocol/snapshot.ts";
import type { Proof } from "../../../lib/verify/proof.ts";

export const ladder = await loadLadder(builtInProfilesDir());
export const stage1 = stageOf(ladder, 1);
export const stage2 = stageOf(ladder, 2);

/** All as declared, and read back. */
export const rows: readonly LimitRow[] = declaredLimits(stage2).map(({ name, value }) => ({
  ...{ name, declared: value, effective: value, proven: null, provenAt: null, drift: false },
}));

/** The rows, with one that the instance reads back as something else. */
export const rowsWith = (name: string, effective: LimitRow["effective"]): readonly LimitRow[] =>
  rows.map((row) => (row.name === name ? { ...row, effective, drift: effective !== null } : row));

export const someProof = (overrides: Partial<Proof> = {}): Proof => ({
  schemaVersion: 1,
  kind: "dashd-proof",
  at: "2026-11-14T08:00:00.000Z",
  outcome: "held",
  dashd: { version: "0.1.0", node: "v20.20.2" },
  host: { name: "shop", platform: "linux x64", cpu: "A CPU", cores: 8, memoryBytes: 16 * 2 ** 30 },
  stage: 2,
  revision: 15,
  profileFingerprint: fingerprintOf(stage2),
  app: { path: "/srv/board/server.js", fingerprint: "sha256:1" },
  limits: rows.map(({ name, declared, effective }) => ({
    ...{ name, declared, effective },
    proven: name === "workers" || name === "connections" ? effective : null,
  })),
  steps: [
    {
      part: "limits",
      name: "workers",
      result: "held",
      message: { code: "verify.workers", facts: { name: "workers", expected: 16, found: 16, master: 1 } },
    },
  ],
  loads: [
    {
      users: 50,
      seconds: 30,
      requests: 900,
      okRate: 1,
      requestsPerSec: 45,
      response: { p50Ms: 4, p95Ms: 20, p99Ms: 30, maxMs: 40 },
      wait: { p50Ms: 0, p95Ms: 0, p99Ms: null, maxMs: null },
      verdict: {
        promisedUsers: 50,
        beyond: false,
        lines: [{ name: "okRate", expected: 0.98, found: 1, kept: true }],
        kept: true,
      },
      limited: false,
    },
  ],
  indicators: [{ name: "cpu", value: 0.4, warn: 0.7, critical: 0.8, level: "ok", advice: null }],
  ...overrides,
});
