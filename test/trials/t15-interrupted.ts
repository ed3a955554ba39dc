import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failedOf, countByKind, type Crowd } from "../client/crowd.ts";
import { isListening } from "../client/reachable.ts";
import type { Lang } from "../../lib/lang.ts";
import { say } from "../../lib/words/say.ts";
import { fixtureApp, repositoryDir } from "../support/apps.ts";
import { watchHostLag } from "../support/host-lag.ts";
import { launchDashd, startDashd, type Instance, type Launched, type StartOptions } from "../support/instance.ts";
import { oneOf } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { moreRequests } from "../support/swaps.ts";
import { until, within } from "../support/until.ts";
import { command } from "../support/versioned.ts";
import { startInstance, usersAtWork } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t15: Trial = {
  id: "T15",
  title:
    "SIGKILL of the master at every step and journal write of a change: the last committed revision, and what was cut short is said",
  run: async (context) => {
    const { sheet, random, quick } = context;
    // Before the users draw from it too.
    const plans = pointsOf(context).map((point) => ({ point, kind: oneOf(random, kinds) }));
    const lag = watchHostLag(context);
    const setting = settingOf(context);
    let dashd = await setting.start();
    await command(dashd, "stage", "1");
    const crowd = await usersAtWork(context, dashd.port);
    const serving: Span[] = [];
    let servesFromMs = performance.now();
    for (const [number, { point, kind }] of plans.entries()) {
      const attempt = attemptOf(kind, await dashd.status());
      const diedAtMs = await dieAt(dashd, point, attempt, setting);
      serving.push({ fromMs: servesFromMs, toMs: diedAtMs });
      await until("every process of it to end", () => dashd.pids().length === 0, { everyMs: 5 });
      const allowing = { "host lag": lag.worstMs(diedAtMs) };
      sheet.atMost(`${point}: all gone after`, performance.now() - diedAtMs, 2_000, { unit: "ms", allowing });
      assert.equal(await isListening(dashd.port), false, "the port is free");
      dashd = await setting.start(dashd);
      servesFromMs = performance.now();
      await assertResumed(dashd, point, attempt, number % 2 === 0 ? "en" : "zh");
      const odd = readdirSync(dashd.home).filter((name) => name.startsWith(".journal.last."));
      assert.deepEqual(odd, [], "nothing half-written is left");
      assert.equal(dashd.pids().length, (await dashd.status()).workers.length + 1, "and no other process");
      await moreRequests(crowd, quick ? 30 : 100);
      sheet.count("ok");
    }
    serving.push({ fromMs: servesFromMs, toMs: Infinity });
    await assertOnlyTheDeadFailed(crowd, serving, context);
    if (!quick) await assertSaidAgain(dashd, setting);
  },
};

const steps = [
  ...["step.planned", "step.forking", "step.ready", "step.readback", "step.switched", "step.watching", "step.passed"],
  ...["step.committed", "step.draining", "step.drained"],
];
const writes = ["begin", "committed"].flatMap((type) =>
  ["before", "half", "written", "forced", "copying"].map((moment) => `${type}:${moment}`),
);

/** Each with a kind of change by chance; the quick form takes a few of them. */
const pointsOf = ({ quick, random }: TrialContext): readonly string[] =>
  quick
    ? [
        oneOf(random, ["begin:written", "step.forking", "step.watching"]),
        oneOf(random, ["committed:half", "committed:written"]),
      ]
    : [...steps, ...writes];

/** What is on the disk at that point. */
const isCommitted = (point: string): boolean =>
  [
    "step.committed",
    "step.draining",
    "step.drained",
    "committed:written",
    "committed:forced",
    "committed:copying",
  ].includes(point);
const isBegun = (point: string): boolean => !["step.planned", "begin:before", "begin:half"].includes(point);

const kinds = ["stage", "reload", "rollback"] as const;

interface Attempt {
  readonly kind: (typeof kinds)[number];
  readonly words: readonly string[];
  readonly before: { readonly stage: number; readonly revision: number };
  readonly to: number;
}

const attemptOf = (kind: Attempt["kind"], { stage, revision }: Attempt["before"]): Attempt => {
  const before = { stage, revision };
  const other = stage === 1 ? 2 : 1;
  switch (kind) {
    case "stage":
      return { kind, words: ["stage", String(other)], before, to: other };
    case "reload":
      return { kind, words: ["reload"], before, to: stage };
    // Revision 1 is of stage 2, revision 2 of stage 1.
    case "rollback":
      return { kind, words: ["rollback", "--to", stage === 1 ? "1" : "2"], before, to: other };
  }
};

interface Setting {
  /** Where the next master finds the point at which it is to die. */
  readonly diesAt: string;
  start(before?: Instance): Promise<Instance>;
  /** One that is not expected to serve. */
  launch(before: Instance): Launched;
}

const settingOf = (context: TrialContext): Setting => {
  const dir = scratchDir(context);
  const diesAt = join(dir, "dies-at");
  const env = { DIES_AT: diesAt, NODE_OPTIONS: `--require ${join(repositoryDir, "test/faults/dies-at.cjs")}` };
  const again = ({ home, port }: Instance): StartOptions => ({
    ...{ dir, env, home, args: ["--port", String(port)] },
    ...{ app: fixtureApp("program.cjs"), profiles: join(dir, "ladder") },
  });
  return {
    diesAt,
    start: (before) =>
      before === undefined
        ? startInstance(context, { watchWindowSec: 1 }, { dir, env })
        : startDashd(context, again(before)),
    launch: (before) => launchDashd(context, again(before)),
  };
};

const dieAt = async (dashd: Instance, point: string, { words }: Attempt, { diesAt }: Setting): Promise<number> => {
  writeFileSync(diesAt, point);
  // On a busy host the gates may find the new generation slow, and take it back rightly: then once more.
  for (let tries = 1; ; tries++) {
    const asked = dashd.spawn(...words, "--watch-window", "1", "--reason", "trial", "--json");
    const over = await within(`the end of ${point}`, 60_000, Promise.race([dashd.ended(), asked.exited]));
    if (over.code === 3 && over.stdout.includes("E_GATE") && tries < 5) continue;
    const told = `${over.stdout}${over.stderr}`;
    const { signal } = await within(`the master to die at ${point}: ${told}`, 2_000, dashd.ended());
    assert.equal(signal, "SIGKILL", `${point}: ${told}`);
    const { code } = await within("the command to say so", 10_000, asked.exited);
    assert.notEqual(code, 0, "a command whose master died does not claim success");
    break;
  }
  return Number(readFileSync(`${diesAt}.when`, "utf8")) - performance.timeOrigin;
};

const assertResumed = async (dashd: Instance, point: string, attempt: Attempt, lang: Lang): Promise<void> => {
  const { kind, before, to } = attempt;
  const now = await dashd.status();
  const wanted = isCommitted(point) ? { stage: to, revision: before.revision + 1 } : before;
  assert.deepEqual({ stage: now.stage, revision: now.revision, state: now.state }, { ...wanted, state: "held" }, point);
  const said = now.warnings.filter(({ code }) => code !== "preflight.finding");
  const torn = said.find(({ code }) => code === "log.journal-torn");
  assert.equal(torn !== undefined, point.endsWith(":half"), `${point}: ${JSON.stringify(said)}`);
  const rows = await historyOf(dashd);
  const committed = rows.filter(({ result }) => result === "committed");
  assert.equal(committed.length, wanted.revision, "each committed revision once");
  const wrong = rows.filter((row) => row.result === "unfinished" || (row.result === "reverted" && !byGate(row)));
  assert.deepEqual(wrong, []);
  const interrupted = said.find(({ code }) => code === "log.change-interrupted");
  // The line of `planned` goes out while the journal is written.
  if (point === "step.planned" && interrupted === undefined) return;
  if (isCommitted(point) || (!isBegun(point) && point !== "step.planned")) {
    assert.deepEqual(
      said.filter((message) => message !== torn),
      [],
      "nothing was cut short",
    );
    return;
  }
  assert.ok(interrupted, `${point}: ${JSON.stringify(said)}`);
  const { facts } = interrupted;
  assert.deepEqual(
    [facts["kind"], facts["to"], facts["revision"], facts["stage"]],
    [kind, to, before.revision, before.stage],
  );
  assert.match(String(facts["by"]), /./);
  assertStep(point, typeof facts["step"] === "string" ? facts["step"] : null);
  const row = await until("its end in the history", async () => {
    const last = (await historyOf(dashd)).at(-1);
    return last?.step === facts["step"] ? last : null;
  });
  assert.deepEqual([row.result, row.kind, row.reason], ["interrupted", kind, "trial"]);
  const told = say(lang, interrupted);
  assert.ok((await dashd.run("status", "--lang", lang)).stdout.includes(told), "status says it");
  if (lang === "zh") assert.ok((await dashd.run("logs", "--lang", lang)).stdout.includes(told), "and the log");
  assert.ok(dashd.stdout().includes(say("en", interrupted)), "and the start");
  assert.match((await dashd.run("history", "--lang", lang)).stdout, lang === "en" ? /interrupted/ : /中途被打断/);
};

const byGate = ({ because }: HistoryRow): boolean => because?.code === "E_GATE";

/** The record of a step is written behind it: what it tells is true, and may be a step or two old. */
const assertStep = (point: string, step: string | null): void => {
  const reached = steps.indexOf(
    point.includes(":") ? (point.startsWith("begin") ? "step.planned" : "step.passed") : point,
  );
  if (step === null) return assert.ok(reached <= steps.indexOf("step.forking"), `${point}: no step is known`);
  const told = steps.indexOf(`step.${step}`);
  assert.ok(told >= 0 && told <= reached, `${point}: ${step} was not reached`);
  if (reached >= steps.indexOf("step.passed")) assert.ok(told >= steps.indexOf("step.watching"), `${point}: ${step}`);
};

/** A start that dies before it has written down what was interrupted leaves the telling to the next. */
const assertSaidAgain = async (first: Instance, setting: Setting): Promise<void> => {
  await dieAt(
    first,
    "step.watching",
    { kind: "reload", words: ["reload"], before: await first.status(), to: 0 },
    setting,
  );
  for (const moment of ["before", "half"]) {
    writeFileSync(setting.diesAt, `interrupted:${moment}`);
    const start = setting.launch(first);
    assert.equal((await start.ended()).signal, "SIGKILL");
    await until("every process of it to end", () => start.pids().length === 0, { everyMs: 5 });
  }
  const last = await setting.start(first);
  const codes = (await last.status()).warnings.map(({ code }) => code);
  assert.ok(codes.includes("log.change-interrupted"), codes.join());
  const result = async () => (await historyOf(last)).at(-1)?.result;
  assert.equal(await result(), "interrupted");
  await last.stop();
  assert.equal(await result(), "interrupted");
};

const assertOnlyTheDeadFailed = async (
  crowd: Crowd,
  serving: readonly Span[],
  { sheet, quick }: TrialContext,
): Promise<void> => {
  const requests = await crowd.leave();
  const inside = requests.filter(({ sentAtMs, endedAtMs }) =>
    serving.some(({ fromMs, toMs }) => sentAtMs >= fromMs && endedAtMs < toMs),
  );
  const failed = failedOf(inside);
  assert.equal(failed.length, 0, `while a master lived: ${JSON.stringify(countByKind(failed))}`);
  const found = Object.keys(countByKind(failedOf(requests)));
  assert.deepEqual(
    found.filter((kind) => !["refused", "reset", "empty", "cut", "503"].includes(kind)),
    [],
    "dead, and nothing else",
  );
  sheet.note(
    `${inside.length} requests while a master lived, 0 failed; ${requests.length - inside.length} around its deaths`,
  );
  assert.ok(inside.length >= (quick ? 100 : 2_000));
};

const historyOf = async (dashd: Instance): Promise<readonly HistoryRow[]> => {
  const { stdout } = await dashd.run("history", "--json");
  return (JSON.parse(stdout) as { readonly entries: readonly HistoryRow[] }).entries;
};

interface HistoryRow {
  readonly result: string;
  readonly kind: string | null;
  readonly reason: string | null;
  readonly step: string | null;
  readonly because: { readonly code: string } | null;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}
