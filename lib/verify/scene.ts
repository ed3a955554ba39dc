import type { ControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { readJournal } from "../home/journal.ts";
import type { CommittedEntry } from "../home/journal-entries.ts";
import type { HomePaths } from "../home/paths.ts";
import { find } from "../home/revisions.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/** The running instance as it is found: what it says of itself, and what its journal says is in force. */
export interface Scene {
  readonly snapshot: Snapshot;
  readonly entry: CommittedEntry;
  /** By name, as the instance started with them; secrets are not in it. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Throws E_NOT_RUNNING, and E_BUSY where it is starting, changing or stopping. */
export const readScene = async (
  client: Pick<ControlClient, "status" | "settings">,
  paths: Pick<HomePaths, "journal">,
): Promise<Scene> => {
  const [snapshot, settings] = await Promise.all([client.status(), client.settings()]);
  const entry = find(readJournal(paths.journal), snapshot.revision);
  const { state, since } = snapshot;
  if ((state !== "held" && state !== "degraded") || entry === null) {
    throw new DashdError("E_BUSY", { what: "state", state, since }, { hint: "dashd status --watch" });
  }
  return { snapshot, entry, settings: new Map(settings.map(({ name, value }) => [name, value])) };
};

/** What must stay as it was for what is measured to belong together. */
export interface Change {
  readonly what: "stage" | "revision" | "generation";
  readonly before: number;
  readonly now: number;
}

export const changeBetween = (before: Snapshot, now: Snapshot): Change | null => {
  for (const what of ["stage", "revision", "generation"] as const) {
    if (before[what] !== now[what]) return { what, before: before[what], now: now[what] };
  }
  return null;
};
