import assert from "node:assert/strict";
import { test } from "node:test";
import { layout } from "../../../../lib/cli/watch/layout.ts";
import { createLook } from "../../../../lib/cli/watch/look.ts";
import { emptyTrail, follow } from "../../../../lib/cli/watch/trail.ts";
import { opened, type Pane, type ViewState } from "../../../../lib/cli/watch/view-state.ts";
import { widthOf } from "../../../../lib/cli/width.ts";
import type { Lang } from "../../../../lib/lang.ts";
import type { Snapshot, WorkerRow, WorkerState } from "../../../../lib/protocol/snapshot.ts";
import { snapshot } from "../../control/canned.ts";

test("the first screen fits 80 × 24: sentence, limits, both generations of a swap, advice, sparklines, keys", () => {
  const lines = screen(swap(), { columns: 80, rows: 24 });
  const text = lines.join("\n");
  for (const shown of [
    /^CHANGING stage 2 \(rev 15\)/,
    /4 declared, 3 effective as declared, 1 not readable, 0 proven/,
    /generation 3: 16 ready/,
    /generation 4: 9 ready, 6 booting, 1 hung/,
    /16✗ 12\/1 72M/,
    /! users 250 \(warn\): [^]*dashd stage 3/,
    /requests .*–/,
    /p95 .* 120 ms/,
    /connections .*73/,
    /CPU .*30 %/,
    /q quit/,
  ])
    assert.match(text, shown);
});

test("whatever the size, the language and the pane: as many lines as rows, none wider than the columns", () => {
  const panes: readonly Pane[] = [
    { name: "overview" },
    { name: "help" },
    { name: "logs", troubleOnly: false },
    { name: "stage", typed: "2" },
    { name: "plan", wanted: { kind: "reload" }, plan: null },
    { name: "plan", wanted: { kind: "stage", stage: 3 }, plan: { lines: manyPlanLines, refused: true } },
    { name: "change" },
  ];
  for (const lang of ["en", "zh"] as const) {
    for (const pane of panes) {
      for (const columns of [1, 9, 40, 80]) {
        for (const rows of [1, 3, 7, 24]) {
          const lines = screen(swap(), { columns, rows }, { ...busy, pane, scroll: 3 }, lang);
          assert.equal(lines.length, rows, `${lang} ${pane.name} ${columns} × ${rows}`);
          for (const line of lines) assert.ok(widthOf(line) <= columns, `${lang} ${pane.name} ${columns}: ${line}`);
        }
      }
    }
  }
});

test("what drifts is named with both values, in a line of its own", () => {
  const drifting = snapshot({
    limits: snapshot().limits.map((row) => (row.name === "workers" ? { ...row, effective: 15, drift: true } : row)),
    drift: ["workers", "app"],
  });
  const text = screen(drifting, { columns: 80, rows: 24 }).join("\n");
  assert.match(text, /workers: declared 16, effective 15 ← drift/);
  assert.match(text, /code on disk differs/);
});

test("with little room the workers shrink to marks, and troubles left out are counted", () => {
  const warnings = Array.from({ length: 9 }, (_, port) => ({ code: "admin.port-taken", facts: { port, instead: 1 } }));
  const text = screen({ ...swap(), warnings }, { columns: 80, rows: 14 }).join("\n");
  assert.match(text, /1● +2● +3●/);
  assert.match(text, /… and 8 more: dashd status/);
});

test("a master that does not answer is said beside the keys, and its last figures stay", () => {
  const seen = { snapshot: snapshot(), trail: emptyTrail, silentSec: 7 };
  const lines = layout(seen, { columns: 80, rows: 24 }, opened, look("en"));
  assert.match(lines.at(-1) ?? "", /no answer for 7 s$/);
  assert.match(lines[0] ?? "", /^OK stage 2/);
});

test("the question of a plan stays in sight however long the plan, and a refused one asks nothing", () => {
  const plan = (refused: boolean): Pane => ({
    ...{ name: "plan", wanted: { kind: "stage", stage: 3 } },
    plan: { lines: manyPlanLines, refused },
  });
  const small = { columns: 60, rows: 10 };
  assert.match(
    screen(snapshot(), small, { ...opened, pane: plan(false) }).join("\n"),
    /Really change to stage 3\? y\/n/,
  );
  const refused = screen(snapshot(), small, { ...opened, pane: plan(true) }).join("\n");
  assert.match(refused, /Cannot change to stage 3/);
  assert.doesNotMatch(refused, /Really/);
});

test("a log line that holds tabs and line ends takes one row", () => {
  const lines = screen(snapshot(), { columns: 80, rows: 12 }, { ...busy, pane: { name: "logs", troubleOnly: true } });
  assert.ok(lines.some((line) => line.endsWith("ERROR [3] a b c")));
  assert.ok(!lines.some((line) => line.includes("only info")));
});

test("a log line that is wider than the terminal goes on below, and one without an end is cut", () => {
  const size = { columns: 40, rows: 20 };
  const message = `begins ${"word ".repeat(20)}ends`;
  const logs = busy.logs.map((line) => ({ ...line, message: line.level === "info" ? message : "x ".repeat(5_000) }));
  const lines = screen(snapshot(), size, { ...busy, logs, pane: { name: "logs", troubleOnly: false } });
  assert.ok(
    lines.some((line) => line.endsWith("word ends")),
    lines.join("\n"),
  );
  assert.equal(lines.filter((line) => /^ +x x/.test(line)).length, 4);
});

const look = (lang: Lang) => createLook(lang, (_colour, text) => text);

const screen = (
  shown: Snapshot,
  size: { readonly columns: number; readonly rows: number },
  state: ViewState = opened,
  lang: Lang = "en",
): readonly string[] =>
  layout({ snapshot: shown, trail: follow(emptyTrail, shown, 0), silentSec: null }, size, state, look(lang));

const manyPlanLines = Array.from({ length: 40 }, (_, index) => ({
  ...{ text: `第 ${index} 行，很长的一行文字，用来检验换行与裁切是否正确。`, tone: "warn" as const },
  isTable: index % 2 === 0,
}));

const busy: ViewState = {
  ...opened,
  change: {
    id: 1,
    wanted: { kind: "rollback" },
    lines: ["Forking generation 4", "正在启动第 4 代：16 个工作进程"],
    ended: null,
  },
  logs: (["info", "error"] as const).map((level) => ({
    ...{ timestamp: "2026-11-26T10:00:00.000Z", level, slot: 3, stream: "out" as const, code: null, facts: {} },
    message: level === "info" ? "only info" : "a\tb\nc",
  })),
};

const swap = (): Snapshot => {
  const worker = (slot: number, generation: number, state: WorkerState): WorkerRow => ({
    ...{ slot, pid: 1000 + slot, generation, state, connections: 12, inFlight: 1, queued: 0, served: 333 },
    ...{ restarts: 0, rssBytes: 76_000_000, loopDelayP99Ms: 1.2, utilization: 0.1, uptimeSec: 90, changedCode: false },
  });
  const slots = Array.from({ length: 16 }, (_, index) => index + 1);
  const states = (slot: number): WorkerState => (slot === 16 ? "hung" : slot > 9 ? "booting" : "ready");
  return snapshot({
    state: "changing",
    generation: 4,
    workers: [...slots.map((slot) => worker(slot, 3, "ready")), ...slots.map((slot) => worker(slot, 4, states(slot)))],
  });
};
