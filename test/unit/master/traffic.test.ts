import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHistogram } from "../../../lib/histogram.ts";
import { createTraffic } from "../../../lib/master/traffic.ts";
import type { Beat } from "../../../lib/protocol/worker-messages.ts";

const beat = (responsesMs: readonly number[], more: Partial<Beat> = {}): Beat => {
  const response = createHistogram();
  for (const ms of responsesMs) response.record(ms);
  return {
    connections: 0,
    inFlight: 0,
    queued: 0,
    requests: [],
    more: 0,
    served: 0,
    users: [],
    answers: responsesMs.length,
    errors: 0,
    timedOut: 0,
    shed: 0,
    refused: 0,
    responseMs: response.take(),
    waitMs: [],
    cpuMs: 0,
    spanMs: 1_000,
    rssBytes: 0,
    heapUsedBytes: 0,
    heapLimitBytes: 0,
    loopDelayP99Ms: null,
    utilization: 0,
    postgres: null,
    redis: null,
    responseCache: null,
    overdue: [],
    effective: {
      requestsPerWorker: null,
      queueMax: null,
      connections: null,
      waitTimeoutMs: null,
      idleTimeoutMs: null,
      requestTimeoutMs: null,
      stopTimeoutMs: null,
      hangKillAfterMs: null,
      postgresConnections: null,
    },
    ...more,
  };
};

describe("the traffic of the last minute", () => {
  it("knows nothing without traffic, and says null rather than zero", () => {
    const figures = createTraffic(0).figures(10_000);
    assert.deepEqual([figures.p95Ms, figures.errorRate, figures.requestsPerSec], [null, null, null]);
  });

  it("merges the percentiles of all workers", () => {
    const traffic = createTraffic(0);
    traffic.add(beat(Array.from({ length: 95 }, () => 10)), 1_000);
    traffic.add(beat(Array.from({ length: 5 }, () => 1_000)), 1_000);
    const { p50Ms, p99Ms } = traffic.figures(10_000);
    assert.ok(p50Ms !== null && p50Ms >= 10 && p50Ms <= 10 * (1 + 1 / 8), `p50 ${p50Ms}`);
    assert.ok(p99Ms !== null && p99Ms >= 1_000 && p99Ms <= 1_000 * (1 + 1 / 8), `p99 ${p99Ms}`);
  });

  it("counts refusals at the door as errors, and forgets everything but totals after a minute", () => {
    const traffic = createTraffic(0);
    traffic.add(beat([1, 1, 1], { errors: 1 }), 1_000);
    traffic.addRefused(1_000);
    assert.equal(traffic.figures(2_000).errorRate, 0.5);
    assert.equal(traffic.figures(2_000).refusedLastMinute, 1);
    const later = traffic.figures(62_000);
    assert.deepEqual([later.errorRate, later.p50Ms, later.served, later.refused], [null, null, 3, 1]);
  });
});
