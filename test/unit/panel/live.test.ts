import assert from "node:assert/strict";
import { test } from "node:test";
import { createLive, maxViewers, type Viewer } from "../../../lib/panel/live.ts";
import type { Progress } from "../../../lib/protocol/control.ts";
import { outcome, snapshot, step, steps } from "../control/canned.ts";
import { until } from "../../support/until.ts";

test("everybody who looks gets the same bytes, made once; nobody looking costs nothing", () => {
  const { live, beat, made, isBeating } = watched();
  assert.equal(isBeating(), false);
  const [one, other] = [viewer(), viewer()];
  live.watch(one);
  live.watch(other);
  const before = made();
  beat();
  assert.equal(made(), before + 1);
  assert.equal(one.chunks.at(-1), other.chunks.at(-1));
  live.leave(one);
  live.leave(other);
  assert.equal(isBeating(), false);
});

test("a slow viewer is skipped, not buffered for, and let go when it reads nothing at all", () => {
  const { live, beat } = watched();
  const [slow, quick] = [viewer(), viewer()];
  live.watch(slow);
  live.watch(quick);
  slow.waiting = 1;
  const had = slow.chunks.length;
  for (let count = 0; count < 19; count++) beat();
  assert.equal(slow.chunks.length, had);
  slow.waiting = 0;
  beat();
  assert.equal(slow.chunks.length, had + 1);
  slow.waiting = 1;
  for (let count = 0; count < 21; count++) beat();
  assert.equal(slow.ended, true);
  assert.equal(quick.ended, false);
});

test("a viewer whose session is over is let go at the next beat", () => {
  const { live, beat } = watched();
  const left = viewer();
  live.watch(left);
  left.isIn = false;
  beat();
  assert.equal(left.ended, true);
});

test("there is a most of viewers", () => {
  const { live } = watched();
  for (let count = 0; count < maxViewers; count++) {
    assert.equal(live.isFull(), false);
    live.watch(viewer());
  }
  assert.equal(live.isFull(), true);
});

test("the steps of a change reach those who look, those who come later, and those who missed one", async () => {
  const { live, beat } = watched();
  const [there, slow] = [viewer(), viewer()];
  live.watch(there);
  live.watch(slow);
  slow.waiting = 100_000;
  const seen = there.events("snapshot").length;
  live.follow(steps(step("step.one"), step("step.two"), outcome()), null);
  await until("the outcome", () => (there.events("step").length === 3 ? true : null));
  assert.equal(there.events("snapshot").length, seen + 3, "the instance is shown as it was at each step");
  const late = viewer();
  live.watch(late);
  assert.equal(linesIn(late), 3);
  assert.equal(linesIn(slow), 0);
  slow.waiting = 0;
  beat();
  assert.equal(linesIn(slow), 3);
});

test("whoever has not read new lines of the log is told that some are missing, once it reads again", () => {
  const { live, beat } = watched();
  const [there, slow] = [viewer(), viewer()];
  live.watch(there);
  live.watch(slow);
  slow.waiting = 100_000;
  live.tell("lines", { lines: [], missed: 0 });
  assert.deepEqual([there.events("lines").length, slow.events("lines").length], [1, 0]);
  slow.waiting = 0;
  beat();
  beat();
  assert.deepEqual(slow.events("lines"), [{ lines: [], missed: 1 }]);
  assert.equal(there.events("lines").length, 1);
});

const linesIn = (one: ReturnType<typeof viewer>): number =>
  (one.events("change").at(-1) as { readonly lines: readonly Progress[] } | undefined)?.lines.length ?? 0;

const watched = () => {
  let beating: (() => void) | null = null;
  let made = 0;
  const live = createLive({
    status: () => {
      made += 1;
      return snapshot();
    },
    everySecond: (beat) => {
      beating = beat;
      return () => {
        beating = null;
      };
    },
  });
  return { live, beat: () => beating?.(), made: () => made, isBeating: () => beating !== null };
};

interface Seen extends Viewer {
  readonly chunks: readonly Uint8Array[];
  waiting: number;
  isIn: boolean;
  ended: boolean;
  events(name: string): readonly unknown[];
}

const viewer = (): Seen => {
  const chunks: Uint8Array[] = [];
  const made: Seen = {
    chunks,
    waiting: 0,
    isIn: true,
    ended: false,
    write: (bytes: Uint8Array) => void chunks.push(bytes),
    unread: () => made.waiting,
    isStillIn: () => made.isIn,
    end: () => {
      made.ended = true;
    },
    events: (name: string): readonly unknown[] =>
      chunks
        .map((bytes) => Buffer.from(bytes).toString("utf8"))
        .filter((text) => text.startsWith(`event: ${name}\n`))
        .map((text) => JSON.parse(text.slice(text.indexOf("data: ") + 6)) as unknown),
  };
  return made;
};
