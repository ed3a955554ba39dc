import assert from "node:assert/strict";
import { join } from "node:path";
import { assertNoneFailed } from "../client/crowd.ts";
import { fixtureApp } from "../support/apps.ts";
import { beside } from "../support/bare-boots.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { launchDashd, type Instance, type StartOptions } from "../support/instance.ts";
import type { Finished } from "../support/program.ts";
import { between } from "../support/random.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";
import { startInstance, usersAtWork } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t17: Trial = {
  id: "T17",
  title:
    "a second master in the same home, and on the same port: it ends at once with one line, the first serves on under load",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const lag = watchHostLag(context);
    const dashd = await startInstance(context, { watchWindowSec: 2 });
    const crowd = await usersAtWork(context, dashd.port);
    const before = await dashd.status();
    const pids = await pidsOf(dashd);
    const second = async (name: string, options: StartOptions): Promise<Finished> => {
      await new Promise((resolve) => setTimeout(resolve, between(random, 0, 300)));
      const fromMs = performance.now();
      const { result, tookMs, bootMs } = await beside(1, launchSecond(context, dashd, options).ended());
      const allowing = { "bare boot": bootMs, "host lag": lag.worstMs(fromMs) };
      sheet.atMost(`${name}: ended after`, tookMs, 2_000, { unit: "ms", allowing });
      sheet.note(`${name}: ${result.code}: ${`${result.stdout}${result.stderr}`.trim()}`);
      sheet.count("ok");
      return result;
    };

    const same = await second("the same start", {});
    assert.deepEqual([same.code, lines(same.stdout), lines(same.stderr)], [0, 1, 0], same.stderr);
    assert.match(same.stdout, new RegExp(`\\b${dashd.pid}\\b`));

    const otherApp = await second("another app", { app: fixtureApp("exports-app.mjs") });
    assert.equal(otherApp.code, 1);
    assert.match(otherApp.stderr, /E_OTHER_APP_RUNNING/);
    assertOneLineAndHint(otherApp);

    const otherHome = await second("another home, the same port", {
      home: join(dashd.dir, "other"),
      args: ["--port", String(dashd.port)],
    });
    assert.equal(otherHome.code, 1);
    assert.match(otherHome.stderr, new RegExp(`${dashd.port} .*pid ${dashd.pid} .*E_PORT_IN_USE`, "s"));
    assertOneLineAndHint(otherHome);

    assert.deepEqual(await pidsOf(dashd), pids, "the first is as it was");
    // Longer than a command takes to start.
    const change = dashd.spawn("stage", "1", "--watch-window", "5");
    await until("the change", async () => (await dashd.status()).state === "changing", { everyMs: 5 });
    const whileChanging = await second("another stage during a change", { stage: 2 });
    assert.equal(whileChanging.code, 7, whileChanging.stderr);
    assert.match(whileChanging.stderr, /E_BUSY/);
    assertOneLineAndHint(whileChanging);
    const { entries } = JSON.parse((await dashd.run("history", "--json")).stdout) as {
      readonly entries: readonly { readonly result: string }[];
    };
    assert.equal(entries.at(-1)?.result, "unfinished", "under way, not interrupted");
    assert.equal((await change.exited).code, 0);

    const converged = launchSecond(context, dashd, { stage: 2 });
    assert.equal((await converged.ended()).code, 0, converged.stderr());
    await moreRequests(crowd, quick ? 100 : 300);
    const after = await dashd.status();
    assert.deepEqual([after.stage, after.revision, after.master.pid], [2, before.revision + 2, dashd.pid]);
    const requests = await crowd.leave();
    sheet.add(requests);
    assertNoneFailed(requests, quick ? 200 : 1_000);
  },
};

const launchSecond = (context: TrialContext, { dir, home }: Instance, options: StartOptions) =>
  launchDashd(context, { dir, home, app: fixtureApp("program.cjs"), profiles: join(dir, "ladder"), ...options });

const lines = (text: string): number => (text.trim() === "" ? 0 : text.trim().split("\n").length);

/** The sentence, and the next command under it. */
const assertOneLineAndHint = ({ stdout, stderr }: Finished): void => {
  assert.equal(stdout, "");
  assert.ok(lines(stderr) <= 2, stderr);
  assert.doesNotMatch(stderr, /^\s+at /m, "no stack trace");
};
