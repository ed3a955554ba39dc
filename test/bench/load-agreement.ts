import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { agreementOf, agreementTable, othersAgree, stallTable, stallsShown } from "./load-figures.ts";
import { autocannon, dashdLoad, rampSec, startWaitingServer, type ToolFigures, wrk } from "./load-tools.ts";

/**
 * `npm run bench:load`: whether `dashd load` finds what wrk and autocannon find with the same closed workload on the same
 * server, each with as many keep-alive users of one path. What is measured waits 10 to 20 ms and burns no CPU, and the users
 * are few: else the tools would measure how much CPU they take from the server. A round has them side by side, so that all
 * share what else the machine does (`--turns`: one after the other, for a quiet one), and takes turns in who begins. Then a
 * server that stalls for a second now and then: users with a pause of their own show it in p99, a closed loop hides it. Exit
 * code 1 where either is not so.
 */
const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "8" },
      users: { type: "string", default: "8" },
      turns: { type: "boolean", default: false },
    },
  });
  const plan = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    users: Number(values.users),
    turns: values.turns,
  };
  const dir = mkdtempSync(join(tmpdir(), "dashd-bench-"));
  try {
    const rounds = await inRounds(dir, plan);
    const [agreements, others] = [agreementOf(rounds), othersAgree(rounds)];
    const stalls = await underStalls(dir, plan.users);
    const shown = stallsShown(stalls);
    const report = `${agreementTable([...agreements, ...others])}\n\n${stallTable(stalls, shown)}\n`;
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ schemaVersion: 1, plan, agreements, others, stalls, stallsShown: shown })}\n`
        : report,
    );
    const tooBusy = others.some(({ within }) => !within);
    if (tooBusy) process.stderr.write("wrk and autocannon do not agree either: this machine is too busy to tell\n");
    return agreements.every(({ within }) => within) && shown ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const tools = { dashd: dashdLoad, wrk, autocannon } as const;
type ToolName = keyof typeof tools;
export type Rounds = Readonly<Record<ToolName, readonly ToolFigures[]>>;

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly users: number;
  readonly turns: boolean;
}

const inRounds = async (dir: string, { rounds, seconds, users, turns }: Plan): Promise<Rounds> => {
  const found: Record<ToolName, ToolFigures[]> = { dashd: [], wrk: [], autocannon: [] };
  const { url, stop } = await startWaitingServer(0);
  const workload = { url, users, seconds, thinkSec: 0, dir };
  const measure = async (name: ToolName, afterMs: number): Promise<void> => {
    await pause(afterMs);
    const figures = await tools[name](workload);
    found[name].push(figures);
    process.stderr.write(`${name}: ${JSON.stringify(figures)}\n`);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`round ${round + 1}\n`);
      const names: readonly ToolName[] =
        round % 2 === 0 ? ["dashd", "wrk", "autocannon"] : ["dashd", "autocannon", "wrk"];
      if (turns) for (const name of names) await measure(name, 0);
      // What the others measure is what dashd measures behind its ramp.
      else await Promise.all(names.map((name) => measure(name, name === "dashd" ? 0 : rampSec * 1_000)));
    }
  } finally {
    stop();
  }
  return found;
};

/** A stall every ten seconds, two of them. */
const underStalls = async (dir: string, users: number): Promise<Readonly<Record<ToolName, ToolFigures>>> => {
  const { url, stop } = await startWaitingServer(10_000);
  const workload = { url, users, seconds: 20, dir };
  try {
    return {
      dashd: await dashdLoad({ ...workload, thinkSec: 0.02 }),
      wrk: await wrk({ ...workload, thinkSec: 0 }),
      autocannon: await autocannon({ ...workload, thinkSec: 0 }),
    };
  } finally {
    stop();
  }
};

process.exitCode = await main();
