import assert from "node:assert/strict";
import test from "node:test";
import { createJournalMemory, evidenceKept } from "../../../lib/home/journal-memory.ts";
import type { CommittedEntry, JournalEntry } from "../../../lib/home/journal-entries.ts";
import { begin, committed } from "./entries.ts";

/** As read from a file: nothing of it is shared with another entry. */
const fresh = (revision: number): JournalEntry => structuredClone({ ...committed(revision), evidence: { revision } });

const committedOf = (entries: readonly JournalEntry[]): readonly CommittedEntry[] =>
  entries.filter((entry) => entry.type === "committed");

test("every entry is kept in its order, and of revisions that ran the same the profile and the app once", () => {
  const memory = createJournalMemory([begin("c1"), fresh(1)]);
  memory.push(begin("c2"));
  memory.push(fresh(2));
  assert.deepEqual(memory.all(), [begin("c1"), fresh(1), begin("c2"), fresh(2)]);
  const [first, second] = committedOf(memory.all());
  assert.equal(first?.profile, second?.profile, "one object");
  assert.equal(first?.app, second?.app, "one object");
  const other = { ...(fresh(3) as CommittedEntry), app: { ...(fresh(3) as CommittedEntry).app, version: "9.9.9" } };
  memory.push(other);
  assert.deepEqual(committedOf(memory.all()).at(-1), other);
});

test("evidence is kept of the newest hundred, whether read or written since", () => {
  const memory = createJournalMemory(Array.from({ length: evidenceKept + 5 }, (_, at) => fresh(at + 1)));
  memory.push(begin("c"));
  memory.push(fresh(evidenceKept + 6));
  const found = committedOf(memory.all());
  assert.deepEqual(
    found.map(({ revision }) => revision),
    Array.from({ length: evidenceKept + 6 }, (_, at) => at + 1),
  );
  assert.deepEqual(
    found.map(({ evidence }) => evidence),
    found.map(({ revision }) => (revision <= 6 ? null : { revision })),
  );
});
