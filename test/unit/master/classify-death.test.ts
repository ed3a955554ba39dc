import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyDeath, type DeathFacts } from "../../../lib/master/classify-death.ts";
import type { DeathCause } from "../../../lib/protocol/black-box.ts";

const nobodyKnows: DeathFacts = {
  code: null,
  signal: null,
  asked: false,
  killedBecause: null,
  hang: null,
  drill: null,
  failedToBoot: false,
  lastWords: null,
  fatalError: null,
  oomKills: null,
};
const ended = (code: number): Partial<DeathFacts> => ({ code });
const killed = { signal: "SIGKILL" };
const ours = (because: string, asked = false): Partial<DeathFacts> => ({ ...killed, killedBecause: because, asked });
/** As Node 20 to 24 write them. */
const outOfHeap = [
  "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
  "FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap out of memory",
  "FATAL ERROR: invalid table size Allocation failed - JavaScript heap out of memory",
  "FATAL ERROR: NewSpace::EnsureCurrentCapacity Allocation failed - JavaScript heap out of memory",
];

const table: readonly (readonly [string, Partial<DeathFacts>, DeathCause | null])[] = [
  ["a fork that failed", { notForked: "EMFILE" }, "not-forked"],
  ["a hang that we ended", { ...ours("because.hung"), hang: "because.hung-loop" }, "hung-loop"],
  ["a stopped one that we ended", { ...ours("because.hung"), hang: "because.hung-stopped" }, "hung-stopped"],
  ["a hang in a stop", { ...ours("because.hung", true), hang: "because.hung-loop" }, "hung-loop"],
  ["a hang that came back and drained", { ...ended(0), asked: true, hang: "because.hung-loop" }, "hung-loop"],
  [
    "a hang that its own watchdog ended",
    { ...killed, fatalError: "dashd: one turn of the loop used 9 ms" },
    "hung-loop",
  ],
  [
    "a hang that ate the heap",
    { signal: "SIGABRT", hang: "because.hung-loop", fatalError: outOfHeap[0] ?? "" },
    "heap",
  ],
  ["a hang that crashed", { signal: "SIGSEGV", hang: "because.hung-loop" }, "segfault"],
  ...outOfHeap.map((fatalError) => [fatalError, { signal: "SIGABRT", fatalError }, "heap"] as const),
  ["out of heap under a shell", { code: 134, fatalError: outOfHeap[0] ?? "" }, "heap"],
  ["out of heap while it drains", { signal: "SIGABRT", asked: true, fatalError: outOfHeap[0] ?? "" }, "heap"],
  ["a failed check", { signal: "SIGABRT", fatalError: "FATAL ERROR: v8::HandleScope" }, "abort"],
  ...["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"].map((signal) => [signal, { signal }, "segfault"] as const),
  ["a crash while it drains", { signal: "SIGSEGV", asked: true }, "segfault"],
  ["an exception", { ...ended(1), lastWords: "exception" }, "exception"],
  ["an exception while it drains", { ...ended(1), lastWords: "exception", asked: true }, "exception"],
  ["process.exit", { ...ended(3), lastWords: "exit" }, "exit"],
  ["an end without a word", ended(0), "exit"],
  ["SIGKILL by somebody else", { ...killed, oomKills: 0 }, "killed"],
  ["SIGKILL where nobody counts", killed, "killed"],
  ["SIGKILL by somebody else while it drains", { ...killed, asked: true, oomKills: 0 }, "killed"],
  ["SIGKILL by a drill", { ...killed, drill: "kill" }, "drill-killed"],
  [
    "a hang by a drill that we ended",
    { ...ours("because.hung"), hang: "because.hung-loop", drill: "hang" },
    "drill-hung",
  ],
  [
    "a hang by a drill that came back",
    { ...ended(0), asked: true, hang: "because.hung-loop", drill: "hang" },
    "drill-hung",
  ],
  ["a hang by a drill that was called off", { ...killed, hang: "because.hung-loop", drill: "kill" }, "drill-killed"],
  ["a crash before the drill's kill", { signal: "SIGSEGV", drill: "kill" }, "segfault"],
  ["an exit of its own in a drill", { ...ended(3), drill: "hang" }, "exit"],
  ["SIGKILL by somebody else in a drill's hang", { ...killed, oomKills: 0, drill: "hang" }, "killed"],
  ["SIGKILL by the kernel", { ...killed, oomKills: 1 }, "kernel-oom"],
  ["SIGHUP by somebody else", { signal: "SIGHUP" }, "signal"],
  ["an app that does not start", { ...ended(1), failedToBoot: true }, "boot-failed"],
  ["a boot that takes too long", ours("because.boot-timeout"), "boot-timeout"],
  ["a stop that takes too long", ours("because.stop-timeout", true), "stop-timeout"],
  ["the end of a drain", { ...ended(0), asked: true }, null],
  ["a program's own way to obey", { ...ended(1), asked: true, lastWords: "exit" }, null],
  ["one too many", ours("because.surplus", true), null],
  ["a boot that a change takes back", ours("because.change", true), null],
  ["a failed boot that was no longer wanted", { ...ended(1), failedToBoot: true, asked: true }, null],
];

for (const [what, facts, cause] of table) {
  test(`${what} is ${cause ?? "no death to explain"}`, () => {
    assert.equal(classifyDeath({ ...nobodyKnows, ...facts }), cause);
  });
}
