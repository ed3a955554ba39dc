import type { Profile } from "../../profile/schema.ts";
import { milliseconds, percent } from "../../words/format.ts";
import { type Block, heading, type Item, item, list, message, table, type Text, text } from "../document.ts";
import { gigabytes, limitText } from "../figures.ts";
import type { UpgradeCase } from "../upgrade-case.ts";

/** What the stage asks of the host and its services, and what is there. */
export const resources = (change: UpgradeCase): readonly Block[] => {
  const { now, proof, status } = change;
  const { min, recommended } = now.host;
  const { cpu, memory, diskIo } = status.host;
  return [
    heading("report.server"),
    table(
      ["resource", "minimum", "recommended", "here"].map((name) => `report.column-${name}`),
      [
        [message("report.cores"), String(min.cores), String(recommended.cores), String(proof.host.cores)],
        [
          message("report.memory"),
          ...[min, recommended].map(({ memoryGb }) => `${memoryGb} GB`),
          gigabytes(proof.host.memoryBytes),
        ],
        [message("report.disk"), diskText(min), diskText(recommended), message("report.not-measured")],
      ],
    ),
    ...shortOf(change),
    text("report.host-load", { cpu, memory, diskIo }),
    heading("report.software"),
    table(
      ["setting", "declared", "effective", "result"].map((name) => `report.column-${name}`),
      softwareNames.map((name) => softwareRow(change, name)),
    ),
    list([redisItem(change), postgresItem(change)]),
  ];
};

const diskText = ({ diskGb, ssd }: Profile["host"]["min"]): string => `${diskGb} GB${ssd ? " SSD" : ""}`;

const shortOf = ({ now, proof }: UpgradeCase): readonly Block[] => {
  const { cores, memoryBytes } = proof.host;
  const { min } = now.host;
  // A machine of 8 GB has a little less for us.
  const memoryGb = memoryBytes / 2 ** 30;
  const short = [
    ...(cores < min.cores ? [message("report.short-cores", { found: cores, least: min.cores })] : []),
    ...(memoryGb < min.memoryGb * allButFirmware
      ? [message("report.short-memory", { found: Math.round(memoryGb * 10) / 10, least: min.memoryGb })]
      : []),
  ];
  return short.length === 0 ? [] : [list(short.map((said) => item("open", said)))];
};

const softwareRow = ({ now, proof }: UpgradeCase, name: string): readonly Text[] => {
  const limit = proof.limits.find((one) => one.name === name);
  const effective = limit?.effective ?? null;
  const declared = limit?.declared ?? declaredIn(now, name);
  const result = effective === null ? message("report.not-measured") : effective === declared ? "✅" : "❌";
  return [message(`report.limit-${name}`), limitText(name, declared), limitText(name, effective), result];
};

const declaredIn = ({ redis, postgres, workers, connections, idleTimeoutSec }: Profile, name: string) =>
  new Map<string, number | string>([
    ["redis.maxMemoryMb", redis.maxMemoryMb],
    ["redis.policy", redis.policy],
    ["redis.persistence", redis.persistence],
    ["postgres.connections", postgres.connections],
    ["postgres.serverMax", postgres.serverMax],
    ["workers", workers],
    ["connections", connections],
    ["idleTimeoutSec", idleTimeoutSec],
  ]).get(name) ?? null;

const redisItem = ({ status }: UpgradeCase): Item => {
  const { state, hitRate, memory, latencyMs } = status.services.redis;
  if (state === "off") return item(null, message("report.redis-off"));
  return item(
    state === "up" ? "kept" : "missed",
    message("report.redis-state", {
      state,
      hitRate: percent(hitRate),
      memory: percent(memory),
      latency: milliseconds(latencyMs),
    }),
  );
};

const postgresItem = ({ status }: UpgradeCase): Item => {
  const { state, pool, latencyMs } = status.services.postgres;
  if (state === "off") return item(null, message("report.postgres-off"));
  return item(
    state === "up" || state === "embedded" ? "kept" : "missed",
    message("report.postgres-state", {
      state,
      open: pool?.open ?? null,
      budget: pool?.budget ?? null,
      latency: milliseconds(latencyMs),
    }),
  );
};

const softwareNames = [
  ...["redis.maxMemoryMb", "redis.policy", "redis.persistence", "postgres.connections", "postgres.serverMax"],
  ...["workers", "connections", "idleTimeoutSec"],
];

const allButFirmware = 0.9;
