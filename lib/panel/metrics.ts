import { Registry } from "prom-client";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { TrafficTotals } from "../protocol/traffic-totals.ts";
import { cacheFamilies } from "./cache-metrics.ts";
import { counter, type Family, histogram, type Sample } from "./metric-family.ts";
import { processFamilies } from "./process-metrics.ts";
import { instanceFamilies, serviceFamilies } from "./snapshot-metrics.ts";

export interface MetricSources {
  readonly snapshot: Snapshot;
  readonly totals: TrafficTotals;
}

/** The text of Prometheus' exposition format, version 0.0.4. */
export const metricsText = (sources: MetricSources): Promise<string> => {
  const { rssBytes } = sources.snapshot.master;
  const registry = new Registry();
  for (const family of [...familiesOf(sources), ...processFamilies(rssBytes)]) {
    // A metric of prom-client is asked for its values at the scrape; ours are known by then.
    const metric = { ...family, aggregator: "sum", get: () => Promise.resolve(family), reset: () => {} };
    registry.registerMetric(metric as unknown as Parameters<Registry["registerMetric"]>[0]);
  }
  return registry.metrics();
};

export const contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** Everything about the instance; the master's own process is apart. Pure. */
export const familiesOf = ({ snapshot, totals }: MetricSources): readonly Family[] => [
  ...trafficFamilies(totals),
  ...instanceFamilies(snapshot),
  ...serviceFamilies(snapshot),
  ...cacheFamilies(snapshot),
];

const trafficFamilies = (totals: TrafficTotals): readonly Family[] => [
  counter("http_requests_total", "Requests answered by workers, and refused at the door, by class of their status.", [
    sample(totals.errors + totals.refusedAtDoor, { code: "5xx" }),
    sample(totals.answers - totals.errors, { code: "other" }),
  ]),
  histogram(
    "http_request_duration_seconds",
    "From getting a request slot to the end of the answer. Buckets are exact, the sum is within 1/32.",
    totals.response,
  ),
  histogram(
    "dashd_wait_duration_seconds",
    "From accept, or the request's arrival, to getting a request slot: hold and queue.",
    totals.wait,
  ),
  counter("dashd_refused_total", "503 for want of room: at the door or by the connection limit of a worker.", [
    sample(totals.refused),
  ]),
  counter("dashd_shed_total", "503 because the queue was full or the wait used up.", [sample(totals.shed)]),
  counter("dashd_timed_out_total", "Requests ended by the request time-out.", [sample(totals.timedOut)]),
];

const sample = (value: number, labels: Sample["labels"] = {}): Sample => ({ value, labels });
