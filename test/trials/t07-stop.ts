import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { failedOf, gatherCrowd } from "../client/crowd.ts";
import { isListening } from "../client/reachable.ts";
import { afterwards } from "../support/afterwards.ts";
import { between } from "../support/random.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { startInstance, usersOf } from "./ground.ts";
import type { Trial } from "./trial.ts";

export const t07: Trial = {
  id: "T07",
  title: "SIGTERM of the master under load: success, then refusal, never mixed; then nothing of it is left",
  run: async (context) => {
    const { sheet, random } = context;
    const dashd = await startInstance(context);
    const count = usersOf(context) / 2;
    const path = (): string => `/slow?ms=${Math.round(between(random, 10, 30))}`;
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: count, oneShot: count, thinkMs: 50, path, random });
    afterwards(context, async () => void (await crowd.leave()));
    await moreRequests(crowd, Math.round(between(random, 500, 1_500)));
    const atMs = performance.now();
    const { code } = await dashd.stop();
    assert.equal(code, 0);
    await until("a refusal", () => crowd.requests.some(({ failure }) => failure === "refused"));
    const requests = await crowd.leave();
    sheet.add(requests);
    assert.deepEqual(dashd.pids(), [], "no process is left");
    assert.equal(await isListening(dashd.port), false, "the port is free");
    assert.ok(!existsSync(dashd.paths.controlSocket), "the control socket is removed");

    // A reset new connection was still the kernel's when the port closed: the door never saw it.
    const failed = failedOf(requests);
    for (const { failure, heldBy, detail, sentAtMs } of failed) {
      assert.ok(sentAtMs >= atMs - 1_000 && heldBy === null, `only who comes anew may fail: ${failure}, ${detail}`);
      assert.match(String(failure), /^(refused|reset)$/, detail);
    }
    const firstRefusalMs = Math.min(...failed.map(({ endedAtMs }) => endedAtMs));
    const late = requests.filter(
      ({ failure, heldBy, sentAtMs }) => failure === null && heldBy === null && sentAtMs > firstRefusalMs,
    );
    assert.equal(late.length, 0, `${late.length} new connections served after the first was refused`);
    const resets = failed.filter(({ failure }) => failure === "reset").length;
    sheet.note(`${resets} reset in the kernel's backlog as the port closed`);
  },
};
