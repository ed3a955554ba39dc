import type { Message } from "../errors.ts";
import type { Indicator, IndicatorLevel, LimitValue, Snapshot, WorkerRow } from "../protocol/snapshot.ts";
import { say } from "../words/say.ts";
import type { Lang } from "../lang.ts";
import { elapsed, megabytes, milliseconds } from "../words/format.ts";
import { indicatorValue } from "../words/indicator-value.ts";
import { capacityLine } from "./capacity-line.ts";
import type { CliIo, Colour } from "./io.ts";
import { summaryOf } from "../protocol/summary.ts";
import { proofMessage } from "./proof-line.ts";
import { tableLines, type Column } from "./table.ts";

/** `dashd status` for eyes: the sentence, the limits, the workers, the indicators, the warnings. */
export const statusPage = (snapshot: Snapshot, lang: Lang, paint: CliIo["paint"]): readonly string[] => {
  const inWords = (code: string, facts: Message["facts"] = {}): string => say(lang, { code, facts });
  const columns = (titles: readonly (readonly [string, Column["align"]])[]): readonly Column[] =>
    titles.map(([code, align]) => ({ title: inWords(code), align }));

  const summary = summaryOf(snapshot);
  const capacity = capacityLine(snapshot);
  const { app, master, url, adminUrl } = snapshot;
  const about = {
    app: snapshot.services.upstream?.url ?? app.path,
    url,
    adminUrl,
    pid: master.pid,
    uptime: elapsed(master.uptimeSec),
  };
  const limits = tableLines(
    columns([
      ["word.limit", "left"],
      ["word.declared", "right"],
      ["word.effective", "right"],
      ["word.proven", "right"],
      ["word.none", "left"],
    ]),
    snapshot.limits.map((row) => [
      row.name,
      shown(row.declared),
      shown(row.effective),
      shown(row.proven),
      row.drift ? paint("red", inWords("status.drift-mark")) : "",
    ]),
  );
  const workers = tableLines(
    columns([
      ["word.slot", "right"],
      ["word.pid", "right"],
      ["word.generation", "right"],
      ["word.state", "left"],
      ["word.connections", "right"],
      ["word.inFlight", "right"],
      ["word.queued", "right"],
      ["word.served", "right"],
      ["word.restarts", "right"],
      ["word.memory", "right"],
      ["word.loopDelay", "right"],
      ["word.uptime", "right"],
    ]),
    snapshot.workers.map((worker) => workerCells(worker, stateOf(worker, inWords))),
  );
  const indicators = tableLines(
    columns([
      ["word.indicator", "left"],
      ["word.value", "right"],
      ["word.warn", "right"],
      ["word.critical", "right"],
      ["word.level", "left"],
      ["word.advice", "left"],
    ]),
    snapshot.indicators.map((indicator) => [
      inWords(`indicator.${indicator.name}`),
      ...indicatorCells(indicator, lang),
      paint(levelColours[indicator.level], inWords(`level.${indicator.level}`)),
      indicator.advice === null ? "" : say(lang, indicator.advice),
    ]),
  );
  const drifted = snapshot.drift.filter((name) => !snapshot.limits.some((row) => row.name === name));
  return [
    paint(summary.facts["ok"] === true && snapshot.mode === "production" ? "green" : "yellow", say(lang, summary)),
    inWords("status.about", about),
    ...(app.sealed === null ? [] : [inWords("status.sealed", { copy: app.sealed })]),
    ...(drifted.includes("app")
      ? [paint("yellow", inWords(app.sealed === null ? "status.app-drift" : "status.app-drift-sealed"))]
      : []),
    "",
    ...(snapshot.mode === "production"
      ? [...limits, proofLine(snapshot, lang, paint)]
      : [paint("yellow", inWords("status.not-enforced"))]),
    "",
    ...workers,
    ...troubled(snapshot, lang),
    ...(snapshot.indicators.length === 0 ? [] : ["", ...indicators]),
    ...(capacity === null ? [] : ["", say(lang, capacity)]),
    ...cacheLine(snapshot, lang),
    ...responseCacheLine(snapshot, lang),
    ...sickServices(snapshot, lang).map((line) => paint("red", line)),
    ...(snapshot.warnings.length === 0 ? [] : ["", ...snapshot.warnings.map((one) => `⚠ ${say(lang, one)}`)]),
  ];
};

const proofLine = ({ proof }: Snapshot, lang: Lang, paint: CliIo["paint"]): string => {
  const holds = proof?.outcome === "held" && proof.differs.length === 0;
  return paint(holds ? "green" : proof === null ? "dim" : "yellow", say(lang, proofMessage(proof)));
};

/** Slots whose workers hang or have died unasked. */
const troubled = ({ workers }: Snapshot, lang: Lang): readonly string[] => {
  const found = workers.filter(({ state, restarts }) => restarts > 0 || state === "hung" || state === "backing-off");
  const slots = [...new Set(found.map(({ slot }) => String(slot)))];
  return slots.length === 0 ? [] : [say(lang, { code: "status.why", facts: { slots } })];
};

/** What the app's cache spares its sources, where it has one; of layers that are not there nobody was ever asked. */
const cacheLine = ({ cache }: Snapshot, lang: Lang): readonly string[] => {
  if (cache === null) return [];
  const { memory, redis, postgres, loads, loadErrors, bytes } = cache;
  const layers = { memory: memory.hitRate, redis: redis.hitRate, postgres: postgres.hitRate };
  const stale = memory.stale + redis.stale + postgres.stale;
  const layerErrors = redis.errors + postgres.errors;
  const facts = { ...layers, stale, loads, loadErrors, layerErrors, bytes };
  return ["", say(lang, { code: "status.cache", facts })];
};

/** Once an answer has asked to be kept. */
const responseCacheLine = ({ responseCache }: Snapshot, lang: Lang): readonly string[] => {
  const { hits, stale, misses, hitRate } = responseCache;
  if (hits + stale + misses === 0) return [];
  return ["", say(lang, { code: "status.response-cache", facts: { hits, stale, misses, hitRate } })];
};

/** Why a service is not well, below an empty line. */
const sickServices = ({ services }: Snapshot, lang: Lang): readonly string[] => {
  const { redis, postgres, upstream } = services;
  const reasons = [redis, postgres, upstream].flatMap((one) => one?.reason ?? []);
  return reasons.length === 0 ? [] : ["", ...reasons.map((reason) => `✗ ${say(lang, reason)}`)];
};

const stateOf = ({ state, changedCode }: WorkerRow, inWords: (code: string) => string): string =>
  [inWords(`worker-state.${state}`), ...(changedCode ? [inWords("status.changed-code-mark")] : [])].join(", ");

const workerCells = (worker: WorkerRow, state: string): readonly string[] => [
  String(worker.slot),
  String(worker.pid),
  String(worker.generation),
  state,
  String(worker.connections),
  String(worker.inFlight),
  String(worker.queued),
  String(worker.served),
  String(worker.restarts),
  megabytes(worker.rssBytes),
  milliseconds(worker.loopDelayP99Ms),
  elapsed(worker.uptimeSec),
];

const indicatorCells = ({ name, value, warn, critical }: Indicator, lang: Lang): readonly string[] =>
  [value, warn, critical].map((figure) => indicatorValue(lang, name, figure));

const shown = (value: LimitValue): string => (value === null ? "–" : String(value));

const levelColours: Readonly<Record<IndicatorLevel, Colour>> = {
  ok: "green",
  warn: "yellow",
  critical: "red",
  unknown: "dim",
};
