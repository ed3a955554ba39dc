import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CommittedEntry, JournalEntry } from "../../../lib/home/journal-entries.ts";
import { startingPoint, startingStage } from "../../../lib/master/starting-point.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";

const ladder = await loadLadder(builtInProfilesDir());
const by = { at: "2026-01-01T00:00:00.000Z", by: "me@here", reason: null };
const committed = (revision: number, stage: number, connections?: number): CommittedEntry => ({
  type: "committed",
  change: `change-${revision}`,
  revision,
  kind: "stage",
  stage,
  profile: { ...stageOf(ladder, stage), ...(connections === undefined ? {} : { connections }) },
  app: { path: "/srv/app.js", builtIn: false, args: [], version: null, fingerprint: "sha256:1" },
  workersOverride: null,
  rollbackOf: null,
  evidence: null,
  ...by,
});
const next = (stage: number, revision: number | null): JournalEntry => ({ type: "next", stage, revision, ...by });

describe("where a start begins", () => {
  it("is the stage that was named, from the ladder", () => {
    assert.equal(startingPoint(3, 1, [committed(1, 2)], ladder).profile.stage, 3);
  });

  it("is DASHD_STAGE only while the journal is empty", () => {
    assert.equal(startingPoint(null, 2, [], ladder).profile.stage, 2);
    assert.equal(startingPoint(null, 2, [committed(1, 1)], ladder).profile.stage, 1);
  });

  it("is exactly what was in force, and says so when the profile was edited since", () => {
    const start = startingPoint(null, 1, [committed(1, 2, 150)], ladder);
    assert.equal(start.profile.connections, 150);
    assert.deepEqual(
      start.warnings.map(({ code }) => code),
      ["warning.profile-edited"],
    );
    assert.deepEqual(startingPoint(null, 1, [committed(1, 2)], ladder).warnings, []);
  });

  it("leaves DASHD_WORKERS of the last run to the settings of this one", () => {
    const overridden = { ...committed(1, 2), workersOverride: 3, profile: { ...stageOf(ladder, 2), workers: 3 } };
    const start = startingPoint(null, 1, [overridden], ladder);
    assert.deepEqual([start.profile.workers, start.warnings], [16, []]);
  });

  it("is what a rollback while nothing ran has set, with that revision's own profile", () => {
    const entries = [committed(1, 1, 60), committed(2, 2), next(1, 1)];
    assert.equal(startingPoint(null, 1, entries, ladder).profile.connections, 60);
    assert.equal(startingStage(null, 3, entries), 1);
  });
});
