import { DashdError } from "../errors.ts";
import { nearest } from "../nearest.ts";
import { say } from "../words/say.ts";
import type { CommandContext, CommandModule, Given } from "./command.ts";
import { type Installed, installService } from "./service-install.ts";
import { planService } from "./service-plan.ts";
import { type Removed, removeService } from "./service-remove.ts";
import { declareStartFlags } from "./start-flags.ts";
import { whileAt } from "./progress.ts";
import { createSystemTools, type SystemTools } from "./system-tools.ts";
import { systemctl } from "./systemctl.ts";

/** `dashd service install [app]`, `dashd service remove`: the instance as a service of systemd. */
export const service: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.usage(words("fleet.usage-service"));
    command.argument("<install|remove>", words("fleet.arg-action"));
    command.argument("[app]", words("cli.arg-app"));
    command.option("--name <name>", words("fleet.flag-name"));
    command.option("--user <name>", words("fleet.flag-user"));
    command.option("--socket", words("fleet.flag-socket"));
    command.option("--writable <dirs>", words("fleet.flag-writable"));
    command.option("--print", words("fleet.flag-print"));
    declareStartFlags(command, lang);
  },
  run: async (given, context) => {
    const { io, lang } = context;
    const words = (code: string): string => say(lang, { code, facts: {} });
    const tools = createSystemTools(context.env);
    const [action = ""] = given.args;
    if (action === "install") {
      if (given.options["print"] === true) return print(given, context, tools);
      const installed = await whileAt(io, words("fleet.installing"), () => installService(given, context, tools));
      return tellInstalled(installed, context);
    }
    if (action === "remove") {
      const removed = await whileAt(io, words("fleet.removing"), () => removeService(given, context, tools));
      return tellRemoved(removed, context);
    }
    const suggestion = nearest(action, ["install", "remove"]);
    const hint = `dashd service ${suggestion ?? "install"}`;
    throw new DashdError("E_USAGE", { found: action, expected: "fleet.expected-action", suggestion }, { hint });
  },
};

const print = async (given: Given, context: CommandContext, tools: SystemTools): Promise<number> => {
  const { io, lang, json } = context;
  const { units, warnings } = await planService(given, context, tools);
  if (json) io.out(JSON.stringify({ schemaVersion: 1, units }, null, 2));
  else io.write(units.map(({ name, text }) => `# ${name}\n${text}`).join("\n"));
  for (const warning of warnings) io.err(`⚠ ${say(lang, warning)}`);
  return 0;
};

const tellInstalled = (installed: Installed, { io, lang, json }: CommandContext): number => {
  const { plan, units, verified, state, commands, notes } = installed;
  const { name } = plan.service;
  const words = (code: string, facts: Readonly<Record<string, string>> = {}): string => say(lang, { code, facts });
  if (json) {
    const warnings = notes.map((note) => say(lang, note));
    const document = { schemaVersion: 1, name, scope: plan.scope, units, verified, state, commands, notes: warnings };
    io.out(JSON.stringify(document, null, 2));
    return 0;
  }
  for (const { path, change } of units) io.out(words(`fleet.unit-${change}`, { path }));
  io.out(words(verified === null ? "fleet.not-verified" : "fleet.verified"));
  for (const note of notes) io.out(say(lang, note));
  const look = [...systemctl(plan.scope, "status"), name].join(" ");
  io.out(words(`fleet.${state}`, { name, look }));
  if (commands.length > 0) io.out(words("fleet.to-do"));
  for (const command of commands) io.out(`  ${command}`);
  return 0;
};

const tellRemoved = ({ name, folder, files, stopped }: Removed, { io, lang, json }: CommandContext): number => {
  if (json) {
    io.out(JSON.stringify({ schemaVersion: 1, name, files, stopped: stopped && files.length > 0 }, null, 2));
    return 0;
  }
  for (const path of files) io.out(say(lang, { code: "fleet.unit-removed", facts: { path } }));
  if (files.length === 0) io.out(say(lang, { code: "fleet.nothing-to-remove", facts: { name, folder } }));
  return 0;
};
