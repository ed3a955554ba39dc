import { DashdError, type Message } from "../../errors.ts";
import { readJournal } from "../../home/journal.ts";
import type { HomePaths } from "../../home/paths.ts";
import { find, inForce, rollbackTarget } from "../../home/revisions.ts";
import type { Finding } from "../../preflight/finding.ts";
import { type Plan, planOf } from "../../preflight/plan.ts";
import { surgeMessage } from "../../preflight/surge-message.ts";
import { loadLadder, lowerStage, stageOf } from "../../profile/load.ts";
import { withWorkers } from "../../profile/override.ts";
import type { Profile } from "../../profile/schema.ts";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { resolveSettings } from "../../settings/resolve.ts";
import { foundValue } from "../../words/found-value.ts";
import { sayError } from "../../words/say.ts";
import type { CommandContext } from "../command.ts";
import { differenceTable } from "../difference-table.ts";
import { lookAround } from "../surroundings.ts";
import { tableLines } from "../table.ts";
import type { Look } from "./look.ts";
import type { PlanLine, PlanText, Wanted } from "./view-state.ts";

/** The plan of a change for the view: the difference, how it comes up, and the sums, as `dashd plan` makes them. */
export const planText = async (
  wanted: Wanted,
  snapshot: Snapshot,
  paths: HomePaths,
  context: Pick<CommandContext, "flags" | "env" | "cwd">,
  look: Look,
): Promise<PlanText> => {
  try {
    if (snapshot.mode === "development") throw new DashdError("E_DEVELOPMENT", { kind: `kind.${wanted.kind}` });
    if (wanted.kind === "rollback" && snapshot.state === "changing") return withdraws(look);
    return await textOf(wanted, snapshot, paths, context, look);
  } catch (error) {
    if (!(error instanceof DashdError)) throw error;
    const { sentence, hint } = sayError(look.lang, error);
    const lines = [...sentence.split("\n"), ...(hint === null ? [] : [look.words("cli.hint", { hint })])];
    return { lines: lines.map((text) => ({ text, tone: "bad", isTable: false })), refused: true };
  }
};

/** Of the ladder, lowest first; null where it cannot be read, which a plan then says. */
export const knownStages = async (
  context: Pick<CommandContext, "flags" | "env" | "cwd">,
): Promise<readonly number[] | null> => {
  try {
    const { values } = resolveSettings(context);
    return [...(await loadLadder(values.profiles)).keys()].toSorted((a, b) => a - b);
  } catch {
    return null;
  }
};

const withdraws = ({ words }: Look): PlanText => ({
  lines: [{ text: words("watch.withdraws"), tone: "plain", isTable: false }],
  refused: false,
});

const textOf = async (
  wanted: Wanted,
  snapshot: Snapshot,
  paths: HomePaths,
  context: Pick<CommandContext, "flags" | "env" | "cwd">,
  look: Look,
): Promise<PlanText> => {
  const { values } = resolveSettings(context);
  const entries = readJournal(paths.journal);
  const now = inForce(entries);
  const ladder = () => loadLadder(values.profiles);
  const profile = async (): Promise<{ readonly profile: Profile; readonly head: Message | null }> => {
    switch (wanted.kind) {
      case "stage":
        return { profile: withWorkers(stageOf(await ladder(), wanted.stage), values.workers), head: null };
      case "reload":
        return {
          profile: now?.profile ?? stageOf(await ladder(), snapshot.stage),
          head: { code: "watch.reloads", facts: { app: snapshot.app.path } },
        };
      case "rollback": {
        const target = rollbackTarget(entries);
        if (target !== null) {
          const { revision, stage, at } = target;
          const origin = find(entries, revision) ?? target;
          return { profile: origin.profile, head: { code: "watch.goes-back", facts: { revision, stage, at } } };
        }
        const lower = lowerStage(await ladder(), snapshot.stage);
        if (lower === null)
          throw new DashdError("E_NOTHING_TO_ROLL_BACK", { stage: snapshot.stage, revision: snapshot.revision });
        return {
          profile: withWorkers(lower, values.workers),
          head: { code: "watch.goes-lower", facts: { stage: lower.stage } },
        };
      }
    }
  };
  const { profile: asked, head } = await profile();
  const found = await lookAround(values, paths.dir, snapshot);
  return planLines(planOf(now, asked, found), head, look);
};

const planLines = (plan: Plan, head: Message | null, look: Look): PlanText => {
  const { words } = look;
  const { from, stage, differences, surge, sums } = plan;
  const plain = (text: string): PlanLine => ({ text, tone: "plain", isTable: false });
  const facts = { from: from?.stage ?? null, revision: from?.revision ?? null, stage, count: differences.length };
  const count = (level: Finding["level"]): number => sums.filter((one) => one.level === level).length;
  const verdict = words("doctor.verdict", { stage, warnings: count("warn"), refusals: count("refuse") });
  const refused = count("refuse") > 0;
  return {
    lines: [
      plain(
        head === null ? words(from === null ? "plan.head-first" : "plan.head", facts) : words(head.code, head.facts),
      ),
      ...(surge === null ? [] : [plain(words(surgeMessage(surge).code, surgeMessage(surge).facts))]),
      plain(""),
      ...sumLines(sums, look),
      { text: verdict, tone: refused ? "bad" : count("warn") > 0 ? "warn" : "plain", isTable: false },
      // Longer than a screen: the sums are what is to be read first.
      ...differenceLines(plan, look),
    ],
    refused,
  };
};

const differenceLines = ({ differences }: Plan, { words }: Look): readonly PlanLine[] => {
  const lines = differenceTable(differences, words);
  return lines.length === 0 ? [] : ["", ...lines].map((text) => ({ text, tone: "plain", isTable: true }));
};

/** The advice stands below its row: a terminal of 80 columns has no room beside it. */
const sumLines = (sums: readonly Finding[], { lang, words }: Look): readonly PlanLine[] => {
  const columns = ["subject", "found", "needed", "level"].map((column) => ({
    title: words(`word.${column}`),
    align: "left" as const,
  }));
  const rows = sums.map(({ subject, found, needed, level }) => [
    subject,
    foundValue(lang, found),
    foundValue(lang, needed),
    words(`doctor-level.${level}`),
  ]);
  const [head = "", ...lines] = tableLines(columns, rows);
  return [
    { text: head, tone: "plain", isTable: true },
    ...lines.flatMap((text, index): readonly PlanLine[] => {
      const { level = "ok", advice = null } = sums[index] ?? {};
      const tone = level === "refuse" ? "bad" : level === "warn" ? "warn" : level === "ok" ? "plain" : "dim";
      const row: PlanLine = { text, tone, isTable: true };
      return advice === null
        ? [row]
        : [
            row,
            { text: `  ${words(advice.code, advice.facts)}`, tone: tone === "plain" ? "dim" : tone, isTable: false },
          ];
    }),
  ];
};
