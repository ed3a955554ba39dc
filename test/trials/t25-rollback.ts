import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "../../lib/protocol/snapshot.ts";
import { assertNoneFailed } from "../client/crowd.ts";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { beside } from "../support/bare-boots.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { readyWorkers } from "../support/instance.ts";
import { oneOf } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { moreRequests } from "../support/swaps.ts";
import { command, versionOf } from "../support/versioned.ts";
import { startInstance, usersAtWork } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t25: Trial = {
  id: "T25",
  title:
    "rollback under load loses no request, takes seconds, and restores exactly the recorded stage, app and settings",
  run: async (context) => {
    const { sheet, random } = context;
    const lag = watchHostLag(context);
    const dir = scratchDir(context);
    const app = join(dir, "current");
    const release = (version: string): void => {
      const folder = join(dir, "releases", version);
      mkdirSync(folder, { recursive: true });
      writeApp(folder, "index.js", programOfVersion(version));
      symlinkSync(folder, `${app}.next`);
      renameSync(`${app}.next`, app);
    };
    release("one");
    const dashd = await startInstance(context, {}, { dir, app });
    const crowd = await usersAtWork(context, dashd.port);
    const inForce: Recorded[] = [await recorded(await dashd.status(), dashd.port)];
    // In an order of chance: new code, another stage.
    for (const change of oneOf(random, [
      ["reload", "stage"],
      ["stage", "reload"],
    ] as const)) {
      if (change === "reload") release("two");
      await command(dashd, ...(change === "reload" ? ["reload"] : ["stage", "1"]));
      inForce.push(await recorded(await dashd.status(), dashd.port));
    }
    for (const before of inForce.slice(0, -1).toReversed()) {
      const fromMs = performance.now();
      const { tookMs, bootMs } = await beside(before.workers, command(dashd, "rollback"));
      const allowing = { [`${before.workers} bare boots`]: bootMs, "host lag": lag.worstMs(fromMs) };
      sheet.atMost("rollback took", tookMs, 10_000, { unit: "ms", allowing });
      assert.deepEqual(await recorded(await dashd.status(), dashd.port), before);
      await moreRequests(crowd, 300);
    }
    const requests = await crowd.leave();
    sheet.add(requests);
    assertNoneFailed(requests, 500);
  },
};

/** What must come back exactly. */
interface Recorded {
  readonly stage: number;
  readonly workers: number;
  readonly app: Snapshot["app"];
  readonly answers: string | undefined;
  readonly limits: readonly unknown[];
}

const recorded = async (snapshot: Snapshot, port: number): Promise<Recorded> => ({
  stage: snapshot.stage,
  workers: readyWorkers(snapshot).length,
  app: snapshot.app,
  answers: await versionOf(port),
  limits: snapshot.limits.map(({ name, declared, effective }) => [name, declared, effective]),
});
