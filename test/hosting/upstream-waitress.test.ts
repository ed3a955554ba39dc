import assert from "node:assert/strict";
import test from "node:test";
import { assertNoneFailed } from "../client/crowd.ts";
import { connected } from "../client/connection.ts";
import { fetchPage } from "../client/fetch-page.ts";
import { afterwards } from "../support/afterwards.ts";
import { startDashd } from "../support/instance.ts";
import { openRaw } from "../support/raw-http.ts";
import { assertNothingLost } from "../support/swaps.ts";
import { gatherPosters } from "../support/upstream.ts";
import { startWaitress } from "../support/waitress.ts";

const timeout = 300_000;

test(
  "100 users of a Flask program under Waitress lose no request through stage 2, rollback and reload",
  { timeout },
  async (t) => {
    const { url } = await startWaitress(t);
    const dashd = await startDashd(t, { stage: 1, args: ["--upstream", url] });
    const posters = gatherPosters(dashd.port, 10);
    afterwards(t, async () => void (await posters.leave()));
    const changes = [["stage", "2"], ["rollback"], ["reload"]];
    // As fast as one Python process can answer on a busy host: beyond it, a full queue refuses, which is another promise.
    const users = { keepAlive: 90, oneShot: 0, thinkMs: 1_000 };
    await assertNothingLost(t, dashd, { ...users, changes, atLeast: 1_000 });
    assertNoneFailed(await posters.leave(), 100);
    const { services, drift, workers } = await dashd.status();
    assert.notEqual(services.upstream?.state, "down");
    assert.deepEqual(drift, []);
    assert.ok(workers.every(({ restarts }) => restarts === 0));
  },
);

test("what Flask says and is told comes through as if nobody stood between", { timeout }, async (t) => {
  const { url } = await startWaitress(t);
  const dashd = await startDashd(t, { stage: 1, args: ["--upstream", url] });
  const page = await fetchPage(dashd.port, "/a?n=%E4%BA%91", {
    method: "POST",
    headers: { host: "shop.test" },
    body: "云",
  });
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("server"), "waitress");
  const { n, body, remote, host, slot } = JSON.parse(page.body);
  assert.deepEqual({ n, body, remote, host }, { n: "云", body: "云", remote: "127.0.0.1", host: "shop.test" });
  assert.ok(slot >= 1 && slot <= 8);

  const raw = openRaw(dashd.port);
  afterwards(t, () => void raw.socket.destroy());
  raw.get("/login");
  const [cookies] = await raw.until(/Set-Cookie: session=1[^\r]*\r\nSet-Cookie: theme=dark/i);
  assert.ok(cookies);

  const stream = openRaw(dashd.port);
  afterwards(t, () => void stream.socket.destroy());
  stream.get("/stream");
  for (const piece of [0, 1, 2]) {
    await stream.until(new RegExp(`piece ${piece}\n`));
    assert.equal(stream.text().includes("piece"), false, "not before it was sent");
  }
  const user = await connected(dashd.port);
  for (let asked = 0; asked < 20; asked++) {
    const outcome = await user.request("/");
    assert.ok(outcome.kind === "answer" && outcome.status === 200 && user.usable());
  }
  user.close();
});
