import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { within } from "../support/until.ts";
import { bareCluster, dashd, type Contestant, type Started } from "./contestants.ts";
import { judge, table, type Comparison } from "./figures.ts";

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
  readonly kind: "keep-alive" | "one-shot";
  readonly goal: Comparison["goal"];
}

interface Counted {
  readonly perSec: number;
  readonly failed: number;
}

/** Two processes, so that it is never one client's single thread that is measured. */
const load = async (port: number, kind: Throughput["kind"], seconds: number): Promise<Counted> => {
  const counted = await Promise.all([loadFromOne(port, kind, seconds), loadFromOne(port, kind, seconds)]);
  return {
    perSec: counted.reduce((sum, { perSec }) => sum + perSec, 0),
    failed: counted.reduce((sum, { failed }) => sum + failed, 0),
  };
};

const clientsOfEach = 32;

const loadFromOne = (port: number, kind: Throughput["kind"], seconds: number): Promise<Counted> => {
  const script = fileURLToPath(new URL("load-process.ts", import.meta.url));
  const args = ["--import", "tsx", script, String(port), kind, String(clientsOfEach), String(seconds)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<Counted>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`load ended with ${code}`)),
    );
  });
  return within("the load", seconds * 1_000 + 30_000, ended).finally(() => child.kill());
};

const withStarted = async <T>(
  contestant: Contestant,
  workers: number,
  use: (started: Started) => Promise<T>,
): Promise<T> => {
  const dir = mkdtempSync(join(tmpdir(), "dashd-bench-"));
  try {
    const started = await contestant(dir, workers);
    try {
      return await use(started);
    } finally {
      await started.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

await main();
