import assert from "node:assert/strict";
import { test } from "node:test";
import { keysIn } from "../../../../lib/cli/watch/keys.ts";
import { emptyTrail, follow, sparkline, type Trail } from "../../../../lib/cli/watch/trail.ts";
import { type Effect, opened, press, type ViewState, withPlan } from "../../../../lib/cli/watch/view-state.ts";
import { cutTo, wrapTo } from "../../../../lib/cli/width.ts";
import { snapshot } from "../../control/canned.ts";

test("keys come by name, several at once, and unknown sequences are left out", () => {
  assert.deepEqual(keysIn("s2\r"), ["s", "2", "enter"]);
  assert.deepEqual(keysIn("\u001b[A\u001b[5~\u001b[1;5Cq"), ["up", "page-up", "q"]);
  assert.deepEqual(keysIn("\u001b"), ["escape"]);
  assert.deepEqual(keysIn("\u0003\u001a\u0001é"), ["ctrl-c", "ctrl-z", "é"]);
});

test("a stage is changed only after its plan was on the screen, and not when the plan refuses", () => {
  const asked = type(opened, ["s", "2", "enter"]);
  assert.deepEqual(asked.effect, { type: "plan", wanted: { kind: "stage", stage: 2 } });
  assert.deepEqual(type(asked.state, ["y"]).effect, { type: "none" });
  const planned = (refused: boolean) => {
    const { pane } = asked.state;
    if (pane.name !== "plan") throw new Error("no plan");
    return withPlan(asked.state, pane.wanted, { lines: [], refused });
  };
  assert.deepEqual(type(planned(false), ["y"]).effect, { type: "change", wanted: { kind: "stage", stage: 2 } });
  assert.deepEqual(type(planned(true), ["y"]).effect, { type: "none" });
  assert.equal(type(planned(false), ["n"]).state.pane.name, "overview");
});

test("a plan that comes after its question was left is dropped", () => {
  const left = type(opened, ["r", "escape"]).state;
  assert.equal(withPlan(left, { kind: "reload" }, { lines: [], refused: false }), left);
});

test("q quits and Ctrl-C interrupts from every pane", () => {
  for (const way of [[], ["?"], ["l"], ["s"], ["r"], ["b"]]) {
    const { state } = type(opened, way);
    assert.deepEqual(type(state, ["q"]).effect, { type: "quit" }, way.join());
    assert.deepEqual(type(state, ["ctrl-c"]).effect, { type: "interrupt" }, way.join());
  }
});

test("a sparkline grows from the right, keeps its columns as samples move on, and leaves the unknown blank", () => {
  const walk = (from: Trail, connections: readonly (number | null)[]): Trail =>
    connections.reduce<Trail>((trail, one) => {
      const shown = one === null ? null : snapshot({ load: { ...snapshot().load, connections: one } });
      return follow(trail, shown, trail.taken * 1000);
    }, from);
  const line = (trail: Trail): string => sparkline(trail, (sample) => sample.connections, 300, 1);
  const first = walk(emptyTrail, [0, 4, null, 8]);
  assert.equal(line(first).trimStart(), "▁▅ █");
  assert.equal(line(walk(first, [2])).trimStart(), "▁▅ █▃");
  assert.equal(
    sparkline(walk(emptyTrail, Array(700).fill(3)), (sample) => sample.connections, 20, 6),
    "▅".repeat(20),
  );
});

test("requests a second are those between two looks; a master that began anew tells none", () => {
  const served = (count: number, pid = 1) =>
    snapshot({ load: { ...snapshot().load, served: count }, master: { ...snapshot().master, pid } });
  const second = follow(follow(emptyTrail, served(100), 0), served(150), 500);
  assert.equal(second.samples.at(-1)?.requestsPerSec, 100);
  assert.equal(follow(second, served(900, 2), 1500).samples.at(-1)?.requestsPerSec, null);
});

test("a text is cut and wrapped by the columns it takes, Chinese and colours included", () => {
  assert.equal(cutTo("声明值与生效值", 6), "声明…");
  assert.equal(cutTo("\u001b[31mabcdef\u001b[39m", 4), "\u001b[31mabc…\u001b[0m");
  assert.equal(cutTo("abc", 3), "abc");
  assert.deepEqual(wrapTo("one two three", 9, "  "), ["one two", "  three"]);
  assert.deepEqual(wrapTo("声明值，与生效值", 7), ["声明", "值，与", "生效值"]);
  assert.deepEqual(wrapTo("见 file，再试", 7), ["见", "file，", "再试"]);
});

const type = (state: ViewState, keys: readonly string[]): { readonly state: ViewState; readonly effect: Effect } =>
  keys.reduce<{ readonly state: ViewState; readonly effect: Effect }>((now, key) => press(now.state, key), {
    state,
    effect: { type: "none" },
  });
