import { monitoringMark } from "./prometheus.ts";
import type { Profile } from "../profile/schema.ts";

/** A dashboard for Grafana 9 and later, as its import takes it; thresholds are the stage's own. */
export const grafanaDashboard = (job: string, profile: Profile): object => {
  const { indicators: limits, users, stage } = profile;
  const of = (metric: string, more = ""): string => `${metric}{job="${job}"${more}}`;
  const quantile = (q: number, metric: string): string =>
    `histogram_quantile(${q}, sum by (le) (rate(${of(`${metric}_bucket`)}[1m])))`;
  const graphs: readonly Graph[] = [
    {
      title: "Response",
      unit: "s",
      limits: { warn: limits.responseP95Ms.warn / 1_000, critical: limits.responseP95Ms.critical / 1_000 },
      queries: [
        ["p50", quantile(0.5, "http_request_duration_seconds")],
        ["p95", quantile(0.95, "http_request_duration_seconds")],
        ["p99", quantile(0.99, "http_request_duration_seconds")],
      ],
    },
    { title: "Wait p95", unit: "s", queries: [["wait", quantile(0.95, "dashd_wait_duration_seconds")]] },
    {
      title: "Requests",
      unit: "reqps",
      queries: [["{{code}}", `sum by (code) (rate(${of("http_requests_total")}[1m]))`]],
    },
    { title: "Errors", unit: "percentunit", limits: limits.errors, queries: [["5xx", of("dashd_error_ratio")]] },
    {
      title: "Connections",
      unit: "short",
      queries: [
        ["open", of("dashd_connections")],
        ["held", of("dashd_connections_held")],
        ["limit", of("dashd_connections_limit")],
      ],
    },
    {
      title: "Requests in hand",
      unit: "short",
      queries: [
        ["in flight", of("dashd_requests_in_flight")],
        ["queued", of("dashd_queue_length")],
        ["busy workers", of("dashd_busy_workers")],
      ],
    },
    {
      title: "Workers",
      unit: "short",
      queries: [["{{state}}", of("dashd_workers")]],
    },
    {
      title: "Users online",
      unit: "short",
      limits: { warn: users.max * limits.users.warn, critical: null },
      queries: [["users", of("dashd_users_online")]],
    },
    {
      title: "Host",
      unit: "percentunit",
      limits: limits.cpu,
      queries: [
        ["CPU", of("dashd_host_cpu_ratio")],
        ["memory", of("dashd_host_memory_ratio")],
        ["disk I/O", of("dashd_host_disk_io_ratio")],
      ],
    },
    {
      title: "Memory",
      unit: "bytes",
      queries: [
        ["workers", `sum(${of("dashd_worker_resident_memory_bytes")})`],
        ["master", of("process_resident_memory_bytes")],
      ],
    },
    {
      title: "Redis",
      unit: "percentunit",
      queries: [
        ["hit rate", of("dashd_redis_hit_ratio")],
        ["memory", of("dashd_redis_memory_ratio")],
      ],
    },
    {
      title: "Response cache",
      unit: "reqps",
      queries: [["{{result}}", `sum by (result) (rate(${of("dashd_response_cache_answers_total")}[1m]))`]],
    },
    {
      title: "Cache",
      unit: "ops",
      queries: [
        ["{{layer}} {{result}}", `sum by (layer, result) (rate(${of("dashd_cache_lookups_total")}[1m])) > 0`],
        ["loads", `rate(${of("dashd_cache_loads_total")}[1m])`],
      ],
    },
    {
      title: "PostgreSQL pool",
      unit: "short",
      queries: [
        ["busy", of("dashd_postgres_pool_busy")],
        ["open", of("dashd_postgres_pool_open")],
        ["waiting", of("dashd_postgres_pool_waiting")],
        ["limit", of("dashd_postgres_pool_limit")],
      ],
    },
  ];
  const figures: readonly Graph[] = [
    { title: "Stage", unit: "none", queries: [["stage", of("dashd_stage")]] },
    { title: "Revision", unit: "none", queries: [["revision", of("dashd_revision")]] },
    { title: "Drift", unit: "none", limits: { warn: 1, critical: 1 }, queries: [["drifting", of("dashd_drifting")]] },
    {
      title: "Indicators that ask for something",
      unit: "none",
      limits: { warn: 1, critical: 3 },
      queries: [["indicators", `count(${of("dashd_indicator_level")} > 0) or vector(0)`]],
    },
  ];
  return {
    title: `dashd: ${job}`,
    description: `${monitoringMark} grafana --stage ${stage}`,
    uid: `dashd-${job}`.slice(0, 40),
    tags: ["dashd", `stage ${stage}`],
    timezone: "browser",
    schemaVersion: 38,
    refresh: "15s",
    time: { from: "now-1h", to: "now" },
    templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus", current: {} }] },
    annotations: {
      list: [
        {
          name: "Changes",
          datasource,
          enable: true,
          expr: `changes(${of("dashd_revision")}[1m]) > 0`,
          titleFormat: "new revision",
          iconColor: "blue",
        },
      ],
    },
    panels: [
      ...figures.map((figure, index) => panel("stat", figure, { x: index * 6, y: 0, w: 6, h: 4 }, index + 1)),
      ...graphs.map((graph, index) =>
        panel(
          "timeseries",
          graph,
          { x: (index % 3) * 8, y: 4 + Math.floor(index / 3) * 8, w: 8, h: 8 },
          figures.length + index + 1,
        ),
      ),
    ],
  };
};

interface Graph {
  readonly title: string;
  /** As Grafana names it. */
  readonly unit: string;
  readonly limits?: { readonly warn: number; readonly critical: number | null };
  /** Legend and expression. */
  readonly queries: readonly (readonly [string, string])[];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const datasource = { type: "prometheus", uid: "${datasource}" } as const;

const panel = (type: "stat" | "timeseries", { title, unit, limits, queries }: Graph, gridPos: Place, id: number) => ({
  ...{ id, type, title, datasource, gridPos },
  targets: queries.map(([legendFormat, expr], index) => ({
    refId: String.fromCodePoint(65 + index),
    ...{ datasource, expr, legendFormat },
  })),
  fieldConfig: {
    defaults: {
      unit,
      min: 0,
      thresholds: {
        mode: "absolute",
        steps: [
          { color: "green", value: null },
          ...(limits === undefined ? [] : [{ color: "orange", value: limits.warn }]),
          ...(limits?.critical === undefined || limits.critical === null
            ? []
            : [{ color: "red", value: limits.critical }]),
        ],
      },
      ...(type === "timeseries" && limits !== undefined ? { custom: { thresholdsStyle: { mode: "line" } } } : {}),
    },
    overrides: [],
  },
  options: {},
});
