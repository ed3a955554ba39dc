import assert from "node:assert/strict";
import test from "node:test";
import type { BeginEntry } from "../../../lib/home/journal-entries.ts";
import { type StartFound, startWarnings } from "../../../lib/master/start-warnings.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { resolveSettings } from "../../../lib/settings/resolve.ts";
import { scratchDir } from "../../support/scratch.ts";

const profile = stageOf(await loadLadder(builtInProfilesDir()), 1);
const generation = { id: 1, profile, app: { path: "/a", builtIn: false, args: [], version: null, fingerprint: "f" } };
const change = { code: "profile-edited", facts: {} };

const found = (env: Readonly<Record<string, string>>, cwd: string, other: Partial<StartFound> = {}): StartFound => ({
  settings: resolveSettings({ flags: {}, env, cwd }),
  paths: { journal: "/home/journal.jsonl", runRecord: "/home/run.json" },
  start: { profile, warnings: [] },
  inForce: { revision: 3, generation },
  isDevelopment: false,
  interrupted: null,
  database: { warning: null },
  journal: { torn: null, restored: null },
  leftovers: { unknown: false },
  ...other,
});

const codesOf = (start: StartFound): readonly string[] => startWarnings(start).map(({ code }) => code);

test("a start with nothing odd about it warns of nothing", (t) => {
  assert.deepEqual(codesOf(found({}, scratchDir(t))), []);
});

test("DASHD_WORKERS that differ from the stage are warned about, in production only", (t) => {
  const cwd = scratchDir(t);
  const env = { DASHD_WORKERS: String(profile.workers + 1) };
  assert.deepEqual(startWarnings(found(env, cwd)), [
    {
      code: "warning.workers-override",
      facts: { stage: 1, workers: profile.workers + 1, declared: profile.workers },
    },
  ]);
  assert.deepEqual(codesOf(found({ DASHD_WORKERS: String(profile.workers) }, cwd)), []);
  assert.deepEqual(codesOf(found(env, cwd, { isDevelopment: true })), []);
});

test("clients told apart by an address that is the proxy's are warned about", (t) => {
  const cwd = scratchDir(t);
  const proxied = { DASHD_STICKY: "ip", DASHD_TRUST_PROXY: "127.0.0.1" };
  assert.deepEqual(codesOf(found(proxied, cwd)), ["warning.sticky-behind-proxy"]);
  assert.deepEqual(codesOf(found({ DASHD_STICKY: "ip" }, cwd)), []);
});

test("a last line that came back from its copy is told, and not that it was torn as well", (t) => {
  const cwd = scratchDir(t);
  const torn = { bytes: 12, keptIn: "/home/journal.torn" };
  assert.deepEqual(codesOf(found({}, cwd, { journal: { torn, restored: null } })), ["log.journal-torn"]);
  assert.deepEqual(startWarnings(found({}, cwd, { journal: { torn, restored: 7 } })), [
    { code: "log.journal-restored", facts: { file: "/home/journal.jsonl", line: 7, keptIn: "/home/journal.torn" } },
  ]);
});

test("what the last run left is told in the order in which it was found", (t) => {
  const author = { at: "2026-01-01T00:00:00.000Z", by: "me", reason: null };
  const begun: BeginEntry = { type: "begin", change: "c", kind: "stage", stage: 2, ...author };
  const start = found({}, scratchDir(t), {
    start: { profile, warnings: [change] },
    interrupted: { begun, step: null },
    database: { warning: { code: "warning.no-database", facts: {} } },
    leftovers: { unknown: true },
  });
  assert.deepEqual(codesOf(start), [
    "profile-edited",
    "log.change-interrupted",
    "warning.no-database",
    "log.run-record-damaged",
  ]);
});
