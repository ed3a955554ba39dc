import assert from "node:assert/strict";
import test from "node:test";
import { countByKind, gatherCrowd } from "../client/crowd.ts";
import { afterwards } from "../support/afterwards.ts";
import { programOfVersion } from "../support/apps.ts";
import { until } from "../support/until.ts";
import { startVersioned } from "../support/versioned.ts";

const timeout = 180_000;

/** Before anything is judged: a loop may use 15 s of CPU, and who waits is told 503 after 10 s. */
test(
  "while every new worker is blocked, who comes is served by the warm generation and nobody is told 503",
  { timeout },
  async (t) => {
    const dashd = await startVersioned(t);
    const crowd = gatherCrowd({ port: dashd.port, keepAlive: 10, oneShot: 10, thinkMs: 100 });
    afterwards(t, async () => void (await crowd.leave()));
    await until("users at work", () => crowd.requests.length > 100);
    const blocks = `app.use((request, response, next) => { if (process.uptime() > 3) for (;;); next(); });`;
    dashd.write(programOfVersion("two").replace("const app = express();", `const app = express();\n${blocks}`));
    const { code, stdout, stderr } = await dashd.run("reload", "--watch-window", "30");
    assert.equal(code, 3, stderr);
    assert.match(stdout, /blocked its loop/);
    assert.match(stderr, /which is warm, serves as well/);
    const requests = await crowd.leave();
    const kinds = countByKind(requests);
    t.diagnostic(JSON.stringify(kinds));
    assert.equal(kinds["503"], undefined, JSON.stringify(kinds));
    const lastOfNew = Math.max(...requests.filter(({ by }) => by?.version === "two").map(({ endedAtMs }) => endedAtMs));
    const relieved = requests.filter(({ by, sentAtMs }) => by?.version === "one" && sentAtMs > lastOfNew);
    // Who is on a blocked worker waits there; the others go on.
    assert.ok(relieved.length > 20, `served by the old ones meanwhile: ${relieved.length}`);
  },
);
