import type { Message } from "../errors.ts";
import { helpOf } from "./flags.ts";
import { settingNames, settingTable } from "./table.ts";

/** The text of `.env.example`. `say` puts a message into words, one line per language. */
export const renderEnvExample = (say: (message: Message) => readonly string[]): string => {
  const head = say({ code: "setting.env-example", facts: {} }).map((line) => `# ${line}\n`);
  const rows = settingNames.map((name) => {
    const { variables, fallbackText } = settingTable[name];
    const comments = say(helpOf(name)).map((line) => `# ${line}\n`);
    return `\n${comments.join("")}#${variables[0]}=${fallbackText ?? ""}\n`;
  });
  return [...head, ...rows].join("");
};
