import type { AdminRoute } from "../protocol/admin-route.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import type { TrafficTotals } from "../protocol/traffic-totals.ts";

/** GET /metrics: made when somebody asks, and prom-client is loaded then. */
export const createMetricsRoute = ({ status, totals }: MetricsSources): AdminRoute => ({
  method: "GET",
  needs: "read",
  run: async () => {
    const { metricsText, contentType } = await import("./metrics.ts");
    return { type: contentType, body: await metricsText({ snapshot: status(), totals: totals() }) };
  },
});

interface MetricsSources {
  readonly status: () => Snapshot;
  readonly totals: () => TrafficTotals;
}
