import { DashdError } from "../errors.ts";
import { readBlackBoxes } from "../home/black-boxes.ts";
import { readJournal } from "../home/journal.ts";
import type { HomePaths } from "../home/paths.ts";
import { inForce } from "../home/revisions.ts";
import { readRunRecord } from "../home/run-record.ts";
import type { BlackBox } from "../protocol/black-box.ts";
import { say } from "../words/say.ts";
import type { CommandModule } from "./command.ts";
import { runningHomeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";
import { whyPage } from "./why-page.ts";

/** `dashd why [SLOT]`: what killed or hung the last worker, whether the instance runs or not. */
export const why: CommandModule = {
  declare: (command, lang) => {
    command.argument("[slot]", say(lang, { code: "cli.arg-slot", facts: {} }));
  },
  run: ({ args }, context) => {
    const { io, lang, json } = context;
    const slot = args[0] === undefined ? null : wholeNumber("slot", args[0]);
    const paths = runningHomeOf(context);
    const kept = readBlackBoxes(paths);
    const own = kept.filter((box) => slot === null || box.slot === slot);
    const box = own[0] ?? null;
    if (box === null && slot !== null) mustExist(slot, kept, paths);
    if (json) io.out(JSON.stringify({ schemaVersion: 1, slot, kept: own.length, box }, null, 2));
    else if (box === null) io.out(say(lang, { code: "why.nothing", facts: { slot } }));
    else for (const line of whyPage(box, { lang, paint: io.paint, nowMs: Date.now() })) io.out(line);
    if (!json && own.length > 1) {
      io.out("");
      io.out(say(lang, { code: "why.earlier", facts: { count: own.length - 1, dir: paths.blackBoxDir } }));
    }
    return Promise.resolve(0);
  },
};

/** Throws E_SLOT_UNKNOWN. In a home that has run nothing yet every slot may come to exist. */
const mustExist = (slot: number, kept: readonly BlackBox[], paths: HomePaths): void => {
  const running = readRunRecord(paths)?.workers.map((worker) => worker.slot) ?? [];
  const slots = Math.max(0, workersOf(paths), ...running, ...kept.map((box) => box.slot));
  if (slots > 0 && slot > slots) throw new DashdError("E_SLOT_UNKNOWN", { slot, slots }, { hint: "dashd why" });
};

/** Of the revision in force; 0 where there is none, or no journal that can be read. */
const workersOf = ({ journal }: HomePaths): number => {
  try {
    const entry = inForce(readJournal(journal));
    return entry === null ? 0 : (entry.workersOverride ?? entry.profile.workers);
  } catch (error) {
    if (error instanceof DashdError) return 0;
    throw error;
  }
};
