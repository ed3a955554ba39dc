import type { BlackBox } from "../../../lib/protocol/black-box.ts";

/** A hang as a master keeps it. */
export const box = (id: number, more: Partial<BlackBox> = {}): BlackBox => ({
  schemaVersion: 1,
  id,
  at: "2026-11-25T16:20:11.000Z",
  slot: 3,
  generation: 2,
  stage: 2,
  pid: 4711,
  cause: "hung-loop",
  code: null,
  signal: "SIGKILL",
  hang: { because: "because.hung-loop", usedMs: 15_200 },
  error: null,
  livedMs: 60_000,
  readyForMs: 59_000,
  inARow: 1,
  stack: [{ name: "sumUp", file: "/srv/board/report.js", line: 12, column: 5 }],
  noStack: null,
  inFlight: {
    asOf: "end",
    beforeMs: 900,
    requests: [{ method: "GET", path: "/report", ageMs: 16_000 }],
    more: 0,
    queued: 0,
  },
  memory: { rssBytes: 95e6, heapUsedBytes: 40e6, heapLimitBytes: 4e9 },
  output: [{ stream: "out", text: "summing up" }],
  followed: { pid: 4800, afterMs: 424 },
  ...more,
});
