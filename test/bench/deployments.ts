import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gatherCrowd } from "../client/crowd.ts";
import { type Fault, faults, usualPath } from "../support/deployments.ts";
import { until } from "../support/until.ts";
import { dashdDeployer, type DeploymentContestant, pm2Deployer, pm2Version } from "./deployment-contestants.ts";
import { figuresOf, type DeploymentFigures, deploymentTable } from "./deployment-figures.ts";
import { writeProgram } from "./deployed-program.ts";

/**
 * `npm run bench:deployments`: seven bad versions of one Express program, given to dashd's `reload` and to PM2's under the
 * same hundred keep-alive users. Each is looked at for as long from the command on. Ends by itself in about a quarter of
 * an hour; what counts is who was answered what, not how fast this machine is.
 */
const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      seconds: { type: "string", default: "50" },
      only: { type: "string", default: "" },
    },
  });
  const seconds = Number(values.seconds);
  const contestants: Readonly<Record<string, DeploymentContestant>> = { dashd: dashdDeployer, pm2: pm2Deployer };
  const rows: DeploymentFigures[] = [];
  for (const fault of Object.keys(faults)
    .filter(isFault)
    .filter((name) => name.includes(values.only))) {
    for (const [side, contestant] of Object.entries(contestants)) {
      const row = { fault, side, ...(await deployTo(contestant, faults[fault], seconds)) };
      process.stderr.write(`${JSON.stringify(row)}\n`);
      rows.push(row);
    }
  }
  const about = { date: new Date().toISOString(), node: process.version, pm2: pm2Version(), seconds };
  process.stdout.write(
    values.json ? `${JSON.stringify({ schemaVersion: 1, ...about, rows })}\n` : `${deploymentTable(rows, seconds)}\n`,
  );
};

const deployTo = async (
  contestant: DeploymentContestant,
  fault: string,
  seconds: number,
): Promise<Omit<DeploymentFigures, "fault" | "side">> => {
  const dir = mkdtempSync(join(tmpdir(), "dashd-bench-"));
  try {
    writeProgram(dir, "old");
    const deployer = await contestant(dir);
    const crowd = gatherCrowd({ port: deployer.port, keepAlive: 100, oneShot: 0, thinkMs: 400, path: usualPath });
    try {
      await until("users at work", () => crowd.requests.length > 1_000);
      writeProgram(dir, "new", fault);
      const from = crowd.requests.length;
      const startedAtMs = performance.now();
      const command = { exitCode: null as number | null, tookMs: null as number | null };
      void deployer.reload().then((exitCode) => {
        Object.assign(command, { exitCode, tookMs: Math.round(performance.now() - startedAtMs) });
      });
      await pause(seconds * 1_000);
      const stoppedAtMs = performance.now();
      const requests = (await crowd.leave()).slice(from);
      return { ...command, ...figuresOf(requests, { startedAtMs, stoppedAtMs }) };
    } finally {
      await crowd.leave();
      await deployer.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const isFault = (name: string): name is Fault => Object.hasOwn(faults, name);

await main();
