import { DashdError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { say } from "../words/say.ts";
import { textOf, type CommandContext, type CommandEntry, type CommandModule } from "./command.ts";
import type { Known } from "./completion/declared.ts";
import { homeOf } from "./home-of.ts";

/** `dashd completion bash|zsh|fish`: a script for the shell, made from what the commands declare. */
export const createCompletion = (commands: () => readonly CommandEntry[]): CommandModule => ({
  declare: (command, lang) => {
    command.argument(`<${shells.join("|")}>`, say(lang, { code: "completion.arg-shell", facts: {} }));
    // What the scripts ask: the stages, revisions or slots that there are.
    command.addOption(command.createOption("--values <kind>").hideHelp());
  },
  run: async ({ args, options }, context) => {
    const { io, lang, version } = context;
    const shell = args[0] ?? "";
    const kind = textOf(options["values"]);
    const [{ declaredCommands, knownKinds }, scripts] = await Promise.all([
      import("./completion/declared.ts"),
      import("./completion/scripts.ts"),
    ]);
    if (kind !== undefined) {
      const known = knownKinds.find((one) => one === kind);
      for (const value of known === undefined ? [] : await valuesOf(known, context)) io.out(value);
      return 0;
    }
    const script = Object.hasOwn(scripts.scripts, shell) ? scripts.scripts[shell] : undefined;
    if (script === undefined) {
      const suggestion = nearest(shell, shells);
      const facts = { found: shell, expected: shells.join(", "), suggestion };
      throw new DashdError("E_USAGE", facts, { hint: `dashd completion ${suggestion ?? "bash"}` });
    }
    io.write(script(declaredCommands(commands(), lang, version)));
    return 0;
  },
});

const shells = ["bash", "zsh", "fish"];

/** Of what is on disk; nobody waits at a TAB for an instance. What cannot be read is nothing to offer. */
const valuesOf = async (kind: Known, context: CommandContext): Promise<readonly string[]> => {
  try {
    if (kind === "stages") {
      const [{ loadLadder }, { resolveSettings }] = await Promise.all([
        import("../profile/load.ts"),
        import("../settings/resolve.ts"),
      ]);
      return [...(await loadLadder(resolveSettings(context).values.profiles)).keys()].map(String);
    }
    const [{ readJournal }, { inForce }] = await Promise.all([
      import("../home/journal.ts"),
      import("../home/revisions.ts"),
    ]);
    const entries = readJournal(homeOf(context).journal);
    if (kind === "revisions") {
      return entries.flatMap((entry) => (entry.type === "committed" ? [String(entry.revision)] : [])).reverse();
    }
    const now = inForce(entries);
    const workers = now === null ? 0 : (now.workersOverride ?? now.profile.workers);
    return Array.from({ length: workers }, (_, index) => String(index + 1));
  } catch (error) {
    if (error instanceof DashdError) return [];
    throw error;
  }
};
