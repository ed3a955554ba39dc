import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { fetchPage } from "../client/fetch-page.ts";
import { startDashd } from "../support/instance.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

const packageDir = dirname(fileURLToPath(import.meta.resolve("json-server/package.json")));

test(
  "json-server from the npm registry runs unmodified at stage 2 and answers its own pages",
  { timeout },
  async (t) => {
    const dir = scratchDir(t);
    const shops = Array.from({ length: 30 }, (_, n) => ({ id: n + 1, city: n % 2 === 0 ? "Kunming" : "Dali" }));
    writeFileSync(join(dir, "db.json"), JSON.stringify({ shops }));
    const app = join(packageDir, "lib/cli/bin.js");
    const dashd = await startDashd(t, { dir, app, stage: 2, appArgs: ["db.json", "--read-only", "--quiet"] });

    const front = await fetchPage(dashd.port, "/");
    assert.equal(front.status, 200);
    assert.match(front.body, /JSON Server/);
    const style = await fetchPage(dashd.port, "/style.css");
    assert.equal(style.status, 200);
    for (let n = 1; n <= 30; n++) {
      const page = await fetchPage(dashd.port, `/shops/${n}`);
      assert.deepEqual(JSON.parse(page.body), shops[n - 1]);
    }
    const kunming = await fetchPage(dashd.port, "/shops?city=Kunming&_limit=4");
    assert.equal(JSON.parse(kunming.body).length, 4);
    assert.equal(kunming.headers.get("x-total-count"), "15");
    assert.equal((await fetchPage(dashd.port, "/nothing")).status, 404);
    assert.equal(
      (await fetchPage(dashd.port, "/shops", { method: "POST", body: "{}" })).status,
      403,
      "its own --read-only",
    );

    // Workers tell what they served once a second, each in its own time.
    const snapshot = await until("several workers told of requests they served", async () => {
      const seen = await dashd.status();
      return seen.workers.filter(({ served }) => served > 0).length > 1 && seen;
    });
    assert.equal(snapshot.state, "held");
  },
);
