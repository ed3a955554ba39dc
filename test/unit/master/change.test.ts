import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import type { BootVerdict } from "../../../lib/master/boot-verdict.ts";
import { type ChangePlan, type ChangePorts, type InForce, runChange } from "../../../lib/master/change.ts";
import type { Watched } from "../../../lib/master/gates.ts";
import { readBack } from "../../../lib/master/readback.ts";
import { createWithdrawal } from "../../../lib/master/withdrawal.ts";
import { builtInProfilesDir, loadLadder, stageOf } from "../../../lib/profile/load.ts";
import { workerLimits } from "../../../lib/profile/limits.ts";
import type { Outcome, Progress } from "../../../lib/protocol/control.ts";

const ladder = await loadLadder(builtInProfilesDir());
const app = { path: "/srv/app.js", builtIn: false, args: [], version: null, fingerprint: "sha256:1" };
const plan: ChangePlan = {
  kind: "stage",
  profile: stageOf(ladder, 2),
  app,
  rollbackOf: null,
  by: "me@here",
  reason: null,
  watchWindowSec: null,
  surge: { mode: "whole" },
};

/** A whole window without fault, unless said otherwise. */
const seen = (change: Partial<Watched>): Watched => ({
  ...{
    forMs: 30_000,
    answers: 500,
    errors: 0,
    p95Ms: 20,
    p95Of: 250,
    crashes: 0,
    hangs: 0,
    late: 0,
    onTime: 4,
    sick: [],
  },
  ...{ memory: null, leansOnServices: false },
  ...change,
});

interface FakeOptions {
  readonly up?: BootVerdict;
  readonly wrongLimit?: boolean;
  readonly commit?: () => Promise<number>;
  readonly upOf?: (generation: number) => BootVerdict;
  readonly seen?: readonly Watched[];
  /** In every window but the first. */
  readonly seenLater?: readonly Watched[];
}

/** Doers that only write down what they were asked, in order. */
const fakePorts = (options: FakeOptions = {}) => {
  const calls: string[] = [];
  let windows = 0;
  let now: InForce = { revision: 4, generation: { id: 1, profile: stageOf(ladder, 1), app } };
  const ports: ChangePorts = {
    inForce: () => now,
    nextGeneration: () => 2,
    raise: ({ id }, workers) => void calls.push(`raise ${id}${workers === undefined ? "" : ` ${workers}`}`),
    whenUp: async (id) => options.upOf?.(id) ?? options.up ?? { verdict: "up" },
    readBack: ({ profile }) => {
      const workers = Array.from({ length: profile.workers }, (_, index) => workerLimits(profile, index + 1));
      const live =
        options.wrongLimit === true ? workers.map((worker) => ({ ...worker, idleTimeoutMs: 5_000 })) : workers;
      return readBack(profile, {
        workers: live,
        door: null,
        bootTimeoutMs: profile.bootTimeoutSec * 1_000,
        recycle: null,
        services: { postgres: null, redis: null },
      });
    },
    point: (generation) => {
      now = { ...now, generation };
      calls.push(`point ${generation.id}`);
    },
    scale: (id, workers) => void calls.push(`scale ${id} ${workers}`),
    share: (old, fresh, workers) => void calls.push(`share ${old.id} ${fresh.id} ${workers}`),
    retireOthers: (id) => void calls.push(`retire others than ${id}`),
    retire: (id) => void calls.push(`retire ${id}`),
    abandon: (id) => void calls.push(`abandon ${id}`),
    inFlight: () => 0,
    traffic: () => ({ errorRate: null, p95Ms: null, rssBytes: null }),
    watch: async function* () {
      windows += 1;
      yield* (windows > 1 ? options.seenLater : undefined) ?? options.seen ?? [seen({})];
    },
    watchFrom: () => undefined,
    relieve: (id, warm) => void calls.push(`relieve ${id} by ${warm ?? "nobody"}`),
    askItself: () => void calls.push("ask"),
    whenGone: async () => true,
    journal: {
      begin: async () => void calls.push("begin"),
      commit: async () => {
        calls.push("commit");
        const revision = await (options.commit ?? (() => Promise.resolve(5)))();
        now = { ...now, revision };
        return revision;
      },
      revert: async ({ code }) => void calls.push(`revert ${code}`),
    },
  };
  return { ports, calls };
};

const run = async (ports: ChangePorts, wanted = plan): Promise<{ steps: string[]; outcome: Outcome }> => {
  const steps: string[] = [];
  let outcome: Progress | undefined;
  for await (const line of runChange(wanted, ports)) {
    if (line.type === "step") steps.push(line.code);
    else outcome = line;
  }
  assert.ok(outcome?.type === "outcome");
  return { steps, outcome };
};

describe("a change", () => {
  it("points the door only after the new generation was proved, and retires the old one only after the commit", async () => {
    const { ports, calls } = fakePorts();
    const { outcome } = await run(ports);
    assert.deepEqual(calls, ["begin", "raise 2", "point 2", "commit", "retire others than 2"]);
    assert.deepEqual([outcome.exitCode, outcome.stage, outcome.revision, outcome.generation], [0, 2, 5, 2]);
  });

  it("leaves the old generation untouched when the new one does not come up", async () => {
    const failure = { reason: "threw", message: "boom", place: "/srv/app.js:3:1", stack: null } as const;
    const { ports, calls } = fakePorts({ up: { verdict: "failed", failure } });
    const { outcome } = await run(ports);
    assert.deepEqual(calls, ["begin", "raise 2", "abandon 2", "revert E_CHANGE_FAILED"]);
    assert.equal(outcome.exitCode, 3);
    assert.deepEqual([outcome.stage, outcome.revision, outcome.generation], [1, 4, 1]);
    assert.equal(outcome.message.facts["because"], "boom");
    assert.equal(outcome.message.facts["place"], "/srv/app.js:3:1");
  });

  it("does not take a generation that is only partly up", async () => {
    const failure = { reason: "ended", message: "exit code 1", place: null, stack: null } as const;
    const { ports, calls } = fakePorts({ up: { verdict: "partly", failure } });
    assert.equal((await run(ports)).outcome.exitCode, 3);
    assert.ok(!calls.some((call) => call.startsWith("point")));
  });

  it("fails when a limit that runs is not the one declared, and names it", async () => {
    const { ports } = fakePorts({ wrongLimit: true });
    const { outcome } = await run(ports);
    assert.equal(outcome.exitCode, 3);
    assert.match(String(outcome.message.facts["because"]), /idleTimeoutSec 5 ≠ 180/);
  });

  it("points back to the old generation when the journal cannot take the commit, and lets the new one drain", async () => {
    const { ports, calls } = fakePorts({ commit: () => Promise.reject(new Error("disk full")) });
    const { steps, outcome } = await run(ports);
    assert.deepEqual(calls.slice(-3), ["point 1", "retire 2", "revert E_CHANGE_FAILED"]);
    assert.ok(!calls.includes("abandon 2"), "clients have reached it");
    assert.deepEqual(steps.slice(-3), ["step.reverted", "step.draining", "step.drained"]);
    assert.equal(outcome.exitCode, 3);
    assert.equal(outcome.stage, 1);
  });

  it("exits 3 whatever the journal says about itself", async () => {
    const full = new DashdError("E_JOURNAL", { path: "journal.jsonl", line: null, found: "disk-full" });
    const { ports } = fakePorts({ commit: () => Promise.reject(full) });
    const { outcome } = await run(ports);
    assert.deepEqual([outcome.exitCode, outcome.message.code], [3, "E_JOURNAL"]);
  });

  it("is committed with what the window saw", async () => {
    const { ports } = fakePorts({ seen: [seen({ forMs: 1_000 }), seen({})] });
    const { steps, outcome } = await run(ports);
    assert.equal(outcome.exitCode, 0);
    assert.deepEqual(
      steps.filter((code) => /watching|passed|committed/.test(code)),
      ["step.watching", "step.passed", "step.committed"],
    );
  });

  it("that fails a gate is taken back: the door points to the old generation, the new one drains", async () => {
    const { ports, calls } = fakePorts({ seen: [seen({ forMs: 2_000, crashes: 4 })] });
    const { outcome } = await run(ports);
    assert.deepEqual(calls, ["begin", "raise 2", "point 2", "point 1", "retire 2", "revert E_GATE"]);
    assert.deepEqual([outcome.exitCode, outcome.message.code, outcome.generation], [3, "E_GATE", 1]);
  });

  it("that cannot be judged is watched once more, then taken back as inconclusive", async () => {
    const sick = { sick: ["postgres"] } as const;
    const { ports, calls } = fakePorts({ seen: [seen(sick), seen({ ...sick, forMs: 60_000 })] });
    const { steps, outcome } = await run(ports);
    assert.ok(steps.includes("step.watching-longer"));
    assert.deepEqual([outcome.exitCode, outcome.message.code], [4, "E_GATE_UNKNOWN"]);
    assert.ok(!calls.includes("commit") && calls.includes("point 1"));
  });

  it("asks the new generation itself where nobody comes", async () => {
    const { ports, calls } = fakePorts({
      seen: [seen({ forMs: 1_000, answers: 0 }), seen({ forMs: 2_000, answers: 16 }), seen({ forMs: 30_000 })],
    });
    assert.equal((await run(ports)).outcome.exitCode, 0);
    assert.equal(calls.filter((call) => call === "ask").length, 1);
  });

  it("whose workers are all silent is relieved by the warm generation, until one of them speaks", async () => {
    const { ports, calls } = fakePorts({
      seen: [seen({ forMs: 3_000, onTime: 0 }), seen({ forMs: 4_000, onTime: 0 }), seen({ forMs: 5_000 }), seen({})],
    });
    const { steps, outcome } = await run(ports);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("relieve")),
      ["relieve 2 by 1", "relieve 2 by nobody"],
    );
    assert.deepEqual([steps.filter((code) => code === "step.relieved").length, outcome.exitCode], [1, 0]);
  });

  it("that the stop of the instance interrupts is not committed", async () => {
    const { ports, calls } = fakePorts({ seen: [seen({ forMs: 1_000 })] });
    assert.equal((await run(ports)).outcome.exitCode, 3);
    assert.ok(!calls.includes("commit"));
  });
});

describe("a change that rolls", () => {
  const steps = [
    { fresh: 0, old: 6 },
    { fresh: 8, old: 6 },
    { fresh: 8, old: 0 },
    { fresh: 16, old: 0 },
  ];
  const rolling: ChangePlan = { ...plan, surge: { mode: "rolling", because: ["memoryMb"], steps } };
  const back = ["point 1", "scale 2 0", "retire 2", "scale 1 8", "revert E_GATE"];

  it("takes one step after the other, is watched after its first workers and at the end, and is committed", async () => {
    const { ports, calls } = fakePorts();
    const { outcome, steps: told } = await run(ports, rolling);
    assert.deepEqual(calls, [
      ...["begin", "raise 2 0", "scale 1 6", "share 1 2 6", "scale 2 8", "share 1 2 14", "scale 1 0", "share 1 2 8"],
      ...["scale 2 16", "share 1 2 16", "point 2", "commit", "retire others than 2"],
    ]);
    assert.equal(told.filter((code) => code === "step.watching").length, 2);
    assert.equal(outcome.exitCode, 0);
  });

  it("that fails with its first workers leaves the others of the old generation where they were", async () => {
    const { ports, calls } = fakePorts({ seen: [seen({ crashes: 4 })] });
    const { outcome } = await run(ports, rolling);
    assert.deepEqual(calls.slice(-back.length), back);
    assert.ok(!calls.includes("scale 1 0"));
    assert.deepEqual([outcome.exitCode, outcome.generation], [3, 1]);
  });

  it("that fails at its end brings the old generation up again in the room that the new one leaves", async () => {
    const { ports, calls } = fakePorts({ seenLater: [seen({ crashes: 4 })] });
    const { outcome } = await run(ports, rolling);
    assert.deepEqual(calls.slice(calls.indexOf("point 2") + 1), ["scale 2 8", "share 1 2 14", "scale 1 6", ...back]);
    assert.equal(outcome.exitCode, 3);
  });

  it("whose old generation does not come up again says so, exits 4, and what is ready serves on", async () => {
    const failure = { reason: "threw", message: "gone", place: null, stack: null } as const;
    const { ports, calls } = fakePorts({
      seenLater: [seen({ crashes: 4 })],
      upOf: (id) => (id === 1 ? { verdict: "failed", failure } : { verdict: "up" }),
    });
    const { outcome } = await run(ports, rolling);
    assert.deepEqual(calls.slice(-4), ["point 2", "scale 2 16", "retire 1", "revert E_GATE"]);
    assert.deepEqual([outcome.exitCode, outcome.message.code, outcome.generation], [4, "E_REVERT_FAILED", 2]);
    assert.equal(outcome.message.facts["missing"], "gone");
  });
});

describe("a change that is withdrawn by a rollback", () => {
  const rollback = { kind: "rollback", to: null, by: "anna@web1 (pts/3)", reason: "wrong prices" } as const;
  const begin = (wanted: ChangePlan, options: FakeOptions, hanging: Partial<ChangePorts> = {}) => {
    const { ports, calls } = fakePorts(options);
    const withdrawal = createWithdrawal(wanted, ports.inForce(), { ...ports, ...hanging });
    const lines: Progress[] = [];
    const ended = (async () => {
      for await (const line of runChange(wanted, withdrawal.ports)) {
        withdrawal.heard(line);
        lines.push(line);
      }
    })();
    const ask = async (): Promise<Outcome> => {
      const feed = withdrawal.ask(rollback);
      assert.ok(feed !== null);
      for await (const line of feed.lines) if (line.type === "outcome") return line;
      throw new Error("no outcome");
    };
    return { calls, withdrawal, ended, ask, last: () => lines.at(-1), inForce: ports.inForce };
  };
  const never = <T>(): Promise<T> => new Promise(() => undefined);

  it("waits no longer for workers that boot, and says who took it back and why", async () => {
    const { calls, ended, ask, last } = begin(plan, {}, { whenUp: never });
    assert.deepEqual((await ask()).exitCode, 0);
    await ended;
    assert.deepEqual(calls, ["begin", "raise 2", "abandon 2", "revert E_WITHDRAWN"]);
    const outcome = last();
    assert.ok(outcome?.type === "outcome");
    assert.equal(outcome.exitCode, 3);
    assert.equal(outcome.message.facts["by"], rollback.by);
    assert.equal(outcome.message.facts["reason"], rollback.reason);
  });

  it("that rolls is walked back: the old ones that must come up again are waited for", async () => {
    const steps = [
      { fresh: 0, old: 0 },
      { fresh: 16, old: 0 },
    ];
    const rolling: ChangePlan = { ...plan, surge: { mode: "rolling", because: ["memoryMb"], steps } };
    let waits = 0;
    const whenUp = async (id: number): Promise<BootVerdict> => {
      waits += 1;
      if (id === 2) return never();
      await new Promise(setImmediate);
      return { verdict: "up" };
    };
    const { calls, ended, ask, inForce } = begin(rolling, {}, { whenUp });
    const outcome = await ask();
    await ended;
    assert.deepEqual([outcome.exitCode, outcome.stage, outcome.revision], [0, 1, 4]);
    assert.equal(inForce().generation.id, 1);
    assert.ok(waits > 1, "the old ones too");
    assert.ok(calls.indexOf("scale 1 8") > calls.indexOf("scale 2 16"), calls.join());
  });

  it("cannot be withdrawn once it is being committed, nor be a rollback, nor go somewhere else", async () => {
    let commits: (revision: number) => void = () => undefined;
    const commit = (): Promise<number> => new Promise((resolve) => (commits = resolve));
    const { ended, withdrawal, calls } = begin({ ...plan, watchWindowSec: 0 }, { commit });
    assert.equal(withdrawal.ask({ ...rollback, to: 3 }), null);
    assert.equal(withdrawal.ask({ kind: "reload", by: "me", reason: null }), null);
    while (!calls.includes("commit")) await new Promise(setImmediate);
    assert.equal(withdrawal.ask(rollback), null);
    assert.equal(withdrawal.isCommitted(), true);
    commits(5);
    await ended;
    const back = begin({ ...plan, kind: "rollback" }, {}, { whenUp: never });
    assert.equal(back.withdrawal.ask(rollback), null);
  });
});
