import type { Message } from "../errors.ts";
import type { Journal } from "../home/journal.ts";
import type { Leftovers } from "../home/leftovers.ts";
import type { HomePaths } from "../home/paths.ts";
import type { ResolvedSettings } from "../settings/resolve.ts";
import type { InForce } from "./change.ts";
import type { Database } from "./database.ts";
import { type Interrupted, interruptedWarning } from "./interrupted.ts";
import type { StartingPoint } from "./starting-point.ts";

/** What a start was found with. */
export interface StartFound {
  readonly settings: ResolvedSettings;
  readonly paths: Pick<HomePaths, "journal" | "runRecord">;
  readonly start: StartingPoint;
  readonly inForce: InForce;
  readonly isDevelopment: boolean;
  readonly interrupted: Interrupted | null;
  readonly database: Pick<Database, "warning">;
  readonly journal: Pick<Journal, "torn" | "restored">;
  readonly leftovers: Pick<Leftovers, "unknown">;
}

/** What stays in status from a start on: settings that have their price, and what the last run left behind. Pure. */
export const startWarnings = (found: StartFound): readonly Message[] => [
  ...found.settings.warnings,
  ...found.start.warnings,
  ...aboutSettings(found),
  ...(found.interrupted === null ? [] : [interruptedWarning(found.interrupted, found.inForce)]),
  ...(found.database.warning === null ? [] : [found.database.warning]),
  ...aboutHome(found),
];

const aboutSettings = ({ settings: { values }, start, isDevelopment }: StartFound): readonly Message[] => {
  const { workers, sticky, trustProxy } = values;
  const { stage, workers: declared } = start.profile;
  return [
    ...(!isDevelopment && workers !== null && workers !== declared
      ? [{ code: "warning.workers-override", facts: { stage, workers, declared } }]
      : []),
    ...(sticky === "ip" && trustProxy.length > 0
      ? [{ code: "warning.sticky-behind-proxy", facts: { proxies: trustProxy.join(", ") } }]
      : []),
  ];
};

const aboutHome = ({ paths, journal, leftovers }: StartFound): readonly Message[] => [
  ...aboutJournal(paths.journal, journal),
  ...(leftovers.unknown ? [{ code: "log.run-record-damaged", facts: { path: paths.runRecord } }] : []),
];

const aboutJournal = (file: string, { torn, restored }: StartFound["journal"]): readonly Message[] => {
  if (restored !== null) {
    return [{ code: "log.journal-restored", facts: { file, line: restored, keptIn: torn?.keptIn ?? null } }];
  }
  return torn === null ? [] : [{ code: "log.journal-torn", facts: { file: torn.keptIn, bytes: torn.bytes } }];
};
