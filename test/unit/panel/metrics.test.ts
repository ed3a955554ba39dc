import assert from "node:assert/strict";
import { test } from "node:test";
import { alertRules } from "../../../lib/fleet/alert-rules.ts";
import { grafanaDashboard } from "../../../lib/fleet/grafana.ts";
import { countUpTo, createCumulative, createHistogram, totalMsOf, totalOf } from "../../../lib/histogram.ts";
import { familiesOf, metricsText } from "../../../lib/panel/metrics.ts";
import type { TrafficTotals } from "../../../lib/protocol/traffic-totals.ts";
import { processFamilies } from "../../../lib/panel/process-metrics.ts";
import { loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { snapshot } from "../control/canned.ts";
import { packageRoot } from "../../../lib/package-root.ts";
import { join } from "node:path";

test("the text says what the snapshot and the counters say, under standard names", async () => {
  const text = await metricsText({
    snapshot: snapshot(),
    totals: totals([3, 3, 40, 700], { answers: 4, errors: 1, refusedAtDoor: 2 }),
  });
  for (const line of [
    "# TYPE http_request_duration_seconds histogram",
    'http_request_duration_seconds_bucket{le="0.004"} 2',
    'http_request_duration_seconds_bucket{le="0.064"} 3',
    'http_request_duration_seconds_bucket{le="+Inf"} 4',
    "http_request_duration_seconds_count 4",
    'http_requests_total{code="5xx"} 3',
    'http_requests_total{code="other"} 3',
    "dashd_connections 73",
    "dashd_connections_limit 200",
    'dashd_state{state="held"} 1',
    'dashd_state{state="changing"} 0',
    'dashd_limit{limit="workers",kind="declared"} 16',
  ]) {
    assert.ok(text.split("\n").includes(line), line);
  }
  assert.match(text, /^process_resident_memory_bytes \d{7,}$/m);
  assert.match(text, /^process_cpu_seconds_total [\d.]+$/m);
  assert.doesNotMatch(text, /NaN|null|undefined/);
});

test("both caches are told by layer and result, and nothing of one that is off or was never used", async () => {
  const { responseCache } = snapshot();
  const cache = {
    memory: { hits: 90, stale: 5, misses: 12, errors: 0, hitRate: 0.88 },
    redis: { hits: 7, stale: 1, misses: 3, errors: 2, hitRate: 0.7 },
    postgres: { hits: 0, stale: 0, misses: 3, errors: 0, hitRate: 0 },
    ...{ loads: 4, loadErrors: 1, bytes: 2_048, entries: 3 },
  };
  const used = snapshot({
    cache,
    responseCache: { ...responseCache, hits: 50, stale: 2, misses: 8, stored: 6, bytes: 9 },
  });
  const lines = (await metricsText({ snapshot: used, totals: totals([]) })).split("\n");
  for (const line of [
    'dashd_cache_lookups_total{layer="memory",result="hit"} 90',
    'dashd_cache_lookups_total{layer="redis",result="stale"} 1',
    'dashd_cache_lookups_total{layer="redis",result="error"} 2',
    'dashd_cache_lookups_total{layer="postgres",result="miss"} 3',
    "dashd_cache_loads_total 4",
    "dashd_cache_load_errors_total 1",
    "dashd_cache_memory_bytes 2048",
    'dashd_response_cache_answers_total{result="hit"} 50',
    'dashd_response_cache_answers_total{result="miss"} 8',
    "dashd_response_cache_stored_total 6",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  const unused = snapshot({ cache: null, responseCache: { ...responseCache, state: "off" } });
  assert.doesNotMatch(await metricsText({ snapshot: unused, totals: totals([]) }), /^dashd_\w*cache/m);
});

test("what nobody knows has no sample", async () => {
  const unknown = snapshot({ load: { ...snapshot().load, p95Ms: null, errorRate: null } });
  const text = await metricsText({ snapshot: unknown, totals: totals([]) });
  assert.doesNotMatch(text, /^dashd_response_p95_seconds /m);
  assert.doesNotMatch(text, /^dashd_error_ratio /m);
  assert.doesNotMatch(text, /^dashd_host_disk_io_ratio /m);
});

test("what an app is called cannot break a line", async () => {
  const odd = snapshot({ limits: [{ ...(snapshot().limits[0] ?? assert.fail()), name: 'x"} 1\nevil 2 \\' }] });
  const text = await metricsText({ snapshot: odd, totals: totals([]) });
  assert.doesNotMatch(text, /^evil/m);
  assert.ok(text.includes(String.raw`limit="x\"} 1\nevil 2 \\"`));
});

test("counters of buckets are exact at their edges, and the sum is within 1/32", () => {
  const timesMs = Array.from({ length: 2000 }, (_, index) => (index + 1) * 1.7);
  const { response } = totals(timesMs);
  assert.equal(totalOf(response), 2000);
  for (const edgeMs of [1, 4, 64, 96, 384, 1024, 2048]) {
    const exact = timesMs.filter((timeMs) => timeMs < edgeMs).length;
    assert.equal(countUpTo(response, edgeMs), exact, `up to ${edgeMs} ms`);
  }
  const sumMs = timesMs.reduce((sum, timeMs) => sum + timeMs, 0);
  assert.ok(Math.abs(totalMsOf(response) - sumMs) < sumMs / 32);
});

test("alerts and dashboard ask for nothing that is not there, and every indicator has an alert", async () => {
  const families = [...familiesOf({ snapshot: snapshot(), totals: totals([]) }), ...processFamilies(52_000_000)];
  const known = new Set(
    families.flatMap(({ name, type }) => (type === "histogram" ? [name, `${name}_bucket`, `${name}_count`] : [name])),
  );
  const ladder = await loadLadder(join(packageRoot(), "profiles"));
  for (const stage of ladder.keys()) {
    const profile = stageOf(ladder, stage);
    const rules = alertRules(profile, "shop");
    const asked = `${rules.map(({ expr }) => expr).join("\n")}\n${JSON.stringify(grafanaDashboard("shop", profile))}`;
    const names = [...asked.matchAll(/\b((?:dashd|http|process)_\w+)(?=\{|\\?\[)/g)].map(([, name = ""]) => name);
    assert.ok(names.length > 30);
    assert.deepEqual(
      names.filter((name) => !known.has(name)),
      [],
    );
    const alerted = new Set(rules.map(({ indicator }) => indicator));
    assert.deepEqual(
      Object.keys(profile.indicators).filter((name) => !alerted.has(name.replace(/Ms$/, ""))),
      [],
    );
    const cpu = rules.find(({ indicator, severity }) => indicator === "cpu" && severity === "warning");
    assert.equal(cpu?.threshold, profile.indicators.cpu.warn);
  }
});

const totals = (timesMs: readonly number[], counts: Partial<TrafficTotals> = {}): TrafficTotals => {
  const recorded = createHistogram();
  for (const timeMs of timesMs) recorded.record(timeMs);
  const response = createCumulative();
  response.merge(recorded.take());
  return {
    ...{ answers: timesMs.length, errors: 0, timedOut: 0, shed: 0, refused: 0, refusedAtDoor: 0 },
    response: response.counts(),
    wait: createCumulative().counts(),
    ...counts,
  };
};
