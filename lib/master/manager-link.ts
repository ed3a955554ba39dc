import type { Lang } from "../lang.ts";
import type { Log } from "../log.ts";
import type { Profile } from "../profile/schema.ts";
import { serves } from "../protocol/serves.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { summaryOf } from "../protocol/summary.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { say } from "../words/say.ts";
import { createManagerReport, type ManagerReport, type ManagerView } from "./manager-report.ts";
import { createNotifier } from "./notifier.ts";
import type { ServiceManager } from "./service-manager.ts";

/** The instance as its service manager hears of it. Without one, nothing happens. */
export interface ManagerLink {
  /** It serves. From now on a timer of this loop tells that it still does: a loop that hangs says nothing. */
  serving(): void;
  stopping(): void;
  close(): Promise<void>;
}

export interface ManagerLinkDependencies {
  readonly manager: ServiceManager;
  readonly status: () => Snapshot;
  readonly profile: () => Profile;
  readonly lang: Lang;
  readonly log: Log;
}

export const linkManager = ({ manager, status, profile, lang, log }: ManagerLinkDependencies): ManagerLink => {
  const { notifySocket, watchdogMs } = manager;
  if (notifySocket === null) return { serving: () => {}, stopping: () => {}, close: () => Promise.resolve() };
  const notifier = createNotifier(notifySocket, log);
  const report = createManagerReport(watchdogMs);
  const tell = (words: (report: ManagerReport, seen: ManagerView) => readonly string[]): void => {
    const said = words(report, viewOf(status(), profile(), lang));
    if (said.length > 0) notifier.say(said);
  };
  let timer: NodeJS.Timeout | undefined;
  tell((to, seen) => to.starting(seen, profile().bootTimeoutSec * 1_000 + marginMs));
  return {
    serving: () => {
      tell((to, seen) => to.serving(seen, monotonicMs()));
      timer = setInterval(() => tell((to, seen) => to.next(seen, monotonicMs())), 1_000);
    },
    stopping: () => {
      clearInterval(timer);
      tell((to, seen) => to.stopping(seen, profile().stopTimeoutSec * 1_000 + marginMs));
    },
    close: () => {
      clearInterval(timer);
      return notifier.settled();
    },
  };
};

const viewOf = (snapshot: Snapshot, { bootTimeoutSec }: Profile, lang: Lang): ManagerView => ({
  state: snapshot.state,
  readyWorkers: snapshot.workers.filter(serves).length,
  sentence: say(lang, summaryOf(snapshot)),
  patienceMs: Math.max(shortestPatienceMs, 2 * bootTimeoutSec * 1_000),
});

/** What signals, kills and the last writes take beside the profile's own time-outs. */
const marginMs = 20_000;
const shortestPatienceMs = 60_000;
