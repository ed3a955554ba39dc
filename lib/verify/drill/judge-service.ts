import type { DrillLine } from "../../protocol/drill.ts";
import { answersWithinMs, namedWithinMs, wellWithinMs } from "../../protocol/drill-promises.ts";
import { duringOf, sameWorkers, wellAfterMs } from "./judge-worker.ts";
import { type Judged, line } from "./lines.ts";
import { isWell, type Look, type Seen, slowestMs, tookMs } from "./observations.ts";

/** What must hold while the app's commands to Redis are refused. Pure. */
export const judgeRedisDown = (seen: Seen): Judged => judgeService(seen, "redis", answersWithinMs.redis, []);

/** What must hold while the app's queries to PostgreSQL are late. Pure. */
export const judgePostgresSlow = (seen: Seen): Judged =>
  judgeService(seen, "postgres", answersWithinMs.postgres, [poolLine(seen)]);

const judgeService = (
  seen: Seen,
  service: "redis" | "postgres",
  withinMs: number,
  own: readonly DrillLine[],
): Judged => {
  const named = namedLine(seen, service);
  const answers = answersLine(seen, withinMs);
  const afterMs = wellAfterMs(seen);
  const well = line("well", afterMs !== null && afterMs <= wellWithinMs, {
    promise: { withinMs: wellWithinMs },
    found: { afterMs },
  });
  const { well: answered, told, silent, slowestMs: slowest } = answers.figures;
  return {
    lines: [named, answers.line, readyLine(seen), sameWorkers("workers", seen.before, seen.looks, null), ...own, well],
    figures: { answered, told, silent, slowestMs: slowest, wellAfterMs: afterMs },
  };
};

/** While the fault was there, and not the look that saw it end. */
const looksDuring = ({ looks, restoredAtMs }: Seen): readonly Look[] => looks.filter(({ atMs }) => atMs < restoredAtMs);

const namedLine = (seen: Seen, service: "redis" | "postgres"): DrillLine => {
  const state = service === "redis" ? "down" : "slow";
  const reasonOf = (look: Look): string | null => (service === "redis" ? look.redisReason : look.postgresReason);
  const during = looksDuring(seen);
  const first = during.find(
    (look) => look[service] === state && reasonOf(look) === `sick.drill-${service}` && look.state === "degraded",
  );
  const afterMs = first === undefined ? null : Math.round(first.atMs - seen.begun.beganAtMs);
  const last = during.at(-1) ?? seen.before;
  return line("named", afterMs !== null && afterMs <= namedWithinMs, {
    promise: { service: service === "redis" ? "Redis" : "PostgreSQL", state, withinMs: namedWithinMs },
    found: { afterMs, state: last[service], instance: last.state },
  });
};

/** An error counts as an answer, if it comes in time: only the pages that need the service have one. */
const answersLine = (seen: Seen, withinMs: number) => {
  const during = duringOf(seen);
  const silent = during.filter(({ status }) => status === null);
  const told = during.filter((one) => one.status !== null && !isWell(one));
  const late = during.filter((one) => tookMs(one) > withinMs);
  const well = during.length - silent.length - told.length;
  const paths = [...new Set([...told, ...silent].map(({ path }) => path))];
  const slowest = slowestMs(during);
  const held = during.length === 0 ? null : silent.length === 0 && late.length === 0;
  const figures = { well, told: told.length, silent: silent.length, slowestMs: slowest };
  return { figures, line: line("answers", held, { promise: { withinMs }, found: { ...figures, paths } }) };
};

const readyLine = (seen: Seen): DrillLine => {
  const asked = looksDuring(seen).filter(({ ready }) => ready !== null);
  const good = asked.filter(({ ready }) => ready === true).length;
  return line("ready", asked.length === 0 ? null : good === asked.length, { found: { looks: asked.length, good } });
};

const poolLine = ({ bounds, looks }: Seen): DrillLine => {
  const most = Math.max(0, ...looks.map(({ poolOpen }) => poolOpen));
  return line("pool", most <= bounds.poolBudget, { promise: { budget: bounds.poolBudget }, found: { most } });
};
