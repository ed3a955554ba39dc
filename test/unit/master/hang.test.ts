import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginSilence, goOn, type Hang, judgeSilence, type Look } from "../../../lib/master/hang.ts";

/** Silent since 0, first looked at after a second, then as given. */
const judge = (limitMs: number, first: Look, ...later: readonly Look[]): Hang | null =>
  judgeSilence(later.reduce(goOn, beginSilence(0, first)), limitMs);

const busy = (atMs: number): Look => ({ atMs, stopped: false, cpuMs: 500 + atMs });
const starved = (atMs: number): Look => ({ atMs, stopped: false, cpuMs: 500 });
const stopped = (atMs: number): Look => ({ atMs, stopped: true, cpuMs: 500 });

describe("a silent worker", () => {
  it("hangs when its turn has used the limit of its own CPU, the moments before the first look included", () => {
    assert.equal(judge(2_000, busy(1_000), busy(1_900)), null);
    assert.deepEqual(judge(2_000, busy(1_000), busy(2_000)), { because: "because.hung-loop", usedMs: 2_000 });
  });

  it("does not hang on a busy host that gives it no CPU, however long (TRAPS 37)", () => {
    assert.equal(judge(2_000, starved(1_000), starved(60_000)), null);
    const slowly = (atMs: number): Look => ({ atMs, stopped: false, cpuMs: atMs / 10 });
    assert.equal(judge(2_000, slowly(1_000), slowly(15_000)), null);
    assert.equal(judge(2_000, slowly(1_000), slowly(20_000))?.because, "because.hung-loop");
  });

  it("is not judged by one look, nor by what was not seen alone", () => {
    assert.equal(judge(500, busy(1_000)), null);
    assert.equal(judge(1_000, busy(1_000), busy(1_250)), null);
  });

  it("hangs when it was stopped for as long, and not when it only was for a moment", () => {
    assert.equal(judge(2_000, stopped(1_000), stopped(1_900)), null);
    assert.deepEqual(judge(2_000, stopped(1_000), stopped(2_000)), { because: "because.hung-stopped", usedMs: 2_000 });
    assert.equal(judge(2_000, stopped(1_000), starved(1_900), stopped(2_500)), null);
  });
});
