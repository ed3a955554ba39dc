import { createControlClient } from "../control/client.ts";
import { DashdError } from "../errors.ts";
import { readBlackBoxes } from "../home/black-boxes.ts";
import { nearest } from "../nearest.ts";
import { drillNames, isDrillName, mostDrill, usualDrill } from "../protocol/drill.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { mustHaveService } from "../verify/drill/fit.ts";
import { say } from "../words/say.ts";
import { askFirst, hasUsers } from "./ask-first.ts";
import { author } from "./author.ts";
import { type CommandContext, type CommandModule, type Given, textOf } from "./command.ts";
import { runningHomeOf } from "./home-of.ts";
import { wholeNumber } from "./numbers.ts";

/** `dashd drill kill|hang|redis-down|postgres-slow|burst`: a fault on purpose, and whether the promises hold. */
export const drill: CommandModule = {
  declare: (command, lang) => {
    const words = (code: string): string => say(lang, { code, facts: {} });
    command.argument("<drill>", words("cli.arg-drill"));
    command.option("--users <n>", words("cli.flag-drill-users"));
    command.option("--slot <n>", words("cli.flag-drill-slot"));
    command.option("--seconds <s>", words("cli.flag-drill-seconds"));
    command.option("--path <paths>", words("cli.flag-drill-path"));
    command.option("--seed <n>", words("cli.flag-drill-seed"));
    command.option("--yes", words("cli.flag-drill-yes"));
    command.option("--reason <text>", words("cli.flag-reason"));
  },
  run: async (given, context) => {
    const typed = typedOf(given);
    const paths = runningHomeOf(context);
    const client = createControlClient({ paths });
    const snapshot = await client.status();
    if (snapshot.mode === "development") {
      throw new DashdError("E_DEVELOPMENT", { kind: "drill" }, { hint: "dashd start" });
    }
    mustHaveService(typed.drill, snapshot);
    if (hasUsers(snapshot) && !(await mayDisturb(typed, given, snapshot, context))) {
      context.io.err(say(context.lang, { code: "drill.declined", facts: {} }));
      return declined;
    }

    const readyPath = (await client.settings()).find(({ name }) => name === "readyPath")?.value ?? "/";
    const plan = { ...typed, ...author(textOf(given.options["reason"]) ?? null) };
    const [{ runDrill }, { showDrill }] = await Promise.all([
      import("../verify/drill/run-drill.ts"),
      import("./drill-page.ts"),
    ]);
    const report = await runDrill(
      { ...plan, paths: [...new Set([readyPath, ...typed.paths])] },
      {
        client,
        boxes: () => readBlackBoxes(paths),
        told: (message) => context.io.progress(say(context.lang, message)),
        interrupted: context.interrupted,
        now: monotonicMs,
      },
    );
    return showDrill(report, typed.seed, context);
  },
};

const typedOf = ({ args, options }: Given) => {
  const name = args[0] ?? "";
  if (!isDrillName(name)) {
    const suggestion = nearest(name, drillNames);
    const hint = suggestion === null ? "dashd drill --help" : `dashd drill ${suggestion}`;
    const facts = { found: `drill ${name}`, expected: "cli.expected-drill", suggestion, subject: name };
    throw new DashdError("E_USAGE", facts, { hint });
  }
  const number = (option: string, usual: string): number =>
    wholeNumber(`--${option}`, textOf(options[option]) ?? usual);
  const [users, seconds, seed] = [
    number("users", String(usualDrill.users)),
    number("seconds", String(usualDrill.seconds)),
    number("seed", "1"),
  ];
  if (users > mostDrill.users || seconds > mostDrill.seconds) {
    const found = users > mostDrill.users ? `--users ${users}` : `--seconds ${seconds}`;
    throw refused(found, "cli.expected-drill-bounds");
  }
  const slot = textOf(options["slot"]);
  if (slot !== undefined && name !== "kill" && name !== "hang")
    throw refused(`--slot ${slot}`, "cli.expected-drill-slot");
  const paths = (textOf(options["path"]) ?? "").split(",").filter((path) => path !== "");
  const odd = paths.find((path) => !/^\/[\x21-\x7e]*$/.test(path));
  if (odd !== undefined) throw refused(`--path ${odd}`, "cli.expected-drill-paths");
  return { drill: name, users, seconds, seed, paths, slot: slot === undefined ? null : wholeNumber("--slot", slot) };
};

const refused = (found: string, expected: string): DashdError =>
  new DashdError("E_USAGE", { found, expected }, { hint: "dashd drill --help" });

const mayDisturb = (
  { drill: name, slot, seconds }: Pick<ReturnType<typeof typedOf>, "drill" | "slot" | "seconds">,
  { options }: Given,
  { load }: Snapshot,
  context: CommandContext,
): Promise<boolean> => {
  const { users: online, connections } = load;
  const what = { code: "ask.drill", facts: { online, connections, slot, seconds, what: `drill-does.${name}` } };
  return askFirst({ command: context.self.argv.join(" "), what, yes: options["yes"] === true }, context);
};

/** As verify ends when the answer is no. */
const declined = 64;
