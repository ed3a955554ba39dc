import assert from "node:assert/strict";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import test from "node:test";
import { parseLogLine } from "../../lib/home/log-line.ts";
import type { WorkerRow } from "../../lib/protocol/snapshot.ts";
import { assertNoneFailed, gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { type Instance, readyWorkers, startDashd } from "../support/instance.ts";
import { killAtRandom } from "../support/kills.ts";
import { allGone, signalIfAlive } from "../support/processes.ts";
import { until } from "../support/until.ts";

const timeout = 300_000;
const env = { DASHD_LOG_LEVEL: "debug" };

const othersThan = async (pid: number, dashd: Instance): Promise<readonly WorkerRow[]> =>
  readyWorkers(await dashd.status()).filter((worker) => worker.pid !== pid);

/** How many connections workers were asked for, by reason. */
const askedBack = ({ paths }: Instance): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const text of readFileSync(join(paths.dir, "logs", "dashd.log"), "utf8").split("\n")) {
    const line = parseLogLine(text);
    if (line?.code !== "log.asked-back") continue;
    const because = String(line.facts["because"]);
    counts[because] = (counts[because] ?? 0) + Number(line.facts["count"]);
  }
  return counts;
};

test(
  "kill -9 of a random worker of eight every second for 20 s under 100 keep-alive users: connections are evened out each time, and only requests on killed workers fail",
  { timeout },
  async (t) => {
    const dashd = await startDashd(t, { app: fixtureApp("program.cjs"), stage: 1, env });
    await killAtRandom(t, dashd, { kills: 20, everyMs: 1_000, keepAlive: 100 });
    const asked = askedBack(dashd);
    t.diagnostic(`asked back: ${JSON.stringify(asked)}`);
    assert.ok((asked["because.uneven"] ?? 0) > 0);
  },
);

test(
  "100 keep-alive users over eight workers of which one was replaced: it has its share within seconds, no request is lost, and then it is quiet",
  { timeout },
  async (t) => {
    const dashd = await startDashd(t, { app: fixtureApp("program.cjs"), stage: 1, env });
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 100, oneShot: 0, thinkMs: 200 });
    afterwards(t, async () => void (await crowd.leave()));
    await until("everybody to be connected", async () => (await dashd.status()).load.connections === 100);
    const [victim] = readyWorkers(await dashd.status());
    assert.ok(victim !== undefined);
    signalIfAlive(victim.pid, "SIGKILL");
    await allGone([victim.pid], 10_000);
    const lostUntilMs = performance.now() + 500;
    const readyAtMs = await until("the new worker", async () =>
      (await othersThan(victim.pid, dashd)).length === 8 ? performance.now() : null,
    );
    const even = await until("its share", async () => {
      const found = (await othersThan(victim.pid, dashd)).map(({ connections }) => connections);
      return found.length === 8 && Math.min(...found) >= 11 ? found : null;
    });
    const tookMs = performance.now() - readyAtMs;
    const asked = askedBack(dashd);
    const sent = crowd.requests.length;
    await until("many requests more", () => crowd.requests.length > sent + 2_000, { deadlineMs: 60_000 });
    t.diagnostic(`${even.join(" ")} after ${Math.round(tookMs)} ms; asked back: ${JSON.stringify(asked)}`);
    assert.deepEqual(askedBack(dashd), asked, "quiet from then on");
    const requests = await crowd.leave();
    assertNoneFailed(
      requests.filter(({ sentAtMs }) => sentAtMs > lostUntilMs),
      2_000,
    );
  },
);
