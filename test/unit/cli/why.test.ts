import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createBlackBoxStore } from "../../../lib/home/black-boxes.ts";
import { openJournal } from "../../../lib/home/journal.ts";
import { homePaths } from "../../../lib/home/paths.ts";
import type { BlackBox } from "../../../lib/protocol/black-box.ts";
import { scratchDir } from "../../support/scratch.ts";
import { box } from "../home/boxes.ts";
import { committed } from "../home/entries.ts";
import { run } from "./run.ts";

const homeWith = async (t: TestContext, ...boxes: readonly BlackBox[]): Promise<string> => {
  const dir = scratchDir(t);
  const store = createBlackBoxStore(homePaths(dir), (error) => assert.fail(String(error)));
  boxes.forEach(store.write);
  await store.settled();
  return dir;
};

const why = (home: string, ...words: readonly string[]) => run(home, ["why", "--home", home, ...words]);

test("where nothing has died it says so, and that is no error", async (t) => {
  const home = await homeWith(t);
  assert.deepEqual(await why(home), {
    code: 0,
    stdout: "No worker has hung or died unasked in this home.\n",
    stderr: "",
  });
  assert.match((await why(home, "3", "--lang", "zh")).stdout, /^此数据目录中，槽位 3 .*没有.*记录。\n$/);
  assert.deepEqual(JSON.parse((await why(home, "--json")).stdout), {
    schemaVersion: 1,
    slot: null,
    kept: 0,
    box: null,
  });
});

test("the last one is told: what, which, what followed, in flight, the stack, memory, the last lines", async (t) => {
  const home = await homeWith(t, box(1, { slot: 1 }), box(2));
  const { code, stdout } = await why(home);
  assert.equal(code, 0);
  assert.match(stdout, /^It hung: one turn of its loop had used 15\.2 s of CPU\. dashd killed it\.\n/);
  assert.match(stdout, /Slot 3 · pid 4711 · generation 2 · stage 2 · 2026-11-25T16:20:11\.000Z \(.+ ago\)/);
  assert.match(stdout, /Replaced by pid 4800, ready 424 ms after the hang was seen\./);
  assert.match(stdout, /IN FLIGHT\n {2}GET {2}\/report {2}16 s\n/);
  assert.match(stdout, /sumUp \/srv\/board\/report\.js:12:5\n/);
  assert.match(stdout, /MEMORY: 91 MB in all, heap 38 MB of 3815 MB/);
  assert.match(stdout, /LAST LINES it wrote\n {2}summing up\n/);
  assert.match(stdout, /1 earlier one in .*blackbox\n$/);
});

test("it is told in Chinese too", async (t) => {
  const { stdout } = await why(await homeWith(t, box(1)), "--lang", "zh");
  assert.match(stdout, /^进程卡死：事件循环单次执行已占用 CPU 15\.2 s。dashd 已将其强制终止。\n/);
  assert.match(stdout, /槽位 3 · 进程 4711 · 第 2 代 · 阶段 2/);
  assert.match(stdout, /已由进程 4800 接替，发现卡死后 424 ms 就绪。/);
  assert.match(stdout, /处理中的请求\n {2}GET/);
});

test("a slot is asked for by its number, and --json gives the whole box", async (t) => {
  const first = box(1, { slot: 1, cause: "killed", hang: null, stack: null, followed: null });
  const home = await homeWith(t, first, box(2));
  const { stdout } = await why(home, "1", "--json");
  assert.deepEqual(JSON.parse(stdout), { schemaVersion: 1, slot: 1, kept: 1, box: first });
  assert.match(
    (await why(home, "1")).stdout,
    /killed from outside \(SIGKILL\), not by dashd.*\n(.*\n)*No worker has been/,
  );
});

test("a slot that there is not, and what is no slot, are refused with 64", async (t) => {
  const home = await homeWith(t);
  const journal = await openJournal(homePaths(home).journal);
  await journal.append({ ...committed(1), workersOverride: 16 });
  await journal.close();
  const { code, stderr } = await why(home, "99");
  assert.equal(code, 64);
  assert.match(stderr, /There is no slot 99; expected 1 to 16\./);
  assert.equal((await why(home, "1")).code, 0);
  for (const word of ["0", "x", "-1", "1.5"]) assert.equal((await why(home, word)).code, 64, word);
});

test("what a program wrote cannot drive the reader's terminal", async (t) => {
  const nasty = "\u001b]0;title\u0007\u001b[2Jgone";
  const error = { message: nasty, place: "/srv/a.js:1:1", stack: nasty };
  const inFlight = { ...box(1).inFlight, requests: [{ method: nasty, path: nasty, ageMs: 1 }] };
  const output = [{ stream: "err", text: nasty }] as const;
  const home = await homeWith(t, box(1, { cause: "exception", hang: null, stack: null, error, inFlight, output }));
  const { stdout } = await why(home);
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f]/);
  assert.match(stdout, /exception that nobody caught: .*gone \(at \/srv\/a\.js:1:1\)/);
});
