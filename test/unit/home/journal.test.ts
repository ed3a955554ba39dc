import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { DashdError } from "../../../lib/errors.ts";
import { journalLine } from "../../../lib/home/journal-lines.ts";
import { openJournal, readJournal } from "../../../lib/home/journal.ts";
import { scratchDir } from "../../support/scratch.ts";
import { compileInto } from "./compile.ts";
import { begin, committed, drilled, next, reverted } from "./entries.ts";

const entries = [begin("c1", "start"), committed(1), begin("c2"), reverted("c2"), next(null)];

const writtenJournal = async (t: TestContext): Promise<string> => {
  const path = join(scratchDir(t), "journal.jsonl");
  const journal = await openJournal(path);
  for (const entry of entries) await journal.append(entry);
  await journal.close();
  return path;
};

const journalFault = (facts: Record<string, unknown>) => (error: unknown) => {
  assert.ok(error instanceof DashdError);
  assert.equal(error.code, "E_JOURNAL");
  for (const [name, value] of Object.entries(facts)) assert.equal(error.facts[name], value, name);
  return true;
};

test("what was appended is read back, by this process and by the next", async (t) => {
  const path = await writtenJournal(t);
  assert.deepEqual(readJournal(path), entries);
  const journal = await openJournal(path);
  assert.deepEqual(journal.entries(), entries);
  assert.equal(journal.torn, null);
  await Promise.all([journal.append(begin("c3")), journal.append(reverted("c3"))]);
  assert.deepEqual(readJournal(path), [...entries, begin("c3"), reverted("c3")]);
  await journal.close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  for (const line of readFileSync(path, "utf8").trim().split("\n")) assert.doesNotThrow(() => JSON.parse(line));
});

test("no journal yet is an empty one", async (t) => {
  assert.deepEqual(readJournal(join(scratchDir(t), "journal.jsonl")), []);
});

test("a journal cut in writing its last line keeps all before it, and the rest aside", async (t) => {
  const path = await writtenJournal(t);
  const whole = readFileSync(path);
  const lastStart = whole.lastIndexOf("\n", whole.length - 2) + 1;
  for (const cut of [lastStart + 1, lastStart + 30, whole.length - 2, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, cut));
    for (const beside of [".torn", ".last"]) rmSync(path.replace(".jsonl", beside), { force: true });
    assert.deepEqual(readJournal(path), entries.slice(0, -1));
    const journal = await openJournal(path);
    assert.deepEqual(journal.entries(), entries.slice(0, -1));
    assert.equal(journal.torn?.bytes, cut - lastStart);
    assert.equal(readFileSync(journal.torn?.keptIn ?? "", "utf8"), `${whole.toString("utf8", lastStart, cut)}\n`);
    await journal.append(next(null));
    await journal.close();
    assert.deepEqual(readFileSync(path), whole);
  }
});

test("a drill is an entry like any other: read back as written, and no byte of it can be lost unseen", async (t) => {
  const path = await writtenJournal(t);
  const drilling = await openJournal(path);
  await drilling.append(drilled());
  await drilling.close();
  const whole = readFileSync(path);
  const lastStart = whole.lastIndexOf("\n", whole.length - 2) + 1;
  assert.deepEqual(readJournal(path), [...entries, drilled()]);
  rmSync(path.replace(".jsonl", ".last"), { force: true });
  for (let place = lastStart; place < whole.length - 1; place++) {
    const damaged = Buffer.from(whole);
    damaged[place] = (damaged[place] ?? 0) ^ 1;
    for (const found of [damaged, whole.subarray(0, place)]) {
      writeFileSync(path, found);
      assert.deepEqual(readJournal(path), entries);
    }
  }
});

test("a last line of which the disk kept only zeros is torn too", async (t) => {
  const path = await writtenJournal(t);
  const whole = readFileSync(path);
  appendFileSync(path, Buffer.alloc(100));
  const journal = await openJournal(path);
  assert.equal(journal.torn?.bytes, 100);
  await journal.close();
  assert.deepEqual(readFileSync(path), whole);
  appendFileSync(path, Buffer.concat([Buffer.alloc(50), Buffer.from("\n")]));
  await (await openJournal(path)).close();
  assert.deepEqual(readFileSync(path), whole);
});

test("a last line that is damaged or missing anywhere comes back from its copy, and what was there is kept aside", async (t) => {
  const path = await writtenJournal(t);
  const [torn, copy] = [path.replace(".jsonl", ".torn"), path.replace(".jsonl", ".last")];
  const whole = readFileSync(path);
  const lastStart = whole.lastIndexOf("\n", whole.length - 2) + 1;
  assert.deepEqual(readFileSync(copy), whole.subarray(lastStart));
  const flipped = (place: number, change: number): Buffer => {
    const damaged = Buffer.from(whole);
    damaged[place] = (damaged[place] ?? 0) ^ change;
    return damaged;
  };
  for (let place = lastStart; place < whole.length; place++) {
    for (const damaged of [whole.subarray(0, place), flipped(place, 1), flipped(place, 0x80)]) {
      writeFileSync(path, damaged);
      rmSync(torn, { force: true });
      assert.deepEqual(readJournal(path), entries);
      assert.deepEqual(readFileSync(path), damaged);
      if (place % 10 !== 0) continue;
      const journal = await openJournal(path);
      assert.equal(journal.restored, entries.length);
      await journal.close();
      assert.deepEqual(readFileSync(path), whole);
      if (damaged.length > lastStart) assert.ok(readFileSync(torn).includes(damaged.subarray(lastStart)));
    }
  }
});

test("a journal that lost more than its last line is refused with the first line that is missing", async (t) => {
  const path = await writtenJournal(t);
  const whole = readFileSync(path, "utf8");
  for (const lines of [0, 1, entries.length - 2]) {
    const left = whole
      .split("\n")
      .slice(0, lines)
      .map((line) => `${line}\n`)
      .join("");
    writeFileSync(path, left);
    assert.throws(() => readJournal(path), journalFault({ path, line: lines + 1, found: "missing-lines" }));
    await assert.rejects(openJournal(path), journalFault({ line: lines + 1 }));
    assert.equal(readFileSync(path, "utf8"), left);
  }
});

test("a copy that is damaged, or behind its journal, changes nothing and is made anew", async (t) => {
  const path = await writtenJournal(t);
  const copy = path.replace(".jsonl", ".last");
  const [whole, newest] = [readFileSync(path), readFileSync(copy)];
  for (const bad of [newest.subarray(0, 50), Buffer.alloc(0), whole.subarray(0, whole.indexOf("\n") + 1)]) {
    writeFileSync(copy, bad);
    assert.deepEqual(readJournal(path), entries);
    const journal = await openJournal(path);
    assert.deepEqual([journal.torn, journal.restored], [null, null]);
    await journal.close();
    assert.deepEqual([readFileSync(path), readFileSync(copy)], [whole, newest]);
  }
});

test("any changed byte before the last line is a fault with its line, and nothing is touched", async (t) => {
  const path = await writtenJournal(t);
  const whole = readFileSync(path);
  const lastStart = whole.lastIndexOf("\n", whole.length - 2) + 1;
  await fc.assert(
    fc.asyncProperty(fc.nat(lastStart - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
      const damaged = Buffer.from(whole);
      damaged[place] = (damaged[place] ?? 0) ^ change;
      writeFileSync(path, damaged);
      const line = whole.subarray(0, place).filter((byte) => byte === 0x0a).length + 1;
      assert.throws(() => readJournal(path), journalFault({ path, line, found: "bad-checksum" }));
      await assert.rejects(openJournal(path), journalFault({ line }));
      assert.deepEqual(readFileSync(path), damaged);
    }),
    { numRuns: 100 },
  );
});

test("a line that is missing, and one of a later version, is a fault even at the end", async (t) => {
  const path = await writtenJournal(t);
  const whole = readFileSync(path, "utf8");
  writeFileSync(path, whole.split("\n").toSpliced(1, 1).join("\n"));
  assert.throws(() => readJournal(path), journalFault({ line: 2, found: "out-of-order" }));
  const later = JSON.parse('{"type":"sealed"}') as ReturnType<typeof next>;
  writeFileSync(path, whole + journalLine(6, later));
  assert.throws(() => readJournal(path), journalFault({ line: 6, found: "unknown-kind" }));
});

test("a full disk refuses the entry, and the half-written line does not poison the next", async (t) => {
  const dir = scratchDir(t);
  const path = join(dir, "journal.jsonl");
  const program = compileInto(dir, join(import.meta.dirname, "journal-child.ts"));
  // The shell's limit on the size of a file stands for the disk: 4 blocks of 1024 bytes.
  const child = spawn("bash", ["-c", `ulimit -f 4; exec "$0" "$@"`, process.execPath, program, path]);
  const said: string[] = [];
  child.stdout.on("data", (data) => said.push(String(data)));
  child.stderr.on("data", (data) => said.push(String(data)));
  await once(child, "close");
  const words = said.join("").trim().split("\n");
  const refused = words.indexOf("E_JOURNAL disk-full");
  assert.ok(refused > 0, words.join(", "));
  assert.deepEqual(words.slice(refused), ["E_JOURNAL disk-full", "small ok"]);
  assert.equal(readJournal(path).length, refused + 1);
  assert.deepEqual(readJournal(path).at(-1), next(null));
  const journal = await openJournal(path);
  assert.equal(journal.torn, null);
  await journal.close();
});

test("a journal that was removed under its writer takes no more entries", async (t) => {
  const path = await writtenJournal(t);
  const journal = await openJournal(path);
  rmSync(path);
  await assert.rejects(journal.append(next(null)), journalFault({ path, found: "removed" }));
  assert.equal(existsSync(path), false);
  await journal.close();
});

test("a journal that cannot be opened is said with what the system found", async (t) => {
  const dir = scratchDir(t);
  assert.throws(() => readJournal(dir), journalFault({ path: dir, found: "EISDIR" }));
  await assert.rejects(openJournal(join(dir, "none", "journal.jsonl")), journalFault({ found: "ENOENT" }));
});
