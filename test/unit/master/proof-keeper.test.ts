import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { DashdError, type Message } from "../../../lib/errors.ts";
import { describeHost } from "../../../lib/host/describe-host.ts";
import { createPoolFill } from "../../../lib/master/pool-fill.ts";
import { createProofKeeper } from "../../../lib/master/proof-keeper.ts";
import type { FilledPool, ToWorker } from "../../../lib/protocol/worker-messages.ts";
import { scratchDir } from "../../support/scratch.ts";
import { rows, someProof, stage1, stage2 } from "../verify/some-proof.ts";

const dashd = { version: "0.1.0", node: "v20.20.2" };
const ownProof = someProof({ host: describeHost() });
const app = { path: "/srv/board/server.js", builtIn: false, args: [], version: null, fingerprint: "sha256:1" };

const keeperIn = (t: TestContext, path = join(scratchDir(t), "proof.json")) => {
  const warned: Message[] = [];
  const open = () => createProofKeeper({ path, dashd, log: { warn: (message) => void warned.push(message) } });
  return { path, warned, open };
};

describe("the last proof of an instance", () => {
  test("is written whole, for its owner alone, and is there again after a restart", (t) => {
    const { path, open } = keeperIn(t);
    const keeper = open();
    assert.equal(keeper.apply(rows, { profile: stage2, app }).proof, null);
    keeper.keep(ownProof);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), ownProof);
    for (const one of [keeper, open()]) {
      const { limits, proof } = one.apply(rows, { profile: stage2, app });
      assert.deepEqual(proof?.differs, []);
      assert.equal(limits.find(({ name }) => name === "workers")?.proven, 16);
    }
  });

  test("says nothing of another stage or other code, and everything again after a rollback to what it is about", (t) => {
    const keeper = keeperIn(t).open();
    keeper.keep(ownProof);
    const provenOf = (generation: Parameters<typeof keeper.apply>[1]) => {
      const { limits, proof } = keeper.apply(rows, generation);
      return [limits.find(({ name }) => name === "workers")?.proven, proof?.differs];
    };
    assert.deepEqual(provenOf({ profile: stage1, app }), [null, ["stage"]]);
    assert.deepEqual(provenOf({ profile: stage2, app: { ...app, fingerprint: "sha256:2" } }), [null, ["app"]]);
    assert.deepEqual(provenOf({ profile: stage2, app }), [16, []]);
  });

  test("a damaged file counts as none, is warned of, and is replaced by the next proof", (t) => {
    const { path, warned, open } = keeperIn(t);
    writeFileSync(path, '{"kind":"dashd-proof"');
    const keeper = open();
    assert.equal(keeper.apply(rows, { profile: stage2, app }).proof, null);
    assert.deepEqual(warned, [{ code: "log.proof-damaged", facts: { path } }]);
    keeper.keep(ownProof);
    assert.deepEqual(open().apply(rows, { profile: stage2, app }).proof?.differs, []);
  });

  test("one that cannot be written down is not kept", (t) => {
    const keeper = keeperIn(t, join(scratchDir(t), "gone", "proof.json")).open();
    assert.throws(
      () => keeper.keep(ownProof),
      (error) => error instanceof DashdError && error.code === "E_HOME",
    );
    assert.equal(keeper.apply(rows, { profile: stage2, app }).proof, null);
  });
});

describe("all pools filled at once", () => {
  const pool = (backends: readonly number[]): FilledPool => ({ backends, isCapped: true, fault: null });
  const setUp = (answers: Readonly<Record<number, FilledPool | null>>, answerWithinMs = 5_000) => {
    const sent: [number, ToWorker][] = [];
    const asked: number[][] = [];
    const fill = createPoolFill({
      workers: () => [
        { id: 7, slot: 1 },
        { id: 8, slot: 2 },
      ],
      send: (id, message) => {
        sent.push([id, message]);
        const answer = answers[id];
        if (message.type === "fill-pool" && message.on && answer !== undefined) fill.filled(id, answer);
      },
      count: (backends) => {
        asked.push([...backends]);
        return Promise.resolve({ known: backends.length, serverMax: 100 });
      },
      answerWithinMs,
    });
    const released = () => sent.filter(([, message]) => message.type === "fill-pool" && !message.on).map(([id]) => id);
    return { fill, asked, released };
  };

  test("the server counts while all are full, and then all are given back", async () => {
    const { fill, asked, released } = setUp({ 7: pool([1, 2]), 8: pool([3]) });
    assert.deepEqual(await fill.fill(), {
      workers: [
        { slot: 1, open: 2, isCapped: true, fault: null },
        { slot: 2, open: 1, isCapped: true, fault: null },
      ],
      ...{ counted: 3, serverMax: 100, fault: null },
    });
    assert.deepEqual(asked, [[1, 2, 3]]);
    assert.deepEqual(released(), [7, 8]);
  });

  test("a worker that does not answer in time is told as silent, and all are given back", async () => {
    const { fill, released } = setUp({ 7: pool([1]) }, 20);
    assert.deepEqual((await fill.fill())?.workers[1], { slot: 2, open: 0, isCapped: false, fault: "silent" });
    assert.deepEqual(released(), [7, 8]);
  });

  test("without any pool the server is not asked", async () => {
    const { fill, asked } = setUp({ 7: null, 8: null });
    assert.equal(await fill.fill(), null);
    assert.deepEqual(asked, []);
  });

  test("one at a time", async () => {
    const { fill } = setUp({ 7: pool([1]) }, 20);
    const first = fill.fill();
    await assert.rejects(fill.fill(), (error) => error instanceof DashdError && error.code === "E_BUSY");
    await first;
    await fill.fill();
  });
});
