import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { assertNoneFailed, failedOf, gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "./afterwards.ts";
import { programOfVersion } from "./apps.ts";
import { until } from "./until.ts";
import { pidsOf, startVersioned } from "./versioned.ts";

/**
 * Reloads with new code that is bad under 20 keep-alive users: its gates take it back, what failed was with the bad code
 * alone, and everybody is answered by the old workers again.
 */
export const assertTakenBack = async (t: TestContext, { source, said, windowSec }: BadCode): Promise<void> => {
  const dashd = await startVersioned(t, { requestTimeoutSec: 3, hang: { killAfterSec: 1 } });
  const old = await pidsOf(dashd);
  const crowd = gatherCrowd({ port: dashd.port, keepAlive: 20, oneShot: 0, thinkMs: 50 });
  afterwards(t, async () => void (await crowd.leave()));
  await until("users at work", () => crowd.requests.length > 200);
  dashd.write(programOfVersion("two").replace("const app = express();", `const app = express();\n${source}`));
  const { code, stdout, stderr } = await dashd.run("reload", "--watch-window", String(windowSec));
  assert.equal(code, 3, stderr);
  assert.match(stdout, said);
  assert.match(stdout, /E_GATE/);

  const backAtMs = performance.now();
  assert.deepEqual(await pidsOf(dashd), old, "the old workers were never gone");
  await until("users with the old again", () => crowd.requests.filter((one) => one.sentAtMs > backAtMs).length > 100);
  const requests = await crowd.leave();
  const later = requests.filter(({ sentAtMs }) => sentAtMs > backAtMs);
  assertNoneFailed(later, 100);
  assert.ok(later.every(({ by }) => by?.version === "one"));
  for (const { failure, detail } of failedOf(requests)) {
    assert.match(
      String(failure),
      /^(500|503|reset|empty|cut)$/,
      `answered badly by the new code, or died with it: ${detail}`,
    );
  }
  const { entries } = JSON.parse((await dashd.run("history", "--json")).stdout);
  assert.equal(entries.at(-1).result, "reverted");
  assert.equal((await dashd.status()).state, "held");
};

export interface BadCode {
  /** What stands in front of the program's routes. */
  readonly source: string;
  /** What the command says. */
  readonly said: RegExp;
  readonly windowSec: number;
}
