import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Message } from "../../../lib/errors.ts";
import { createLogFile, type LogFileOptions } from "../../../lib/home/log-file.ts";
import { parseLogLine } from "../../../lib/home/log-line.ts";
import type { LogLine } from "../../../lib/protocol/log-line.ts";
import { createLogs, type LogsOptions } from "../../../lib/home/logs.ts";
import { repositoryDir } from "../../support/apps.ts";
import { scratchDir } from "../../support/scratch.ts";
import { until } from "../../support/until.ts";

const say = (lang: string, { code, facts }: Message): string => `${lang}:${code} ${JSON.stringify(facts)}`;

const makeLogs = (t: TestContext, options: Partial<LogsOptions> = {}) => {
  const dir = options.dir ?? join(scratchDir(t), "logs");
  const shown: string[] = [];
  const terminal = { write: (line: string) => shown.push(line), colour: false };
  const logs = createLogs({ dir, level: "info", maxMb: 50, keep: 10, terminal, lang: "zh", say, ...options });
  return { dir, shown, logs };
};

const makeFile = (dir: string, options: Partial<LogFileOptions> = {}) =>
  createLogFile({
    dir,
    maxBytes: 1e9,
    keep: 3,
    nowMs: () => performance.now(),
    retryMs: 1,
    onFailing: () => {},
    onRecovered: () => {},
    onBehind: () => {},
    ...options,
  });

const stored = (dir: string): readonly LogLine[] =>
  readFileSync(join(dir, "dashd.log"), "utf8")
    .split("\n")
    .flatMap((text) => parseLogLine(text) ?? []);

test("a message is stored in English with its code and facts, and shown in the reader's language", async (t) => {
  const { dir, shown, logs } = makeLogs(t);
  logs.info({ code: "WORKER_READY", facts: { slot: 3, pid: 7 } });
  logs.debug({ code: "NOT_SHOWN", facts: {} });
  logs.app(2, "err", "boom \u001b[31mred\u001b[0m\u0007");
  await Promise.all([logs.close(), logs.close()]);
  logs.info({ code: "AFTER", facts: {} });
  assert.match(shown.at(-1) ?? "", /zh:AFTER/);
  const [first, second, ...more] = stored(dir);
  assert.deepEqual(more, []);
  assert.ok(first && second && !Number.isNaN(Date.parse(first.timestamp)));
  assert.deepEqual(
    { ...first, timestamp: "" },
    {
      timestamp: "",
      level: "info",
      slot: 3,
      stream: null,
      code: "WORKER_READY",
      facts: { slot: 3, pid: 7 },
      message: 'en:WORKER_READY {"slot":3,"pid":7}',
    },
  );
  assert.deepEqual(
    { ...second, timestamp: "" },
    {
      timestamp: "",
      level: "warn",
      slot: 2,
      stream: "err",
      code: null,
      facts: {},
      message: "boom \u001b[31mred\u001b[0m\u0007",
    },
  );
  assert.match(shown[0] ?? "", /INFO {2}\[3\] zh:WORKER_READY/);
  assert.match(shown[1] ?? "", /WARN {2}\[2\] boom red\n$/);
  assert.equal(statSync(join(dir, "dashd.log")).mode & 0o777, 0o600);
});

test("closing waits until thousands of lines are on the disk, over rotations, in order and none twice", async (t) => {
  const { dir, logs } = makeLogs(t, { maxMb: 0.25, keep: 20, terminal: null });
  const count = 10_000;
  for (let number = 0; number < count; number++) logs.info({ code: "LINE", facts: { number } });
  await logs.close({ deadlineMs: 60_000 });
  const names = readdirSync(dir);
  assert.ok(names.length > 3 && names.length <= 20, names.join(" "));
  const ages = names.map((name) => Number(/\d+/.exec(name)?.[0] ?? 0)).sort((a, b) => b - a);
  const numbers = ages.flatMap((age) =>
    readFileSync(join(dir, `dashd${age === 0 ? "" : age}.log`), "utf8")
      .trim()
      .split("\n")
      .map((text) => parseLogLine(text)?.facts["number"]),
  );
  assert.deepEqual(
    numbers,
    Array.from({ length: count }, (_, number) => number),
  );
});

test("no more files are kept than asked for", async (t) => {
  const { dir, logs } = makeLogs(t, { maxMb: 0.1, keep: 3, terminal: null });
  for (let number = 0; number < 5000; number++) logs.info({ code: "LINE", facts: { number } });
  await logs.close({ deadlineMs: 60_000 });
  assert.deepEqual(readdirSync(dir).sort(), ["dashd.log", "dashd1.log", "dashd2.log"]);
  assert.ok(stored(dir).at(-1)?.facts["number"] === 4999);
});

test("a flooding app is held to its rate, another slot is not, and what was dropped is counted", async (t) => {
  const { dir, logs } = makeLogs(t, { terminal: null, nowMs: () => 0 });
  const line = "x".repeat(1023);
  for (let number = 0; number < 5000; number++) logs.app(1, "out", line);
  logs.app(2, "out", "quiet");
  await logs.close({ deadlineMs: 60_000 });
  const lines = stored(dir);
  const kept = lines.filter(({ slot, code }) => slot === 1 && code === null).length;
  assert.equal(kept, Math.floor((1024 * 1024) / 1023));
  assert.ok(lines.some(({ message }) => message === "quiet"));
  const dropped = lines.filter(({ code }) => code === "LOG_LINES_DROPPED");
  assert.deepEqual(
    dropped.map(({ facts }) => facts),
    [{ slot: 1, lines: 5000 - kept, because: "rate" }],
  );
});

test("a line of an app is cut at 16 kB, between letters", async (t) => {
  const { dir, logs } = makeLogs(t, { terminal: null });
  logs.app(1, "out", `a${"库".repeat(10_000)}`);
  await logs.close();
  const [line] = stored(dir);
  assert.match(line?.message ?? "", /^a库+… \[\+\d+ B\]$/);
  assert.ok(Buffer.byteLength(line?.message ?? "") < 16 * 1024 + 32);
});

test("a disk that stands still costs bounded memory and no waiting, and the drop is told", async (t) => {
  const dir = scratchDir(t);
  // Nobody reads this pipe yet: the log cannot even be opened.
  if (spawnSync("mkfifo", [join(dir, "dashd.log")]).status !== 0) return t.skip("no mkfifo");
  const behind: number[] = [];
  const file = makeFile(dir, { onBehind: (lines) => behind.push(lines) });
  for (let number = 0; number < 2000; number++) file.stream.write("x".repeat(9999));
  assert.deepEqual(behind, []);
  const reader = createReadStream(join(dir, "dashd.log"));
  let readBytes = 0;
  reader.on("data", (block) => (readBytes += block.length));
  await until("the drop to be told", () => behind.length === 1);
  await file.close(60_000);
  await until("all that waited", () => readBytes === (2000 - (behind[0] ?? 0)) * 10_000);
  assert.ok(readBytes > 4_000_000 && readBytes <= 8 * 1024 * 1024 + 10_000, String(readBytes));
  reader.destroy();
});

test("a log folder that cannot be made is said once, and the log begins when it can be", async (t) => {
  const dir = join(scratchDir(t), "logs");
  writeFileSync(dir, "");
  const failing: string[] = [];
  const recovered: number[] = [];
  const file = makeFile(dir, {
    onFailing: (found) => failing.push(found),
    onRecovered: (lines) => recovered.push(lines),
  });
  file.stream.write("lost");
  await until("the failure", () => failing.length === 1);
  file.stream.write("lost too");
  rmSync(dir);
  await until("the log to begin", () => {
    file.stream.write("later");
    return recovered.length === 1;
  });
  await file.close(10_000);
  assert.deepEqual(failing, ["not-a-directory"]);
  assert.ok((recovered[0] ?? 0) >= 1);
  assert.match(readFileSync(join(dir, "dashd.log"), "utf8"), /^(lost too\n)?(later\n)+$/);
});

test("a log folder that is removed under the running log is made again", async (t) => {
  const dir = join(scratchDir(t), "logs");
  const file = makeFile(dir);
  file.stream.write("before");
  await until("the first line", () => existsSync(join(dir, "dashd.log")) && statSync(join(dir, "dashd.log")).size > 0);
  rmSync(dir, { recursive: true });
  file.stream.write("after");
  await file.close(10_000);
  assert.equal(readFileSync(join(dir, "dashd.log"), "utf8"), "after\n");
});

test("old files that cannot be renamed do not stop the log", async (t) => {
  const dir = join(scratchDir(t), "logs");
  mkdirSync(join(dir, "dashd1.log", "full"), { recursive: true });
  const failing: string[] = [];
  const file = makeFile(dir, { maxBytes: 100_000, keep: 2, onFailing: (found) => failing.push(found) });
  for (let number = 0; number < 500; number++) file.stream.write("x".repeat(999));
  await file.close(60_000);
  assert.equal(statSync(join(dir, "dashd.log")).size, 500_000);
  assert.deepEqual(failing, ["EISDIR"]);
});

test("half a line that a crash left does not swallow the next", async (t) => {
  const dir = scratchDir(t);
  writeFileSync(join(dir, "dashd.log"), '{"half":');
  const file = makeFile(dir);
  file.stream.write("whole");
  await file.close(10_000);
  assert.equal(readFileSync(join(dir, "dashd.log"), "utf8"), '{"half":\nwhole\n');
});

test("a full disk is said once, stops nobody, and is over when there is room", async (t) => {
  const dir = join(scratchDir(t), "mount");
  mkdirSync(dir);
  if (spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", dir]).status !== 0) return t.skip("may not mount");
  const program = join(import.meta.dirname, "full-disk-child.ts");
  const script = `mount -t tmpfs -o size=256k tmpfs ${dir} && exec "$NODE" --import tsx ${program} ${dir}`;
  const { stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script], {
    env: { ...process.env, NODE: process.execPath },
    encoding: "utf8",
    cwd: repositoryDir,
    timeout: 120_000,
  });
  assert.equal(stderr, "");
  assert.deepEqual(stdout.trim().split("\n"), [
    "failing disk-full",
    "lost some",
    "every line whole",
    "last line there",
  ]);
});

test("the level can be changed while it runs, and secrets are taken out of the app's lines and of our own", async (t) => {
  const { dir, shown, logs } = makeLogs(t, { redact: (text) => text.replaceAll("hush", "(set)") });
  logs.debug({ code: "BEFORE", facts: {} });
  logs.setLevel("debug");
  logs.debug({ code: "AFTER", facts: { url: "redis://:hush@cache", list: ["hush"] } });
  logs.app(2, "out", "password hush");
  assert.equal(logs.level(), "debug");
  await logs.close();
  const [own, app, ...more] = stored(dir);
  assert.deepEqual(more, []);
  assert.deepEqual([own?.code, own?.facts], ["AFTER", { url: "redis://:(set)@cache", list: ["(set)"] }]);
  assert.equal(app?.message, "password (set)");
  assert.doesNotMatch(shown.join(""), /hush/);
});

test("a file is full by its age as well as by its size", async (t) => {
  const dir = scratchDir(t);
  let aheadMs = 0;
  const options = { maxAgeMs: 60_000, wallMs: () => Date.now() + aheadMs };
  const first = makeFile(dir, options);
  first.stream.write("one\n");
  await first.close(5_000);
  const second = makeFile(dir, options);
  second.stream.write("two\n");
  await second.close(5_000);
  assert.equal(readFileSync(join(dir, "dashd.log"), "utf8"), "one\ntwo\n");
  aheadMs = 61_000;
  const third = makeFile(dir, options);
  third.stream.write("three\n");
  await third.close(5_000);
  assert.equal(readFileSync(join(dir, "dashd1.log"), "utf8"), "one\ntwo\n");
  assert.equal(readFileSync(join(dir, "dashd.log"), "utf8"), "three\n");
});

test("a reader who stops costs no memory: lines are left out, and how many is told when it reads again", (t) => {
  const shown: string[] = [];
  let unread = 0;
  const terminal = { write: (text: string) => void shown.push(text), colour: false, unreadBytes: () => unread };
  const { logs } = makeLogs(t, { dir: null, terminal, lang: "en" });
  logs.info({ code: "one", facts: {} });
  unread = 5 * 1024 * 1024;
  for (let count = 0; count < 1_000; count++) logs.app(1, "out", "flood");
  unread = 0;
  logs.info({ code: "two", facts: {} });
  assert.deepEqual(
    shown.map((text) => text.replace(/^\S+ \S+ /, "").trimEnd()),
    [
      "INFO  en:one {}",
      'WARN  en:LOG_LINES_DROPPED {"slot":null,"lines":1000,"because":"slow-reader"}',
      "INFO  en:two {}",
    ],
  );
});
