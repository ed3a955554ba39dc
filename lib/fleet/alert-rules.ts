import type { Profile } from "../profile/schema.ts";

/** An alert for each threshold of a stage's indicators, over the figures of `/metrics`; the numbers are the stage's own. */
export interface AlertRule {
  /** The indicator that it belongs to, as `dashd status` names it. */
  readonly indicator: string;
  readonly severity: "warning" | "critical";
  readonly threshold: number;
  readonly expr: string;
  /** For how long it must be so, since one bad scrape wakes nobody; seconds. */
  readonly forSec: number;
}

/** Pure. Without the indicators of services that are off: a figure that is not there fires nothing. */
export const alertRules = (
  { indicators: limits, workers, queue, users }: Profile,
  job: string,
): readonly AlertRule[] => {
  const of = (metric: string): string => `${metric}{job="${job}"}`;
  const busy = ({ warnFree, criticalFree } = limits.busyWorkers) => ({
    warn: Math.max(1, workers - warnFree),
    critical: Math.max(1, workers - criticalFree),
  });
  const both = (
    indicator: string,
    metric: string,
    { warn, critical }: Thresholds,
    compare = ">=",
  ): readonly AlertRule[] => [
    rule(indicator, "warning", warn, `${metric} ${compare} ${warn}`),
    rule(indicator, "critical", critical, `${metric} ${compare} ${critical}`),
  ];
  const inSeconds = ({ warn, critical }: Thresholds): Thresholds => ({
    warn: warn / 1_000,
    critical: critical / 1_000,
  });
  const waiting = `(${of("dashd_connections_held")} + ${of("dashd_queue_length")}) / ${queue.max}`;
  const pool = `${of("dashd_postgres_pool_busy")} / ${of("dashd_postgres_pool_limit")}`;
  const { warnHeldSec, criticalRefused } = limits.connections;
  const refused = `increase(${of("dashd_refused_total")}[1m])`;
  return [
    { ...rule("instance", "critical", 1, `up{job="${job}"} == 0`), forSec: 60 },
    { ...rule("drift", "critical", 1, `${of("dashd_drifting")} >= 1`), forSec: 60 },
    ...both("cpu", of("dashd_host_cpu_ratio"), limits.cpu),
    ...both("memory", of("dashd_host_memory_ratio"), limits.memory),
    ...both("diskIo", of("dashd_host_disk_io_ratio"), limits.diskIo),
    ...both("responseP95", of("dashd_response_p95_seconds"), inSeconds(limits.responseP95Ms)),
    ...both("errors", of("dashd_error_ratio"), limits.errors),
    rule("redis", "critical", 1, `dashd_service_up{job="${job}",service="redis"} == 0`),
    ...both("redisHitRate", of("dashd_redis_hit_ratio"), limits.redisHitRate, "<"),
    ...both("redisMemory", of("dashd_redis_memory_ratio"), limits.redisMemory),
    ...both("postgresPool", pool, limits.postgresPool),
    ...both("busyWorkers", of("dashd_busy_workers"), busy()),
    { ...rule("connections", "warning", warnHeldSec, `${of("dashd_connections_held")} > 0`), forSec: warnHeldSec },
    { ...rule("connections", "critical", criticalRefused, `${refused} >= ${criticalRefused}`), forSec: 0 },
    ...both("waiting", waiting, limits.waiting),
    rule(
      "users",
      "warning",
      users.max * limits.users.warn,
      `${of("dashd_users_online")} > ${users.max * limits.users.warn}`,
    ),
  ];
};

interface Thresholds {
  readonly warn: number;
  readonly critical: number;
}

const rule = (indicator: string, severity: AlertRule["severity"], threshold: number, expr: string): AlertRule => ({
  indicator,
  severity,
  threshold,
  expr,
  forSec: severity === "critical" ? 60 : 300,
});
