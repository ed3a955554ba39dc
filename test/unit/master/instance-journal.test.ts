import assert from "node:assert/strict";
import { test } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import type { JournalEntry } from "../../../lib/home/journal-entries.ts";
import type { ChangePlan } from "../../../lib/master/change.ts";
import { createInstanceJournal } from "../../../lib/master/instance-journal.ts";

const plan = {
  kind: "reload",
  profile: { stage: 1 },
  app: { fingerprint: "f" },
  by: "root",
  reason: null,
} as unknown as ChangePlan;
const because = { code: "E_GATE", facts: {} };

const onDisk = () => {
  const entries: JournalEntry[] = [];
  const disk = { full: false };
  const journal = createInstanceJournal({
    journal: {
      entries: () => entries,
      append: async (entry) => {
        if (disk.full) throw new DashdError("E_JOURNAL");
        entries.push(entry);
      },
      torn: null,
      restored: null,
      close: async () => {},
    },
    startedBy: { by: "root", reason: null },
    workersOverride: null,
    lowerStage: () => null,
    committed: () => undefined,
  });
  const written = (): readonly string[] => entries.map(({ type }) => type);
  return { journal, disk, written, entries };
};

test("an end that a full disk refused is written before the next change begins", async () => {
  const { journal, disk, written, entries } = onDisk();
  await journal.begin(plan);
  disk.full = true;
  await assert.rejects(journal.revert(because));
  await assert.rejects(journal.begin(plan));
  disk.full = false;
  await journal.begin(plan);
  assert.deepEqual(written(), ["begin", "reverted", "begin"]);
  const changes = entries.map((entry) => "change" in entry && entry.change);
  assert.equal(changes[1], changes[0]);
});

test("an end that a full disk refused is written at the stop, once", async () => {
  const { journal, disk, written } = onDisk();
  await journal.begin(plan);
  disk.full = true;
  await assert.rejects(journal.revert(because));
  disk.full = false;
  await journal.settle();
  await journal.settle();
  assert.deepEqual(written(), ["begin", "reverted"]);
});

test("a change that did not get into the journal gets no end there either", async () => {
  const { journal, disk, written } = onDisk();
  disk.full = true;
  await assert.rejects(journal.begin(plan));
  disk.full = false;
  await journal.revert(because);
  assert.deepEqual(written(), []);
});
