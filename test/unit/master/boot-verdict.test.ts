import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BootFailure, judgeBoot } from "../../../lib/master/boot-verdict.ts";

const failed = (slot: number, cause: BootFailure["cause"] = "crashed", message = `slot ${slot}`): BootFailure => ({
  slot,
  cause,
  failure: { reason: "threw", message, place: null, stack: null },
});

describe("whether a generation comes up", () => {
  it("is up when every slot is ready, whatever happened before", () => {
    assert.equal(judgeBoot({ workers: 2, ready: 2, failures: [failed(1)] }).verdict, "up");
  });

  it("waits while nothing speaks against it", () => {
    assert.equal(judgeBoot({ workers: 16, ready: 3, failures: [failed(1), failed(2)] }).verdict, "wait");
  });

  it("has failed when the app crashes in every worker, without trying all of them for ever", () => {
    const verdict = judgeBoot({ workers: 16, ready: 0, failures: [failed(1), failed(2), failed(3)] });
    assert.equal(verdict.verdict, "failed");
  });

  it("is partly up when one slot keeps crashing and the others serve", () => {
    const verdict = judgeBoot({ workers: 4, ready: 3, failures: [failed(3), failed(3), failed(3)] });
    assert.deepEqual(verdict, { verdict: "partly", failure: failed(3).failure });
  });

  it("has failed at the first boot time-out", () => {
    assert.equal(judgeBoot({ workers: 4, ready: 0, failures: [failed(1, "timed-out")] }).verdict, "failed");
  });

  it("has failed at the first failure where nothing is tried again", () => {
    assert.equal(judgeBoot({ workers: 1, ready: 0, failures: [failed(1)], revives: false }).verdict, "failed");
  });

  it("forgives a few kills from outside, and never names them when the app itself has failed", () => {
    assert.equal(
      judgeBoot({ workers: 4, ready: 0, failures: [failed(1, "killed"), failed(1, "killed")] }).verdict,
      "wait",
    );
    const verdict = judgeBoot({
      workers: 4,
      ready: 0,
      failures: [failed(1), failed(2, "crashed", "the app's error"), failed(3), failed(4, "killed")],
    });
    assert.equal("failure" in verdict ? verdict.failure.message : "", "slot 3");
  });
});
