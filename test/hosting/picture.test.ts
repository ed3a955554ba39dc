import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openSession, requestOn } from "../client/http2-user.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { createMiniMaster, fixture } from "../support/mini-master.ts";

/** Nothing here takes more than seconds; a loaded machine may. */
const limit = { timeout: 60_000 };

for (const [what, path, name] of [
  ["a loop", "/block?token=secret", "neverReturns"],
  ["a regular expression", "/backtrack?token=secret", "backtracks"],
] as const) {
  test(
    `tells where a main thread is that is in ${what}: the function, its file and line, and the request`,
    limit,
    async (t) => {
      const master = await createMiniMaster({ app: fixture("behaviours.cjs") });
      afterwards(t, master.close);
      const worker = await master.ready();
      fetch(`${master.url}${path}`).catch(() => undefined);
      const { stack, requests, heapUsedBytes, rssBytes } = await worker.picture();
      const [frame] = stack ?? [];
      assert.deepEqual([frame?.name, frame?.file], [name, fixture("behaviours.cjs")]);
      const source = readFileSync(fixture("behaviours.cjs"), "utf8").split("\n");
      assert.ok((frame?.line ?? 0) - 1 - source.findIndex((line) => line.includes(name)) <= 1, String(frame?.line));
      assert.deepEqual(
        requests.map((request) => `${request.method} ${request.path}`),
        [`GET ${path.split("?")[0]}`],
      );
      assert.ok((heapUsedBytes ?? 0) > 0 && (rssBytes ?? 0) > (heapUsedBytes ?? 0));
    },
  );
}

test(
  "tells the request of a main thread that is in native code, which then goes on as if nothing had been",
  limit,
  async (t) => {
    const master = await createMiniMaster({ app: fixture("behaviours.cjs") });
    afterwards(t, master.close);
    const worker = await master.ready();
    const answer = fetch(`${master.url}/block-natively?rounds=4000000`);
    const { stack, requests } = await worker.picture();
    assert.deepEqual([stack, requests.map(({ path }) => path)], [null, ["/block-natively"]]);
    assert.equal(await (await answer).text(), "back again");
    assert.equal(await (await fetch(`${master.url}/`)).text(), "ok");
  },
);

test("tells a request that came over HTTP/2", limit, async (t) => {
  const master = await createMiniMaster({ app: fixtureApp("http2.cjs") });
  afterwards(t, master.close);
  const worker = await master.ready();
  const session = openSession(master.port, true);
  afterwards(t, () => session.destroy());
  void requestOn(session, "/block?token=secret");
  const { requests } = await worker.picture();
  assert.deepEqual(
    requests.map(({ method, path }) => [method, path]),
    [["GET", "/block"]],
  );
});
