import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { agreementOf, agreementTable, othersAgree, stallTable, stallsShown } from "./load-figures.ts";
import { autocannon, dashdLoad, type LoadTool, startWaitingServer, type ToolFigures, wrk } from "./load-tools.ts";

/**
 * `npm run bench:load`: whether `dashd load` finds what wrk and autocannon find with the same closed workload, on the same
 * server, in turns. What is measured waits 10 to 20 ms and burns no CPU, and the users are few: on a small machine the tools
 * would else measure how much CPU they take from the server. Then a server that stalls for a second now and then: users
 * with a pause of their own show it in p99, a closed loop hides it. Exit code 1 where either is not so.
 */
const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "8" },
      users: { type: "string", default: "8" },
    },
  });
  const plan = { rounds: Number(values.rounds), seconds: Number(values.seconds), users: Number(values.users) };
  const dir = mkdtempSync(join(tmpdir(), "dashd-bench-"));
  try {
    const rounds = await inTurns(dir, plan);
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
}

const inTurns = async (dir: string, { rounds, seconds, users }: Plan): Promise<Rounds> => {
  const found: Record<ToolName, ToolFigures[]> = { dashd: [], wrk: [], autocannon: [] };
  const { url, stop } = await startWaitingServer(0);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, tool] of Object.entries(tools) as [ToolName, LoadTool][]) {
        const figures = await tool({ url, users, seconds, thinkSec: 0, dir });
        found[name].push(figures);
        process.stderr.write(`round ${round + 1}, ${name}: ${JSON.stringify(figures)}\n`);
      }
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
