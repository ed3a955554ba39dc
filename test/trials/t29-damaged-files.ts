import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createControlClient } from "../../lib/control/client.ts";
import { DashdError } from "../../lib/errors.ts";
import { readJournal } from "../../lib/home/journal.ts";
import { endLeftovers } from "../../lib/home/leftovers.ts";
import { readLockRecord } from "../../lib/home/lock-record.ts";
import { homePaths, type HomePaths } from "../../lib/home/paths.ts";
import { ensureToken } from "../../lib/home/token.ts";
import type { Progress } from "../../lib/protocol/control.ts";
import { assertNoneFailed, gatherCrowd } from "../client/crowd.ts";
import { readOnly } from "../faults/read-only.ts";
import { smallDisk } from "../faults/small-disk.ts";
import { afterwards } from "../support/afterwards.ts";
import { fixtureApp } from "../support/apps.ts";
import { launchDashd, startDashd, type Instance, type Launched, type StartOptions } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { allGone } from "../support/processes.ts";
import { oneOf } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { moreRequests } from "../support/swaps.ts";
import { until } from "../support/until.ts";
import { command } from "../support/versioned.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t29: Trial = {
  id: "T29",
  title:
    "journal and records cut at each byte and each byte changed, read-only, disk full: starts whole or refuses with file and place",
  run: async (context) => {
    const ground = await makeGround(context);
    await readEveryDamage(context, ground);
    await startAfterDamage(context, ground);
    await startReadOnly(context, ground);
    await fullDiskWhileCommitted(context);
  },
};

/** A home as a killed master left it, with three committed revisions, and all that tells what it held. */
interface Ground {
  readonly setting: StartOptions & { readonly dir: string; readonly home: string };
  readonly paths: HomePaths;
  /** Puts every file back as it was. */
  restore(): void;
  readonly committed: readonly unknown[];
}

const makeGround = async (context: TrialContext): Promise<Ground> => {
  const dir = scratchDir(context);
  const profiles = smallLadder(join(dir, "ladder"));
  const setting = { dir, home: join(dir, "home"), app: fixtureApp("program.cjs"), profiles };
  const dashd = await startDashd(context, { ...setting, stage: 1 });
  await command(dashd, "stage", "2");
  await command(dashd, "reload", "--reason", "the newest");
  const pids = dashd.pids();
  dashd.kill("SIGKILL");
  await allGone(pids, 10_000);
  rmSync(homePaths(setting.home).controlSocket);
  const kept = join(dir, "kept");
  cpSync(setting.home, kept, { recursive: true });
  return {
    setting,
    paths: homePaths(setting.home),
    restore: () => {
      rmSync(setting.home, { recursive: true, force: true });
      cpSync(kept, setting.home, { recursive: true });
    },
    committed: committedIn(readJournal(homePaths(setting.home).journal)),
  };
};

const committedIn = (entries: ReturnType<typeof readJournal>): readonly unknown[] =>
  entries.filter(({ type }) => type === "committed");

/** What this very process makes of each damage: nothing but a whole answer, or a fault with its file and place. */
const readEveryDamage = async (context: TrialContext, ground: Ground): Promise<void> => {
  const { random, sheet } = context;
  const { paths, committed } = ground;
  const journal = readFileSync(paths.journal);
  const lastLine = journal.lastIndexOf("\n", journal.length - 2) + 1;
  const readers: Readonly<Record<string, () => unknown>> = {
    [paths.journal]: () =>
      assert.deepEqual(committedIn(readJournal(paths.journal)), committed, "nothing was lost unseen"),
    [copyOf(paths)]: () => assert.deepEqual(committedIn(readJournal(paths.journal)), committed),
    [paths.lockRecord]: () => assert.equal(readLockRecord(paths), null, "nobody holds it"),
    [paths.runRecord]: async () => assert.deepEqual((await endLeftovers(paths)).ended, [], "nobody was left behind"),
    [paths.token]: () => assert.ok(ensureToken(paths).length >= 16),
  };
  for (const [path, look] of Object.entries(readers)) {
    const whole = readFileSync(path);
    const places = placesIn(whole, path === paths.journal ? lastLine : 0, context);
    let refused = 0;
    for (const place of places) {
      for (const damaged of [whole.subarray(0, place), flipped(whole, place, 1 << Math.floor(random() * 8))]) {
        writeFileSync(path, damaged);
        try {
          await look();
        } catch (error) {
          assertSaysWhere(error, path);
          refused++;
        }
      }
    }
    writeFileSync(path, whole);
    sheet.count("ok", 2 * places.length);
    sheet.note(
      `${path.slice(paths.dir.length + 1)}: ${2 * places.length} damages, ${refused} refused, the others read whole`,
    );
  }
};

/** Each place from `from` on, and some before it; quick: some of both. */
const placesIn = (whole: Buffer, from: number, { random, quick }: TrialContext): readonly number[] => {
  const some = (count: number, least: number, most: number): readonly number[] =>
    Array.from({ length: most > least ? count : 0 }, () => least + Math.floor(random() * (most - least)));
  const each = Array.from({ length: whole.length - from }, (_, index) => from + index);
  return [...(quick ? some(60, from, whole.length) : each), ...some(quick ? 40 : 500, 0, from)];
};

const assertSaysWhere = (error: unknown, path: string): void => {
  assert.ok(error instanceof DashdError, String(error));
  assert.ok(error.code === "E_JOURNAL" || error.code === "E_HOME", error.code);
  assert.equal(error.facts["path"], path);
  if (error.code === "E_JOURNAL") assert.equal(typeof error.facts["line"], "number");
};

const flipped = (whole: Buffer, place: number, change: number): Buffer => {
  const damaged = Buffer.from(whole);
  damaged[place] = (damaged[place] ?? 0) ^ change;
  return damaged;
};

const copyOf = ({ journal }: HomePaths): string => journal.replace(/jsonl$/, "last");

/** The same with the program itself: each of its files damaged somewhere by chance, then `history`, `status` and a start. */
const startAfterDamage = async (context: TrialContext, ground: Ground): Promise<void> => {
  const { paths, restore, committed } = ground;
  const { random, quick, sheet } = context;
  const journal = paths.journal;
  const targets = [
    journal,
    paths.runRecord,
    ...(quick ? [] : [copyOf(paths), paths.lockRecord, paths.token, journal, journal]),
  ];
  for (const [number, path] of targets.entries()) {
    restore();
    const whole = readFileSync(path);
    // The journal: once in its last line, then anywhere.
    const from = path === journal && number === 0 ? whole.lastIndexOf("\n", whole.length - 2) + 1 : 0;
    const place = from + Math.floor(random() * (whole.length - from));
    const how = oneOf(random, ["cut", "changed"]);
    writeFileSync(
      path,
      how === "cut" ? whole.subarray(0, place) : flipped(whole, place, 1 << Math.floor(random() * 8)),
    );
    const what = `${path.slice(paths.dir.length + 1)} ${how} at ${place} of ${whole.length}`;

    const start = launchDashd(context, ground.setting);
    const outcome = await Promise.race([start.serving(), start.ended().then(() => null)]).catch(() => null);
    const history = await start.run("history", "--json");
    if (outcome === null) {
      const { code, stderr } = await start.ended();
      assertRefused(code, stderr, path, what);
      if (path === journal) {
        assert.match(stderr, /from line \d+ on/, what);
        assert.deepEqual([history.code, history.stderr.includes(path)], [1, true], `${what}: history refuses too`);
      }
    } else {
      await assertWhole(outcome, ground, history.stdout, what);
      await outcome.stop();
    }
    sheet.note(`${what}: ${outcome === null ? "refused" : "whole"}`);
    sheet.count("ok");
  }
  restore();
  assert.deepEqual(committedIn(readJournal(journal)), committed);
};

const assertWhole = async (dashd: Instance, { committed }: Ground, history: string, what: string): Promise<void> => {
  const { stage, revision, state } = await dashd.status();
  assert.deepEqual([stage, revision, state], [2, committed.length, "held"], what);
  const { entries } = JSON.parse(history) as { readonly entries: readonly { readonly result: string }[] };
  assert.equal(entries.filter(({ result }) => result === "committed").length, committed.length, what);
};

const assertRefused = (code: number | null, stderr: string, path: string, what: string): void => {
  assert.equal(code, 1, `${what}: ${stderr}`);
  assert.match(stderr, /E_JOURNAL|E_HOME/, what);
  assert.ok(stderr.includes(path), `${what}: ${stderr}`);
};

const startReadOnly = async (context: TrialContext, { setting, paths, restore }: Ground): Promise<void> => {
  for (const path of [paths.journal, paths.dir]) {
    restore();
    const under = readOnly(path);
    if (under === null) return context.sheet.note("read-only: not run, this machine does not let us mount");
    const start: Launched = launchDashd(context, { ...setting, under });
    const { code, stderr } = await start.ended();
    assertRefused(code, stderr, path, `${path} read-only`);
    assert.match(stderr, /read-only/);
    // Reading needs no writing.
    assert.equal((await start.run("history")).code, 0);
    context.sheet.count("ok");
  }
};

/** The disk fills while the new generation is watched: the commit fails, and the change takes itself back. */
const fullDiskWhileCommitted = async (context: TrialContext): Promise<void> => {
  const { sheet, random, quick } = context;
  const dir = scratchDir(context);
  const disk = smallDisk(join(dir, "home"), 600);
  if (disk === null) return sheet.note("full disk: not run, this machine does not let us mount");
  const profiles = smallLadder(join(dir, "ladder"), { watchWindowSec: 1 });
  const app = fixtureApp("program.cjs");
  const dashd = await startDashd(context, { dir, app, profiles, stage: 1, ...disk.options });
  const crowd = gatherCrowd({ port: dashd.port, keepAlive: quick ? 10 : 30, oneShot: 0, thinkMs: 100, random });
  afterwards(context, async () => void (await crowd.leave()));
  const before = await dashd.status();
  const lines = changeOver(dashd, (step) => {
    if (step === "step.watching") disk.fill(dashd.paths.dir);
  });
  const { message, exitCode } = await lines;
  assert.deepEqual([exitCode, message.code, message.facts["found"]], [3, "E_JOURNAL", "disk-full"]);
  const full = await dashd.status();
  assert.deepEqual([full.stage, full.revision, full.state], [1, before.revision, "held"], "taken back");
  await moreRequests(crowd, 100);
  disk.free(dashd.paths.dir);
  assert.equal((await changeOver(dashd, () => undefined)).exitCode, 0, "and the next one goes through");
  const ends = readJournal(dashd.paths.journal).map(({ type }) => type);
  assert.deepEqual(ends, ["committed", "begin", "reverted", "begin", "committed"], "its end is written once it can be");
  await until("the copy of the newest line", () => existsSync(copyOf(dashd.paths)));
  const requests = await crowd.leave();
  sheet.add(requests);
  assertNoneFailed(requests, 100);
};

/** Over the control socket: the command would look for the home where it is not mounted. */
const changeOver = async (dashd: Instance, reached: (step: string) => void): Promise<Outcome> => {
  const request = { kind: "stage", stage: 2, planned: null, by: "a trial", reason: null } as const;
  for await (const line of createControlClient({ paths: dashd.paths }).change(request)) {
    if (line.type === "outcome") return line;
    reached(line.code);
  }
  throw new Error("the change ended without an outcome");
};

type Outcome = Extract<Progress, { readonly type: "outcome" }>;
