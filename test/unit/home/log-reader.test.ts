import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseLogLine, renderLine } from "../../../lib/home/log-line.ts";
import type { LogLine } from "../../../lib/protocol/log-line.ts";
import { readLog, type ReadLogOptions } from "../../../lib/home/log-reader.ts";
import { createLogs } from "../../../lib/home/logs.ts";
import { scratchDir } from "../../support/scratch.ts";
import { within } from "../../support/until.ts";

const line = (message: string, more: Partial<LogLine> = {}): string =>
  `${JSON.stringify({ timestamp: "2026-01-01T00:00:00.000Z", level: "info", slot: null, stream: null, code: null, facts: {}, message, ...more })}\n`;

const read = async (options: ReadLogOptions): Promise<readonly string[]> => {
  const messages: string[] = [];
  for await (const { message } of readLog(options)) messages.push(message);
  return messages;
};

const numbers = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

test("the last lines are found over rotated files, oldest first", async (t) => {
  const dir = scratchDir(t);
  const filler = "配".repeat(500);
  const write = (name: string, from: number, to: number): void =>
    writeFileSync(
      join(dir, name),
      numbers(from, to)
        .map((number) => line(number, { facts: { filler } }))
        .join(""),
    );
  write("dashd2.log", 0, 100);
  write("dashd1.log", 100, 300);
  write("dashd.log", 300, 310);
  writeFileSync(join(dir, "other.log"), line("not ours"));
  assert.deepEqual(await read({ dir, lines: 5 }), numbers(305, 310));
  assert.deepEqual(await read({ dir, lines: 150 }), numbers(160, 310));
  assert.deepEqual(await read({ dir, lines: 1000 }), numbers(0, 310));
  assert.deepEqual(await read({ dir, lines: 0 }), []);
});

test("no log yet is an empty one", async (t) => {
  assert.deepEqual(await read({ dir: join(scratchDir(t), "none"), lines: 10 }), []);
});

test("lines are filtered by slot, level and text, and the last of those that pass are given", async (t) => {
  const dir = scratchDir(t);
  const lines = [
    line("a", { slot: 1 }),
    line("b", { slot: 2, level: "error" }),
    line("Boom", { slot: 1, level: "warn", code: "WORKER_DIED" }),
    line("c", { level: "debug" }),
    "half a li",
    "\n",
    line("d", { slot: 1 }),
  ];
  writeFileSync(join(dir, "dashd.log"), lines.join(""));
  assert.deepEqual(await read({ dir, lines: 9, filter: { slot: 1 } }), ["a", "Boom", "d"]);
  assert.deepEqual(await read({ dir, lines: 1, filter: { slot: 1, level: "warn" } }), ["Boom"]);
  assert.deepEqual(await read({ dir, lines: 9, filter: { level: "info" } }), ["a", "b", "Boom", "d"]);
  assert.deepEqual(await read({ dir, lines: 9, filter: { grep: "boom" } }), ["Boom"]);
  assert.deepEqual(await read({ dir, lines: 9, filter: { grep: "worker_" } }), ["Boom"]);
});

test("a line that is being written is not shown by halves", async (t) => {
  const dir = scratchDir(t);
  const whole = line("second");
  writeFileSync(join(dir, "dashd.log"), line("first") + whole.slice(0, 20));
  const abort = new AbortController();
  const log = readLog({ dir, lines: 10, follow: true, signal: abort.signal });
  assert.equal((await log.next()).value?.message, "first");
  const second = within("the second line", 30_000, log.next());
  appendFileSync(join(dir, "dashd.log"), whole.slice(20));
  assert.equal((await second).value?.message, "second");
  abort.abort();
  assert.equal((await within("the end", 30_000, log.next())).done, true);
});

test("following misses nothing and repeats nothing over rotations, even several between two looks", async (t) => {
  const dir = scratchDir(t);
  const path = (age: number): string => join(dir, `dashd${age === 0 ? "" : age}.log`);
  const rotate = (): void => {
    for (let age = 4; age > 0; age--) {
      try {
        renameSync(path(age - 1), path(age));
      } catch {
        // Not that many yet.
      }
    }
  };
  writeFileSync(path(0), line("0"));
  const abort = new AbortController();
  const log = readLog({ dir, lines: 10, follow: true, signal: abort.signal });
  const seen: string[] = [];
  const take = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      seen.push((await within("a line", 30_000, log.next())).value?.message ?? "");
    }
  };
  await take(1);
  for (let number = 1; number <= 60; number++) {
    appendFileSync(path(0), line(String(number)));
    if (number % 5 === 0) rotate();
    if (number % 10 === 0) await take(10);
  }
  assert.deepEqual(seen, numbers(0, 61));
  abort.abort();
  assert.equal((await log.next()).done, true);
});

test("following waits for a log that is not there yet", async (t) => {
  const dir = join(scratchDir(t), "logs");
  const log = readLog({ dir, lines: 10, follow: true });
  const first = within("the first line", 30_000, log.next());
  mkdirSync(dir);
  writeFileSync(join(dir, "dashd.log"), line("first"));
  assert.equal((await first).value?.message, "first");
  await log.return();
});

test("what the master writes is what the reader follows", async (t) => {
  const dir = scratchDir(t);
  const logs = createLogs({
    dir,
    level: "info",
    maxMb: 0.01,
    keep: 100,
    terminal: null,
    lang: "en",
    say: (_lang, { code, facts }) => `${code} ${String(facts["number"])}`,
  });
  const log = readLog({ dir, lines: 1000, follow: true });
  const seen: unknown[] = [];
  const following = (async () => {
    for await (const { facts } of log) if (seen.push(facts["number"]) === 500) return;
  })();
  for (let number = 0; number < 500; number++) logs.info({ code: "LINE", facts: { number } });
  await within("500 lines", 30_000, following);
  await logs.close();
  assert.deepEqual(
    seen,
    Array.from({ length: 500 }, (_, number) => number),
  );
  rmSync(dir, { recursive: true });
});

test("a line is rendered readably, and an app's output cannot drive the terminal", () => {
  const parsed = parseLogLine(
    line("\u001b[2J\u001b]0;title\u0007 \u001b[31mred\u001b[0m\ttab", { slot: 3, level: "warn" }),
  );
  assert.ok(parsed);
  assert.match(renderLine(parsed), /^2026-01-01 \d\d:\d\d:00\.000 WARN {2}\[3\] \]0;title red\ttab$|^2025-12-31 /);
  assert.match(renderLine(parsed, { colour: true }), /\u001b\[31mred\u001b\[0m/);
  assert.doesNotMatch(renderLine(parsed, { colour: true }), /\u001b\[2J|\u001b\]/);
  assert.match(renderLine(parsed, { words: "红" }), /红$/);
});
