import { parseArgs } from "node:util";
import { median } from "../support/median.ts";
import { bareHttp, dashdWith, type Started } from "./contestants.ts";
import { cpuSecondsOf, load, withStarted } from "./measure.ts";
import { textTable } from "./text-table.ts";

/**
 * `npm run bench:cache`: one worker of dashd and one process of node:http beside each other, in one run, in turns; a kept
 * page beside the same page asked of Express, and a page that does not ask with the cache on and off. Counted are answers per
 * second of the answering process's own CPU, since what else the host does leaves that alone; only the ratios count
 * (TRAPS 19). Many short turns: what the neighbours of a virtual machine do changes the speed of its cores by half from one
 * second to the next (seven turns of two seconds told 0.70, and 1.15 where as much was cut into ten of one). Ends by itself in
 * about six minutes.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "31" }, seconds: { type: "string", default: "0.5" } },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const app = "cache-app.cjs";
  await withStarted(dashdWith(app, []), 1, (on) =>
    withStarted(dashdWith(app, ["--response-cache-mb", "off"]), 1, (off) =>
      withStarted(bareHttp, 1, async (bare) => {
        const pairs: readonly Pair[] = [
          // What one and the same server differs from itself is noise.
          { title: "node:http: itself", ours: [bare, "/kept/small"], beside: [bare, "/kept/small"], atLeast: 0.9 },
          { title: "kept, small: Express", ours: [on, "/kept/small"], beside: [on, "/small"], atLeast: 4 },
          { title: "kept, report: Express", ours: [on, "/kept/report"], beside: [on, "/report"], atLeast: 4 },
          { title: "kept, small: node:http", ours: [on, "/kept/small"], beside: [bare, "/kept/small"], atLeast: 0.7 },
          {
            title: "kept, report: node:http",
            ours: [on, "/kept/report"],
            beside: [bare, "/kept/report"],
            atLeast: 0.7,
          },
          { title: "not kept: cache off", ours: [on, "/small"], beside: [off, "/small"], atLeast: 0.97 },
        ];
        const rows: string[][] = [];
        for (const pair of pairs) rows.push(await compare(pair, rounds, seconds));
        process.stdout.write(
          `${textTable([["", "dashd, per CPU s", "beside", "ratio", "from–to", "goal", "", "failed"], ...rows])}\n`,
        );
      }),
    ),
  );
};

interface Pair {
  readonly title: string;
  readonly ours: Asked;
  readonly beside: Asked;
  readonly atLeast: number;
}

interface Seen {
  readonly perCpuSec: number;
  readonly lost: number;
}

type Asked = readonly [Started, path: string];

const compare = async ({ title, ours, beside, atLeast }: Pair, rounds: number, seconds: number): Promise<string[]> => {
  const ask = async ([{ port, pids }, path]: Asked, forSec: number): Promise<Seen> => {
    const before = cpuSecondsOf(pids);
    const { answers, failed: lost } = await load(port, "keep-alive", forSec, { path, processes: 1, clientsOfEach: 32 });
    return { perCpuSec: answers / (cpuSecondsOf(pids) - before), lost };
  };
  await ask(ours, warmUpSec);
  await ask(beside, warmUpSec);
  const [oursPerSec, besidePerSec]: [number[], number[]] = [[], []];
  let failed = 0;
  for (let round = 0; round < rounds; round++) {
    const [a, b] = [await ask(ours, seconds), await ask(beside, seconds)];
    oursPerSec.push(a.perCpuSec);
    besidePerSec.push(b.perCpuSec);
    failed += a.lost + b.lost;
    process.stderr.write(
      `${title}, round ${round + 1}: ${Math.round(a.perCpuSec)} a CPU second beside ${Math.round(b.perCpuSec)}\n`,
    );
  }
  const ratios = oursPerSec.map((figure, round) => figure / (besidePerSec[round] ?? Number.NaN));
  const ratio = median(ratios);
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  const figures = [oursPerSec, besidePerSec].map((all) => `${Math.round(median(all))}`);
  return [
    title,
    ...figures,
    ratio.toFixed(3),
    range,
    `≥ ${atLeast}`,
    ratio >= atLeast ? "met" : "missed",
    String(failed),
  ];
};

const warmUpSec = 3;

await main();
