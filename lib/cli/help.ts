import { DashdError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { settingTable, settingNames } from "../settings/table.ts";
import { say } from "../words/say.ts";
import type { CommandEntry, CommandModule } from "./command.ts";
import { buildProgram } from "./program.ts";
import { helpTopics } from "./help-topics.ts";
import { tableLines } from "./table.ts";

/** `dashd help [topic]`: a command's own page, or a topic that belongs to none. */
export const createHelp = (commands: () => readonly CommandEntry[]): CommandModule => ({
  declare: (command, lang) => {
    command.argument("[topic]", say(lang, { code: "cli.arg-topic", facts: { topics: helpTopics } }));
  },
  run: ({ args }, { io, lang, version }) => {
    const topic = args[0];
    const entry = commands().find(({ name }) => name === topic);
    if (topic === undefined || entry !== undefined) {
      const typed = entry ?? null;
      const program = buildProgram({
        ...{ commands: commands(), typed, lang, version },
        write: io.write,
        action: () => Promise.resolve(),
      });
      (program.commands.find((one) => one.name() === topic) ?? program).outputHelp();
      return Promise.resolve(0);
    }
    if (topic === "settings") {
      const rows = settingNames.map((name) => [
        settingTable[name].variables[0],
        settingTable[name].flag ?? "–",
        settingTable[name].fallbackText ?? "–",
        say(lang, { code: `setting.${name}`, facts: {} }),
      ]);
      const columns = ["setting", "flag", "default", "meaning"].map((column) => ({
        title: say(lang, { code: `word.${column}`, facts: {} }),
        align: "left" as const,
      }));
      for (const line of tableLines(columns, rows)) io.out(line);
      io.out("");
    } else if (!helpTopics.includes(topic)) {
      const suggestion = nearest(topic, [...helpTopics, ...commands().map(({ name }) => name)]);
      const facts = { found: topic, expected: "cli.expected-topic", suggestion, topics: helpTopics };
      throw new DashdError("E_USAGE", facts, { hint: "dashd help" });
    }
    io.out(say(lang, { code: `help.${topic}`, facts: {} }));
    return Promise.resolve(0);
  },
});
