import assert from "node:assert/strict";
import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { JournalEntry } from "../../../lib/home/journal-entries.ts";
import { identifyApp } from "../../../lib/master/app-identity.ts";
import { firstApp } from "../../../lib/master/first-app.ts";
import type { Sealing } from "../../../lib/master/sealing.ts";
import { scratchDir } from "../../support/scratch.ts";
import { begin, committed, reverted } from "../home/entries.ts";

/** Revision 1 ran other code than what lies on disk now, which a change was to bring into force. */
const setUp = (t: TestContext, sealed: string | undefined, end: (change: string) => readonly JournalEntry[]) => {
  const dir = realpathSync(scratchDir(t));
  const path = join(dir, "shop.cjs");
  writeFileSync(path, "new code");
  const app = { path, builtIn: false, args: [] };
  const { fingerprint } = identifyApp(app);
  const inForce = committed(1);
  const first = { ...inForce, app: { ...inForce.app, path, args: [], fingerprint: "old", ...(sealed && { sealed }) } };
  const entries = [first, { ...begin("c", "reload"), fingerprint }, ...end("c")] as readonly JournalEntry[];
  const sealing: Sealing = {
    isOn: sealed !== undefined,
    seal: async (identity) => identity,
    restore: async (of, copy) => ({ ...of, path: join(dir, copy), version: null, fingerprint: "old" }),
    look: () => undefined,
    warnings: () => [],
    prune: async () => undefined,
  };
  return { start: async () => firstApp(app, entries, sealing), fingerprint };
};

test("a start does not bring back code that a change was taken back with, where what was in force has its copy", async (t) => {
  const { start } = setUp(t, "copy-1", (change) => [reverted(change)]);
  const { app, warnings } = await start();
  assert.deepEqual([app.fingerprint, warnings[0]?.code], ["old", "warning.rolled-back-code"]);
});

test("without a copy it serves what lies on disk, and says what that is", async (t) => {
  const { start, fingerprint } = setUp(t, undefined, (change) => [reverted(change)]);
  const { app, warnings } = await start();
  assert.deepEqual([app.fingerprint, warnings[0]?.code], [fingerprint, "warning.taken-back-code"]);
});

test("code whose change was only interrupted is served", async (t) => {
  const { start, fingerprint } = setUp(t, "copy-1", () => []);
  const { app, warnings } = await start();
  assert.deepEqual([app.fingerprint, warnings], [fingerprint, []]);
});
