import { join } from "node:path";
import { attemptsOf } from "../home/attempts.ts";
import { readBlackBoxes } from "../home/black-boxes.ts";
import { evidenceLines } from "../home/evidence.ts";
import { evidenceKept } from "../home/journal-memory.ts";
import type { Journal } from "../home/journal.ts";
import { readLog } from "../home/log-reader.ts";
import type { Logs } from "../home/logs.ts";
import { createRecentLines } from "../home/recent-lines.ts";
import type { HomePaths } from "../home/paths.ts";
import { find, inForce } from "../home/revisions.ts";
import type { Lang } from "../lang.ts";
import { packageRoot } from "../package-root.ts";
import { createAssetRoutes } from "../panel/assets.ts";
import { createLive } from "../panel/live.ts";
import { createLogTail } from "../panel/log-tail.ts";
import { createMetricsRoute } from "../panel/metrics-route.ts";
import { createPanelRoutes, type PanelSources } from "../panel/routes.ts";
import { createSeries, sampleEveryMs } from "../panel/series.ts";
import type { AboutAnswer, HistoryRow } from "../panel/shapes.ts";
import { type Ladder } from "../profile/load.ts";
import type { AdminRoutes } from "../protocol/admin-route.ts";
import type { DrillName } from "../protocol/drill.ts";
import type { LogLine } from "../protocol/log-line.ts";
import type { TrafficTotals } from "../protocol/traffic-totals.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { type LogLevel, logLevels } from "../settings/settings.ts";
import type { Instance } from "./instance.ts";
import type { ProgressFeed } from "./progress-feed.ts";

/** The master's panel: what it serves beside the control API, and what it is told. */
export interface OpenPanel {
  readonly routes: AdminRoutes;
  /** A change has begun, whoever asked for it, or a drill. */
  follow(feed: ProgressFeed, drill: DrillName | null): void;
  close(): void;
}

export interface PanelDependencies {
  readonly instance: Pick<Instance, "status" | "plan">;
  readonly totals: () => TrafficTotals;
  readonly journal: Journal;
  readonly paths: HomePaths;
  readonly ladder: () => Promise<Ladder>;
  readonly lang: Lang;
  readonly log: Pick<Logs, "onLine">;
  /** False: the API and /metrics alone. */
  readonly isOn: boolean;
}

export const openPanel = (dependencies: PanelDependencies): OpenPanel => {
  const { instance, totals, journal, paths, log, isOn } = dependencies;
  const metrics = { "/metrics": createMetricsRoute({ status: instance.status, totals }) };
  if (!isOn) return { routes: metrics, follow: () => {}, close: () => {} };

  const series = createSeries();
  const live = createLive({ status: instance.status, everySecond });
  const now = () => ({ monotonicMs: monotonicMs(), wallMs: Date.now() });
  const sample = (): void => {
    const { point, marks } = series.sample({ ...now(), snapshot: instance.status(), totals: totals() });
    live.tell("point", point);
    for (const mark of marks) live.tell("mark", mark);
  };
  const timer = setInterval(sample, sampleEveryMs).unref();
  const tail = createLogTail({
    isWatched: live.isWatched,
    tell: (lines) => live.tell("lines", lines),
    after: (ms, due) => void setTimeout(due, ms).unref(),
  });
  log.onLine(tail.push);
  const openedAt = new Date().toISOString();
  return {
    routes: {
      ...metrics,
      ...createAssetRoutes(join(packageRoot(), "dist", "lib", "panel", "page")),
      ...createPanelRoutes(
        {
          about: () => about(dependencies),
          series: () => series.answer(now()),
          plan: instance.plan,
          history: () => historyRows(journal, openedAt),
          blackBoxes: () => readBlackBoxes(paths),
          logs: lastLinesIn(paths.logDir, log),
        },
        live,
      ),
    },
    follow: (feed, drill) => live.follow(feed.lines, drill),
    close: () => {
      clearInterval(timer);
      live.close();
    },
  };
};

const everySecond = (beat: () => void): (() => void) => {
  const timer = setInterval(beat, 1_000).unref();
  return () => clearInterval(timer);
};

const about = async ({ instance, ladder, lang }: PanelDependencies): Promise<AboutAnswer> => {
  const { mode, master } = instance.status();
  const stages = mode === "production" ? [...(await ladder()).values()] : [];
  return {
    lang,
    mode,
    version: master.version,
    stages: stages
      .map(({ stage, workers, connections, users }) => ({
        ...{ stage, workers, connections },
        ...{ usersMin: users.min, usersMax: users.max },
      }))
      .sort((a, b) => a.stage - b.stage),
  };
};

const historyRows = (journal: Journal, runningSince: string): readonly HistoryRow[] => {
  const entries = journal.entries();
  const current = inForce(entries)?.revision ?? null;
  return attemptsOf(entries, runningSince)
    .slice(-rowsShown)
    .toReversed()
    .map(({ revision, at, kind, stage, by, reason, result, rollbackOf, step, drill, because }) => {
      const committed = revision === null ? null : find(entries, revision);
      return {
        ...{ revision, at, stage, by, reason, because },
        kind: kind === null ? null : `kind.${kind}`,
        drill: drill?.name ?? null,
        result: { code: `history.${result}`, facts: { rollbackOf, step } },
        evidence: committed === null ? [] : evidenceLines(committed.evidence),
        inForce: revision !== null && revision === current,
      };
    });
};

/** Without files the newest are kept here. */
const lastLinesIn = (dir: string | null, log: Pick<Logs, "onLine">): PanelSources["logs"] => {
  const recent = dir === null ? createRecentLines() : null;
  if (recent !== null) log.onLine(recent.push);
  return async ({ slot, level, grep }) => {
    const filter = { slot, grep, level: logLevels.find((one): one is LogLevel => one === level) ?? null };
    if (recent !== null) return recent.read(linesShown, filter);
    const lines: LogLine[] = [];
    for await (const line of readLog({ dir, lines: linesShown, filter, searchedBytes })) lines.push(line);
    return lines;
  };
};

const rowsShown = evidenceKept;
const linesShown = 200;
/** The master itself reads them: about 20 ms of its time. */
const searchedBytes = 4 * 1024 * 1024;
