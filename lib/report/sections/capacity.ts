import { declaredLimits } from "../../profile/limits.ts";
import type { Profile } from "../../profile/schema.ts";
import type { LimitValue } from "../../protocol/snapshot.ts";
import { UNKNOWN } from "../../words/fact-reader.ts";
import { duration, percent, percentBeside } from "../../words/format.ts";
import type { ProvenLoad } from "../../verify/proof.ts";
import { type Block, heading, message, signs, table, type Text, text } from "../document.ts";
import { limitText, rangeText, ratioText, usersRatioText } from "../figures.ts";
import { perSecond } from "../load-words.ts";
import type { UpgradeCase } from "../upgrade-case.ts";

/** The capacity before and after with its ratios, what was promised, and what the loads found. */
export const capacity = (change: UpgradeCase): readonly Block[] => {
  const { proof, loads, before } = change;
  return [
    heading("report.capacity"),
    ...(before?.entry === null ? [text("report.capacity-would-be", { stage: before.profile.stage })] : []),
    table(
      ["indicator", "before", "after", "effective", "proven", "ratio"].map((name) => `report.column-${name}`),
      capacityRows(change),
      [1, 2, 3, 4, 5],
    ),
    text("report.dash-means"),
    heading("report.performance"),
    table(promiseColumns, promiseRows(change), [0, 1, 2, 3, 4, 5, 6, 7]),
    ...(proof.loads.length === 0
      ? [text("report.no-loads")]
      : [table(timesColumns, proof.loads.map(timesRow), [0, 1, 2, 3, 4, 5, 6, 7])]),
    ...loads.map((load) => ({ kind: "charts", load }) as const),
  ];
};

const capacityRows = ({ before, now, proof }: UpgradeCase): readonly (readonly Text[])[] => {
  const old = before === null ? null : valuesOf(before.profile);
  const fresh = valuesOf(now);
  const measured = new Map(proof.limits.map((limit) => [limit.name, limit]));
  const row = (name: string): readonly Text[] => {
    const [was, is] = [old?.get(name) ?? null, fresh.get(name) ?? null];
    const { effective = null, proven = null } = measured.get(name) ?? {};
    return [
      message(`report.limit-${name}`),
      ...[was, is, effective, proven].map((value) => limitText(name, value)),
      ratioText(was, is),
    ];
  };
  const provenUsers = Math.max(0, ...proof.loads.filter(({ verdict }) => verdict.kept).map(({ users }) => users));
  const users: readonly Text[] = [
    message("report.limit-users"),
    before === null ? UNKNOWN : rangeText(before.profile.users),
    rangeText(now.users),
    UNKNOWN,
    provenUsers === 0 ? UNKNOWN : String(provenUsers),
    before === null ? UNKNOWN : usersRatioText(before.profile.users, now.users),
  ];
  const [workers, perWorker] = [measured.get("workers"), measured.get("requestsPerWorker")];
  const effectiveAtOnce = product(workers?.effective, perWorker?.effective);
  const provenAtOnce = product(workers?.proven, perWorker?.proven);
  const wasAtOnce = before === null ? null : before.profile.workers * before.profile.requestsPerWorker;
  const isAtOnce = now.workers * now.requestsPerWorker;
  const atOnce: readonly Text[] = [
    message("report.limit-atOnce"),
    ...[wasAtOnce, isAtOnce, effectiveAtOnce, provenAtOnce].map((value) => limitText("atOnce", value)),
    ratioText(wasAtOnce, isAtOnce),
  ];
  return [...["workers", "connections", "idleTimeoutSec"].map(row), users, atOnce, ...furtherLimits.map(row)];
};

const furtherLimits = [
  ...["queue.max", "backlog", "waitTimeoutSec", "requestTimeoutSec"],
  ...["postgres.connections", "redis.maxMemoryMb"],
];

const valuesOf = (profile: Profile): ReadonlyMap<string, LimitValue> =>
  new Map(declaredLimits(profile).map(({ name, value }) => [name, value]));

const product = (a: LimitValue | undefined, b: LimitValue | undefined): number | null =>
  typeof a === "number" && typeof b === "number" ? a * b : null;

const promiseColumns = [
  ...["users", "ok-promised", "ok-found", "response-promised", "response-found"],
  ...["wait-promised", "wait-found", "rate", "result"],
].map((name) => `report.column-${name}`);

/** A row for every number of users that was promised or loaded. */
const promiseRows = ({ now, proof }: UpgradeCase): readonly (readonly Text[])[] => {
  const promised = now.promise.map(({ users }) => users);
  const counts = [...new Set([...promised, ...proof.loads.map(({ users }) => users)])].toSorted((a, b) => a - b);
  return counts.map((users) => {
    const load = proof.loads.find((one) => one.users === users) ?? null;
    const promise = now.promise.find((one) => one.users >= users) ?? now.promise.at(-1);
    return [
      String(users),
      atLeast(promise?.okRate ?? null),
      percentBeside(load?.okRate ?? null, promise?.okRate ?? null),
      atMost(promise?.responseP95Ms ?? null),
      duration(load?.response.p95Ms ?? null),
      atMost(promise?.waitP95Ms ?? null),
      duration(load?.wait.p95Ms ?? null),
      load === null ? UNKNOWN : String(perSecond(load.requestsPerSec)),
      resultText(load),
    ];
  });
};

const resultText = (load: ProvenLoad | null): Text => {
  if (load === null) return message("report.not-measured");
  return load.verdict.kept ? signs.kept : load.limited ? signs.open : signs.missed;
};

const atLeast = (rate: number | null): string => (rate === null ? UNKNOWN : `≥ ${percent(rate)}`);
const atMost = (ms: number | null): string => (ms === null ? UNKNOWN : `≤ ${duration(ms)}`);

const timesColumns = ["users", "seconds", "requests", "p50", "p95", "p99", "max", "wait-p99"].map(
  (name) => `report.column-${name}`,
);

const timesRow = ({ users, seconds, requests, response, wait }: ProvenLoad): readonly Text[] => [
  ...[users, seconds, requests].map(String),
  ...[response.p50Ms, response.p95Ms, response.p99Ms, response.maxMs, wait.p99Ms].map(duration),
];
