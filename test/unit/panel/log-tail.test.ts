import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecentLines } from "../../../lib/home/recent-lines.ts";
import { createLogTail } from "../../../lib/panel/log-tail.ts";
import type { LiveEvents } from "../../../lib/panel/shapes.ts";
import type { LogLine } from "../../../lib/protocol/log-line.ts";

const line = (message: string, more: Partial<LogLine> = {}): LogLine => ({
  ...{ timestamp: "2026-11-26T10:00:00.000Z", level: "info", slot: null, stream: null, code: null, facts: {}, message },
  ...more,
});

const watched = (isWatched = true) => {
  const told: LiveEvents["lines"][] = [];
  const due: (() => void)[] = [];
  const tail = createLogTail({
    isWatched: () => isWatched,
    tell: (lines) => void told.push(lines),
    after: (_ms, call) => void due.push(call),
  });
  return { tail, told, pass: () => due.splice(0).forEach((call) => call()) };
};

test("lines of a moment are told together, once; with nobody looking none is kept", () => {
  const { tail, told, pass } = watched();
  tail.push(line("one"));
  tail.push(line("two"));
  assert.deepEqual(told, []);
  pass();
  pass();
  assert.deepEqual(told, [{ lines: [line("one"), line("two")], missed: 0 }]);
  const alone = watched(false);
  alone.tail.push(line("one"));
  alone.pass();
  assert.deepEqual(alone.told, []);
});

test("of a flood as much is told as is read, and how much is missing", () => {
  const { tail, told, pass } = watched();
  for (let count = 0; count < 1_000; count++) tail.push(line(String(count)));
  pass();
  assert.deepEqual([told[0]?.lines.length, told[0]?.missed], [100, 900]);
  for (let count = 0; count < 10; count++) tail.push(line("x".repeat(16 * 1024)));
  pass();
  assert.deepEqual([told[1]?.lines.length, told[1]?.missed], [2, 8]);
});

test("the newest lines that pass are kept in a bounded memory", () => {
  const recent = createRecentLines();
  for (let count = 0; count < 10_000; count++) recent.push(line(`Line ${count}`, { slot: count % 2 }));
  const found = recent.read(3, { slot: 1, grep: "LINE" });
  assert.deepEqual(
    found.map(({ message }) => message),
    ["Line 9995", "Line 9997", "Line 9999"],
  );
  assert.ok(recent.read(100_000, {}).length <= 2_000);
  for (let count = 0; count < 1_000; count++) recent.push(line("x".repeat(16 * 1024)));
  const characters = recent.read(100_000, {}).reduce((sum, { message }) => sum + message.length, 0);
  assert.ok(characters <= 1024 * 1024, String(characters));
});
