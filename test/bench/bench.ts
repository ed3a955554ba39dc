import { parseArgs } from "node:util";
import { bareCluster, dashd, type Contestant, type Started } from "./contestants.ts";
import { judge, table, type Comparison } from "./figures.ts";
import { load, withStarted, type Kind } from "./measure.ts";

/**
 * `npm run bench`: dashd beside bare node:cluster with the same plain Express program and as many workers, in one run,
 * in turns. On a noisy machine only the ratios count (TRAPS 19). Ends by itself in about four minutes.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "4" },
      workers: { type: "string", default: "16" },
    },
  });
  const plan: Plan = {
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    workers: Number(values.workers),
  };
  const comparisons = [await compareStart(plan), ...(await compareThroughput(plan))];
  const verdicts = comparisons.map(judge);
  process.stdout.write(
    values.json ? `${JSON.stringify({ schemaVersion: 1, plan, verdicts, comparisons })}\n` : `${table(verdicts)}\n`,
  );
};

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly workers: number;
}

const compareStart = async ({ rounds, workers }: Plan): Promise<Comparison> => {
  const readyMs = async (contestant: Contestant): Promise<number> =>
    withStarted(contestant, workers, async (started) => started.readyMs);
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await readyMs(dashd));
    bare.push(await readyMs(bareCluster));
    tell(`start, round ${round + 1}: ${Math.round(ours.at(-1) ?? 0)} ms beside ${Math.round(bare.at(-1) ?? 0)} ms`);
  }
  return { title: `time to ${workers} ready`, unit: "ms", dashd: ours, beside: bare, goal: { atMost: 1.2 }, failed: 0 };
};

const compareThroughput = async (plan: Plan): Promise<readonly Comparison[]> =>
  withStarted(dashd, plan.workers, (ours) =>
    withStarted(bareCluster, plan.workers, async (bare) => [
      await inTurns(plan, ours, bare, {
        title: "keep-alive requests",
        kind: "keep-alive",
        goal: { atLeast: 0.97 },
      }),
      await inTurns(plan, ours, bare, {
        title: "one-shot connections",
        kind: "one-shot",
        goal: { atLeast: 0.95 },
      }),
    ]),
  );

const inTurns = async (plan: Plan, ours: Started, bare: Started, what: Throughput): Promise<Comparison> => {
  const { title, kind, goal } = what;
  await load(ours.port, kind, warmUpSec);
  await load(bare.port, kind, warmUpSec);
  const [oursPerSec, barePerSec]: [number[], number[]] = [[], []];
  let failed = 0;
  for (let round = 0; round < plan.rounds; round++) {
    const [a, b] = [await load(ours.port, kind, plan.seconds), await load(bare.port, kind, plan.seconds)];
    oursPerSec.push(a.perSec);
    barePerSec.push(b.perSec);
    failed += a.failed + b.failed;
    tell(`${title}, round ${round + 1}: ${Math.round(a.perSec)}/s beside ${Math.round(b.perSec)}/s`);
  }
  return { title, unit: "/s", dashd: oursPerSec, beside: barePerSec, goal, failed };
};

/** One of sixteen workers sees a sixteenth of the requests: it takes so long until V8 has compiled either side's code. */
const warmUpSec = 20;

interface Throughput {
  readonly title: string;
  readonly kind: Kind;
  readonly goal: Comparison["goal"];
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

await main();
