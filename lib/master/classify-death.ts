import type { DeathCause, LastWords } from "../protocol/black-box.ts";
import type { WorkerEnd } from "./worker-record.ts";

/** What is known of a worker's end. */
export interface DeathFacts extends WorkerEnd {
  /** We had asked it to go. */
  readonly asked: boolean;
  /** Why we killed it, a code of the catalogue; null: it was not us. */
  readonly killedBecause: string | null;
  /** Why it had been judged to hang; null: it had not. */
  readonly hang: "because.hung-loop" | "because.hung-stopped" | null;
  /** The fault on purpose that had struck it. */
  readonly drill: "kill" | "hang" | null;
  /** It said that the app could not be started. */
  readonly failedToBoot: boolean;
  /** What it said as it ended, where JavaScript still ran. */
  readonly lastWords: LastWords["kind"] | null;
  /** What V8 or its own watchdog wrote when it gave up. */
  readonly fatalError: string | null;
  /** Processes that the kernel has just ended for want of memory; null: it does not tell. */
  readonly oomKills: number | null;
}

/** What ended a worker; null for an end that was asked for. Pure. */
export const classifyDeath = (facts: DeathFacts): DeathCause | null => {
  const cause = causeOf(facts);
  return cause === null ? null : (byDrill.get(`${facts.drill} ${cause}`) ?? cause);
};

/** What a drill does looks like a fault of its kind; anything else that ends the same worker meanwhile is itself. */
const byDrill: ReadonlyMap<string, DeathCause> = new Map([
  ["kill killed", "drill-killed"],
  ["kill hung-loop", "drill-killed"],
  ["hang hung-loop", "drill-hung"],
]);

const causeOf = (facts: DeathFacts): DeathCause | null => {
  const { signal, hang, fatalError, killedBecause } = facts;
  if (facts.notForked !== undefined) return "not-forked";
  if (fatalError !== null && isOutOfHeap(fatalError)) return "heap";
  if (signal !== null && bySignal.has(signal)) return bySignal.get(signal) ?? null;
  if (hang !== null) return hang === "because.hung-stopped" ? "hung-stopped" : "hung-loop";
  if (killedBecause !== null) return ourKills.get(killedBecause) ?? null;
  if (facts.failedToBoot) return facts.asked ? null : "boot-failed";
  if (facts.lastWords === "exception") return "exception";
  if (signal === "SIGKILL") return killer(facts);
  if (facts.asked) return null;
  return signal === null ? "exit" : "signal";
};

/** SIGKILL that was none of ours. */
const killer = ({ fatalError, oomKills }: DeathFacts): DeathCause => {
  if (fatalError !== null && fatalError.startsWith(watchdogWords)) return "hung-loop";
  return (oomKills ?? 0) > 0 ? "kernel-oom" : "killed";
};

/** V8 names several ways to get there; all of them speak of the heap or of an allocation. */
const isOutOfHeap = (text: string): boolean => /heap out of memory|Allocation failed|heap limit/i.test(text);

/** The machine's own: they say enough, whatever else was going on. V8's own checks end in a trap or an illegal instruction. */
const bySignal: ReadonlyMap<string, DeathCause> = new Map([
  ["SIGSEGV", "segfault"],
  ["SIGBUS", "segfault"],
  ["SIGILL", "segfault"],
  ["SIGFPE", "segfault"],
  ["SIGTRAP", "segfault"],
  ["SIGABRT", "abort"],
]);

/** Those that tell of a fault; the others end what is no longer wanted. */
const ourKills: ReadonlyMap<string, DeathCause> = new Map([
  ["because.boot-timeout", "boot-timeout"],
  ["because.stop-timeout", "stop-timeout"],
]);

/** How the last line of `worker/watchdog-thread.ts` begins. */
const watchdogWords = "dashd: one turn of the loop used";
