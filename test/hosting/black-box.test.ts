import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { BlackBox } from "../../lib/protocol/black-box.ts";
import { requestOnce } from "../client/connection.ts";
import { afterwards } from "../support/afterwards.ts";
import { smallMemory } from "../faults/small-memory.ts";
import { fixtureApp } from "../support/apps.ts";
import { startDashd, type Instance } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { signalIfAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const patience = { deadlineMs: 60_000, everyMs: 100 };

interface Death {
  readonly cause: BlackBox["cause"];
  /** What is asked for until it ends; a signal goes to the worker that has it. */
  readonly path: string;
  readonly signal?: NodeJS.Signals;
  readonly end: readonly [number | null, string | null];
  readonly says: RegExp;
  readonly check?: (box: BlackBox) => void;
}

const app = fixtureApp("program.cjs");
const routes = fixtureApp("routes.cjs");

const deaths: readonly Death[] = [
  {
    cause: "hung-loop",
    path: "/block",
    end: [null, "SIGKILL"],
    says: /^It hung: one turn of its loop had used .* of CPU\. dashd killed it\./,
    check: ({ stack, inFlight }) => {
      const [frame] = stack ?? [];
      assert.deepEqual([frame?.name, frame?.file, inFlight.asOf], ["neverReturns", routes, "end"]);
      assert.ok((frame?.line ?? 0) > 1);
    },
  },
  {
    cause: "hung-loop",
    path: "/block-natively",
    end: [null, "SIGKILL"],
    says: /STACK: none, /,
    check: ({ stack, noStack }) => {
      assert.equal(stack, null);
      // A thread that gets no CPU on a busy host has told the request before.
      assert.match(noStack ?? "", /^(native|no-answer)$/);
    },
  },
  {
    cause: "hung-stopped",
    path: "/slow?ms=60000",
    signal: "SIGSTOP",
    end: [null, "SIGKILL"],
    says: /^It hung: it had been stopped \(SIGSTOP\)/,
    check: ({ stack, noStack, inFlight, memory }) => {
      assert.deepEqual([stack, noStack, inFlight.asOf], [null, "stopped", "beat"]);
      assert.ok((memory.rssBytes ?? 0) > 0);
    },
  },
  {
    cause: "heap",
    path: "/eat",
    end: [null, "SIGABRT"],
    says: /^Its heap reached V8's limit of \d+ MB: out of memory\./,
    check: ({ error, output }) => {
      assert.match(error?.message ?? "", /^FATAL ERROR: .*heap out of memory/);
      assert.ok(output.some(({ text }) => text.startsWith("FATAL ERROR")));
    },
  },
  {
    cause: "segfault",
    path: "/slow?ms=60000",
    signal: "SIGSEGV",
    end: [null, "SIGSEGV"],
    says: /^It crashed in native code \(SIGSEGV\)/,
  },
  {
    cause: "killed",
    path: "/slow?ms=60000",
    signal: "SIGKILL",
    end: [null, "SIGKILL"],
    says: /^It was killed from outside \(SIGKILL\), not by dashd/,
    check: ({ inFlight }) => assert.equal(inFlight.asOf, "beat"),
  },
  {
    cause: "exit",
    path: "/exit?code=3",
    end: [3, null],
    says: /^The program ended itself with exit code 3, at .*routes\.cjs:\d+/,
  },
  {
    cause: "exception",
    path: "/crash",
    end: [1, null],
    says: /^It threw an exception that nobody caught: crashed on request \(at .*routes\.cjs:\d+:\d+\)/,
    check: ({ error, inFlight }) => {
      assert.match(error?.stack ?? "", /crashed on request\n +at /);
      assert.equal(inFlight.asOf, "end");
    },
  },
];

test(
  "every death nobody asked for leaves a box that names its cause and its request; one asked for leaves none",
  {
    timeout: 300_000,
  },
  async (t) => {
    const dir = scratchDir(t);
    const profiles = smallLadder(join(dir, "ladder"), { workers: 4, hang: { killAfterSec: 2 } });
    const env = { NODE_OPTIONS: "--max-old-space-size=80" };
    const dashd = await startDashd(t, { dir, profiles, app, stage: 1, env });
    assert.match((await dashd.run("why")).stdout, /^No worker has hung or died/);

    const load = setInterval(() => void requestOnce(dashd.port, "/slow?ms=50"), 100);
    afterwards(t, () => clearInterval(load));
    let boxes = 0;
    for (const death of deaths) {
      const { cause, path, signal, end, says, check } = death;
      const asked = requestOnce(dashd.port, `${path}${path.includes("?") ? "&" : "?"}token=secret`, {
        timeoutMs: 120_000,
      });
      const victim = signal === undefined ? null : await whoHas(dashd);
      if (victim !== null && signal !== undefined) signalIfAlive(victim, signal);
      const id = ++boxes;
      const box = await until(`the box of ${path} ${signal ?? ""}`, () => replaced(dashd, id), patience);
      assert.deepEqual([box.cause, [box.code, box.signal], box.stage], [cause, end, 1], path);
      if (victim !== null) assert.equal(box.pid, victim);
      const requests = box.inFlight.requests.map((request) => `${request.method} ${request.path}`);
      // One that ends the process in its first second is in no beat.
      if (cause !== "heap" || box.inFlight.asOf !== "beat") {
        assert.ok(requests.includes(`GET ${path.split("?")[0]}`), `${path}: ${requests.join()} (${box.inFlight.asOf})`);
      }
      assert.doesNotMatch(JSON.stringify(box), /secret/);
      check?.(box);
      const { stdout } = await dashd.run("why", String(box.slot));
      assert.match(stdout, says);
      assert.match(stdout, /\nReplaced by pid \d+, ready /);
      await asked;
    }
    clearInterval(load);
    assert.match((await dashd.run("status")).stdout, /Hung or ended unasked: slot .*dashd why \d/);
    assert.match(dashd.stderr(), /ended with SIGSEGV: a crash in native code \(dashd why \d\)/);

    assert.equal((await dashd.run("reload")).code, 0);
    const stopped = await dashd.run("stop");
    assert.equal(stopped.code, 0);
    const folder = join(dashd.home, "blackbox");
    assert.equal(readdirSync(folder).length, deaths.length, "a reload and a stop leave none");
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const last = await dashd.run("why", "--lang", "zh");
    assert.match(last.stdout, /^应用抛出了未捕获的异常：crashed on request/, "it is told when nothing runs, too");
  },
);

test("a worker that does not end by the time to stop leaves a box", { timeout: 60_000 }, async (t) => {
  const dir = scratchDir(t);
  const profiles = smallLadder(join(dir, "ladder"), { workers: 1, stopTimeoutSec: 1 });
  const dashd = await startDashd(t, { dir, profiles, app, stage: 1 });
  void requestOnce(dashd.port, "/block", { timeoutMs: 60_000 });
  await whoHas(dashd, "late");
  await dashd.stop();
  const box = await lastBox(dashd);
  assert.deepEqual([box?.cause, box?.inFlight.requests.map(({ path }) => path)], ["stop-timeout", ["/block"]]);
});

test(
  "a worker that the kernel killed for want of memory is told from one that somebody killed",
  {
    timeout: 120_000,
  },
  async (t) => {
    const memory = smallMemory(`dashd-test-${process.pid}`, 500);
    if (memory === null) return t.skip("this machine lets us make no cgroup");
    afterwards(t, memory.remove);
    const dir = scratchDir(t);
    const dashd = await startDashd(t, { dir, profiles: smallLadder(join(dir, "ladder")), app, ...memory.options });
    const asked = requestOnce(dashd.port, "/hoard", { timeoutMs: 60_000 });
    const box = await until("its box", () => lastBox(dashd), patience);
    assert.deepEqual([box.cause, box.signal], ["kernel-oom", "SIGKILL"]);
    assert.match((await dashd.run("why")).stdout, /^The kernel killed it because memory ran out/);
    await asked;
  },
);

const lastBox = async (dashd: Instance): Promise<BlackBox | null> =>
  JSON.parse((await dashd.run("why", "--json")).stdout).box;

/** The box of that number, once somebody has taken the slot. */
const replaced = async (dashd: Instance, id: number): Promise<BlackBox | null> => {
  const box = await lastBox(dashd);
  return box !== null && box.id === id && box.followed !== null ? box : null;
};

/** The worker that has a request for longer than a beat. */
const whoHas = (dashd: Instance, state = "ready"): Promise<number> => {
  let before: number | null = null;
  return until(
    "somebody to have it",
    async () => {
      const { workers } = await dashd.status();
      const found = workers.find((worker) => worker.state === state && (state === "late" || worker.inFlight > 0));
      const pid = found?.pid ?? null;
      const seen = pid !== null && pid === before ? pid : null;
      before = pid;
      return seen;
    },
    { deadlineMs: 30_000, everyMs: 1_300 },
  );
};
