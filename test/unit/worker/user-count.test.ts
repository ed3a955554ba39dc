import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { describe, it } from "node:test";
import { createUsersOnline } from "../../../lib/master/users-online.ts";
import { ownAgents } from "../../../lib/protocol/own-agents.ts";
import { createUserSketch, placeOf } from "../../../lib/protocol/user-sketch.ts";
import type { Connection } from "../../../lib/worker/connection.ts";
import { createUserCount } from "../../../lib/worker/user-count.ts";

const request = (headers: Readonly<Record<string, string>>, remoteAddress = "10.0.0.1"): IncomingMessage =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;
const connection = (): Connection => ({}) as Connection;

/** Several workers of an instance that see these requests. */
const countOf = (...workers: readonly (readonly IncomingMessage[])[]): number => {
  const online = createUsersOnline();
  for (const requests of workers) {
    const count = createUserCount(7, () => 0);
    for (const one of requests) count.see(one, undefined);
    online.add(count.take(), 0);
  }
  return online.count(0);
};

describe("users online", () => {
  it("are told exactly for as many as a stage is for, within 3 % beyond, over workers and minutes alike", () => {
    for (const key of [1, 2, 3])
      for (const users of [1, 50, 200, 500, 1_000, 5_000]) {
        const online = createUsersOnline();
        const workers = [createUserSketch(), createUserSketch()];
        for (let user = 0; user < users; user++) {
          const { hash, rank } = placeOf(`sid=${user * 7_919}`, key);
          workers[user % 2]?.add(hash, rank);
          // Each comes twice, in another span of time too.
          online.add([hash, rank], (user % 5) * 30_000);
          online.add([hash, rank], 150_000);
        }
        const sketch = createUserSketch();
        for (const worker of workers) sketch.merge(worker);
        for (const found of [sketch.estimate(), online.count(150_000)])
          assert.ok(Math.abs(found - users) <= (users > 1_000 ? users * 0.03 : 0), `${users}: ${found}`);
      }
  });

  it("are one by one session, whichever worker, address and other cookies it comes with", () => {
    const one = (page: number) =>
      request({ cookie: `_ga=${page}; connect.sid=s%3Aanna; theme=dark` }, `10.0.0.${page}`);
    assert.equal(countOf([one(1), one(2)], [one(3)]), 1);
    assert.equal(countOf([one(1), request({ cookie: "connect.sid=s%3Abert" })]), 2);
  });

  it("are told apart by address and agent without a session, behind a proxy by whom it forwards", () => {
    const agent = { "user-agent": "Firefox" };
    assert.equal(countOf([request(agent), request(agent), request({ "user-agent": "Chrome" })]), 2);
    assert.equal(countOf([request(agent, "10.0.0.1"), request(agent, "10.0.0.2")]), 2);
    const forwarded = (address: string) => request({ ...agent, "x-forwarded-for": `${address}, 10.1.1.1` });
    assert.equal(countOf([forwarded("1.1.1.1"), forwarded("1.1.1.1"), forwarded("2.2.2.2")]), 2);
  });

  it("are people: nobody is who asks for dashd itself, in a drill, a proof or a watch window", () => {
    const own = Object.values(ownAgents).map((agent) => request({ "user-agent": agent }));
    assert.equal(countOf([...own, request({ "user-agent": "Firefox" }), ...own]), 1);
    assert.equal(countOf([request({ "user-agent": "dashd-load/1" }), request({ "user-agent": "dashd-load/2" })]), 2);
  });

  it("are looked at once a minute on each connection, and again when the session is another one", () => {
    let nowMs = 0;
    const count = createUserCount(7, () => nowMs);
    const on = connection();
    const anna = request({ cookie: "sid=anna" });
    count.see(anna, on);
    assert.equal(count.take().length, 2);
    count.see(anna, on);
    assert.equal(count.take().length, 0);
    count.see(request({ cookie: "sid=bert" }), on);
    assert.equal(count.take().length, 2);
    nowMs = 61_000;
    count.take();
    count.see(anna, on);
    assert.equal(count.take().length, 2, "still there a minute later");
  });

  it("are those of the last five minutes, and none in an instance that nobody visits", () => {
    const online = createUsersOnline();
    const { hash, rank } = placeOf("anna", 7);
    assert.equal(online.count(0), 0);
    online.add([hash, rank], 10_000);
    assert.equal(online.count(299_000), 1);
    assert.equal(online.count(340_000), 0);
  });

  it("cannot be compared between two instances: their keys differ", () => {
    assert.notDeepEqual(placeOf("sid=anna", 1), placeOf("sid=anna", 2));
  });
});
