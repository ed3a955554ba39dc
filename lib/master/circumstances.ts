import type { Circumstances, WorkerLoad } from "../health/figures.ts";
import type { DoorFigures } from "./door.ts";
import type { HostSeen } from "./host-look.ts";
import type { ServiceReadings } from "./service-watch.ts";
import type { TrafficFigures } from "./traffic.ts";
import type { WorkerRecord } from "./worker-record.ts";

export interface CircumstanceSources {
  /** Of the generation in force. */
  readonly serving: readonly WorkerRecord[];
  readonly host: HostSeen;
  readonly door: Pick<DoorFigures, "open">;
  readonly traffic: TrafficFigures;
  readonly services: Pick<ServiceReadings, "postgres" | "redis">;
}

/** What advice is computed from, as the master has it. Pure. */
export const circumstancesOf = ({ serving, host, door, traffic, services }: CircumstanceSources): Circumstances => {
  const sum = (figure: (record: WorkerRecord) => number): number =>
    serving.reduce((total, record) => total + figure(record), 0);
  const { postgres, redis } = services;
  return {
    host,
    workers: serving.map((record) => workerLoad(record, host)),
    masterWritesBytesPerSec: host.writes.get(process.pid) ?? null,
    connections: door.open,
    inFlight: sum(({ beat }) => beat?.inFlight ?? 0),
    waitP95Ms: traffic.waitP95Ms,
    queryP95Ms: traffic.queryP95Ms,
    lastMinute: traffic.lastMinute,
    postgres:
      postgres === null
        ? null
        : {
            busy: sum(({ beat }) => beat?.postgres?.busy ?? 0),
            waiting: sum(({ beat }) => beat?.postgres?.waiting ?? 0),
            maxConnections: postgres.maxConnections,
            reserved: postgres.reserved,
          },
    redis:
      redis === null
        ? null
        : {
            usedBytes: redis.usedMemoryBytes,
            maxMemoryMb: redis.settings.maxMemoryMb,
            evictions: redis.evictions,
            latencyMs: redis.latencyMs,
          },
  };
};

const workerLoad = ({ slot, pid, beat }: WorkerRecord, { writes }: HostSeen): WorkerLoad => ({
  slot,
  cores: beat === null || beat.spanMs <= 0 ? null : beat.cpuMs / beat.spanMs,
  rssBytes: beat?.rssBytes ?? null,
  loopDelayP99Ms: beat?.loopDelayP99Ms ?? null,
  writesBytesPerSec: writes.get(pid) ?? null,
});
