import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { builtInProfilesDir, loadLadder, stageOf } from "../../lib/profile/load.ts";
import { say } from "../../lib/words/say.ts";
import type { Proof } from "../../lib/verify/proof.ts";
import { afterwards } from "../support/afterwards.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { startPostgres } from "../support/postgres.ts";
import { startRedis } from "../support/redis.ts";
import { textTable } from "./text-table.ts";

/**
 * `npm run bench:verify`: the store board with a real Redis and PostgreSQL goes from stage 1 to stage 2, and at each `dashd
 * verify --report` holds it to the whole stage: every limit from outside and every load of the promise. For a quiet machine:
 * it says what did not hold, and exits with 1 then. `--keep DIR` keeps the
 * reports: stage 1 in English, stage 2 in Chinese.
 */
const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { seconds: { type: "string", default: "30" }, keep: { type: "string" } } });
  const ends: (() => void | Promise<void>)[] = [];
  const bench = { after: (end: () => void | Promise<void>): void => void ends.push(end) };
  try {
    const kept = values.keep === undefined ? mkdtempSync(join(tmpdir(), "dashd-bench-")) : resolve(values.keep);
    mkdirSync(kept, { recursive: true });
    if (values.keep === undefined) afterwards(bench, () => rmSync(kept, { recursive: true, force: true }));
    const ladder = await loadLadder(builtInProfilesDir());
    const server = await startPostgres(bench);
    const redis = await startRedis(bench, { args: redisArgs(stageOf(ladder, 1).redis.maxMemoryMb) });
    const env = { DATABASE_URL: server.url, REDIS_URL: redis.url };
    const dashd = await startDashd(bench, { stage: 1, env });
    const first = await verify(dashd, 1, kept, values.seconds);
    await redis.command("CONFIG", "SET", "maxmemory", `${stageOf(ladder, 2).redis.maxMemoryMb}mb`);
    const changed = await dashd.spawn("stage", "2").exited;
    if (changed.code !== 0) throw new Error(`stage 2: exit code ${changed.code}\n${changed.stderr}`);
    const second = await verify(dashd, 2, kept, values.seconds);
    return first && second ? 0 : 1;
  } finally {
    for (const end of ends) await end();
  }
};

const redisArgs = (maxMemoryMb: number): readonly string[] => [
  ...["--maxmemory", `${maxMemoryMb}mb`, "--maxmemory-policy", "allkeys-lru"],
  ...["--save", "", "--appendonly", "no"],
];

/** Whether it held; what was found is told either way. */
const verify = async (dashd: Instance, stage: number, kept: string, seconds: string): Promise<boolean> => {
  const report = join(kept, `stage-${stage}.html`);
  const args = ["--report", report, "--seconds", seconds, "--lang", stage === 1 ? "en" : "zh"];
  const { code, stdout, stderr } = await dashd.spawn("verify", "--json", ...args).exited;
  const proof = JSON.parse(stdout) as Proof;
  process.stdout.write(`\nstage ${stage}: exit code ${code}\n${table(proof)}\n`);
  for (const { result, message } of proof.steps.filter(({ part }) => part !== "indicators"))
    if (result !== "held") process.stdout.write(`${result}: ${say("en", message)}\n`);
  if (code !== 0) process.stderr.write(stderr);
  return code === 0;
};

const table = ({ steps, loads }: Proof): string => {
  const of = (name: (typeof parts)[number]): readonly Proof["steps"][number][] =>
    steps.filter(({ part }) => part === name);
  const counts = parts.map((part) => [
    part,
    ...results.map((wanted) => String(of(part).filter(({ result }) => result === wanted).length)),
  ]);
  const ms = (value: number | null): string => (value === null ? "–" : `${Math.round(value)}`);
  const figures = loads.map(({ users, requests, okRate, response, wait }) => [
    ...[String(users), String(requests), okRate === null ? "–" : `${Math.round(okRate * 10_000) / 100}`],
    ...[ms(response.p95Ms), ms(wait.p95Ms)],
  ]);
  return `${textTable([["part", ...results], ...counts])}\n\n${textTable([["users", "requests", "ok %", "response p95 ms", "wait p95 ms"], ...figures])}`;
};

const parts = ["declared-effective", "limits", "promise", "indicators"] as const;
const results = ["held", "not-held", "inconclusive", "not-measured"] as const;

process.exitCode = await main();
