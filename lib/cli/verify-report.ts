import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { readJournal } from "../home/journal.ts";
import type { HomePaths } from "../home/paths.ts";
import { type Ladder, loadLadder } from "../profile/load.ts";
import { writeUpgradeReport } from "../report/write-upgrade-report.ts";
import type { VerifyRun } from "../verify/verify.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";

/** `verify --report FILE`, whatever was found: a report of what did not hold is the one that is needed most. */
export const writeReport = async (
  file: string,
  { proof, summaries: loads }: VerifyRun,
  paths: HomePaths,
  { io, lang }: Pick<CommandContext, "io" | "lang">,
): Promise<void> => {
  const client = createControlClient({ paths });
  const [status, settings] = await Promise.all([client.status(), client.settings()]);
  const ladder = await ladderOf(settings.find(({ name }) => name === "profiles")?.value ?? "");
  await writeUpgradeReport(file, { proof, loads, journal: readJournal(paths.journal), ladder, status }, lang);
  io.err(say(lang, { code: "load.written", facts: { file } }));
};

/** A ladder that cannot be read is a line of the proof, and no reason to lose the report. */
const ladderOf = async (dir: string): Promise<Ladder> => {
  try {
    return await loadLadder(dir);
  } catch (error) {
    if (error instanceof DashdError) return new Map();
    throw error;
  }
};
