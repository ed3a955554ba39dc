import assert from "node:assert/strict";
import { assertNoneFailed } from "../client/crowd.ts";
import { whoAnswered } from "../client/name-card.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { programOfVersion, writeApp } from "../support/apps.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { isAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { pidsOf } from "../support/versioned.ts";
import { startInstance, usersAtWork, workersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t23: Trial = {
  id: "T23",
  title:
    "a generation that never gets ready, whole or in one slot: reverted at the boot time-out, the old one whole, none lost",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const lag = watchHostLag(context);
    const dir = scratchDir(context);
    const app = writeApp(dir, "shop.cjs", programOfVersion("one"));
    const bootTimeoutSec = quick ? 4 : 8;
    const dashd = await startInstance(context, { bootTimeoutSec }, { dir, app });
    const crowd = await usersAtWork(context, dashd.port);
    const before = await dashd.status();
    const old = await pidsOf(dashd);
    const slot = 1 + Math.floor(random() * workersOf(context));
    const idle = "setInterval(() => undefined, 1000);";
    const bad = {
      "no worker gets ready": idle,
      "one slot does not": `if (process.env.NODE_APP_INSTANCE === "${slot - 1}") { ${idle} } else { ${programOfVersion("two")} }`,
    };
    for (const [name, source] of Object.entries(bad)) {
      writeApp(dir, "shop.cjs", source);
      const startedAtMs = performance.now();
      const { code, stdout, stderr } = await dashd.run("reload", "--reason", name);
      const tookMs = performance.now() - startedAtMs;
      assert.equal(code, 3, `${name}: ${stdout}${stderr}`);
      assert.match(`${stdout}${stderr}`, /E_CHANGE_FAILED/);
      assert.ok(tookMs >= bootTimeoutSec * 1_000, "not before the boot time-out");
      const allowing = { "host lag": lag.worstMs(startedAtMs) };
      sheet.atMost(`${name}: reverted after`, tookMs, bootTimeoutSec * 1_000 + 2_000, { unit: "ms", allowing });
      const now = await dashd.status();
      assert.deepEqual([now.state, now.revision, now.generation], ["held", before.revision, before.generation], name);
      assert.deepEqual(await pidsOf(dashd), old, "the old workers were never gone");
      await until("the new ones to be gone", () => dashd.pids().length === old.length + 1);
      assert.ok(old.every(isAlive));
      const { entries } = JSON.parse((await dashd.run("history", "--json")).stdout) as { entries: readonly Row[] };
      const last = entries.at(-1);
      assert.deepEqual([last?.result, last?.kind, last?.reason], ["reverted", "reload", name]);
      assert.equal(last?.because?.facts["because"], "because.boot-timeout");
      await moreRequests(crowd, quick ? 100 : 300);
      sheet.count("ok");
    }
    assert.equal(whoAnswered(await fetchPage(dashd.port, "/"))?.version, "one");
    const requests = await crowd.leave();
    sheet.add(requests);
    assertNoneFailed(requests, quick ? 500 : 3_000);
    assert.ok(
      requests.every(({ by }) => by !== null && old.includes(by.pid)),
      "no client ever met the new code",
    );
    writeApp(dir, "shop.cjs", programOfVersion("three"));
    assert.equal((await dashd.run("reload")).code, 0, "good code goes through afterwards");
    assert.equal(whoAnswered(await fetchPage(dashd.port, "/"))?.version, "three");
  },
};

interface Row {
  readonly result: string;
  readonly kind: string | null;
  readonly reason: string | null;
  readonly because: { readonly facts: Readonly<Record<string, unknown>> } | null;
}
