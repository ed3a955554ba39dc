import type { InstanceState } from "../protocol/snapshot.ts";
import { statusWord } from "./notifier.ts";

/** What a service manager is told of an instance, and when. Says words of sd_notify(3); says nothing itself. */
export interface ManagerReport {
  /** `withinMs`: the start takes no longer, whatever the unit says. */
  starting(seen: ManagerView, withinMs: number): readonly string[];
  /** To be asked once, when the instance serves. */
  serving(seen: ManagerView, nowMs: number): readonly string[];
  /** To be asked once a second from then on; mostly there is nothing to say. */
  next(seen: ManagerView, nowMs: number): readonly string[];
  stopping(seen: ManagerView, withinMs: number): readonly string[];
}

export interface ManagerView {
  readonly state: InstanceState;
  readonly readyWorkers: number;
  /** The status sentence. */
  readonly sentence: string;
  /** Without a ready worker for longer, the instance does not come back by itself. */
  readonly patienceMs: number;
}

/**
 * Each word costs a process (TRAPS 17), so the sentence, which changes with every request, goes along with a ping of the
 * watchdog; only what an operator should see at once is said in between.
 */
export const createManagerReport = (watchdogMs: number | null): ManagerReport => {
  const pingEveryMs = watchdogMs === null ? null : watchdogMs / pingsPerWatchdog;
  const speakEveryMs = pingEveryMs ?? sentenceEveryMs;
  let reloading = false;
  let servedAtMs = -Infinity;
  let pingedAtMs = -Infinity;
  let toldAtMs = -Infinity;
  let told = "";
  let toldMood = "";

  const sentence = (seen: ManagerView): string => `${statusWord}${seen.sentence}`;
  const tell = (seen: ManagerView, nowMs: number): readonly string[] => {
    [told, toldMood, toldAtMs] = [seen.sentence, moodOf(seen), nowMs];
    return [sentence(seen)];
  };
  const ping = (nowMs: number): readonly string[] => {
    pingedAtMs = nowMs;
    return pingEveryMs === null ? [] : ["WATCHDOG=1"];
  };
  const turn = ({ state }: ManagerView): readonly string[] => {
    const changes = state === "changing";
    if (changes === reloading) return [];
    reloading = changes;
    return [changes ? "RELOADING=1" : "READY=1"];
  };

  return {
    starting: (seen, withinMs) => [extended(withinMs), sentence(seen)],
    serving: (seen, nowMs) => {
      servedAtMs = nowMs;
      return ["READY=1", ...ping(nowMs), ...tell(seen, nowMs)];
    },
    next: (seen, nowMs) => {
      if (seen.readyWorkers > 0) servedAtMs = nowMs;
      const canServe = nowMs - servedAtMs <= seen.patienceMs;
      const pings = canServe && pingEveryMs !== null && nowMs - pingedAtMs >= pingEveryMs;
      const turned = turn(seen);
      const quietForMs = nowMs - toldAtMs;
      const isNews =
        turned.length > 0 ||
        (moodOf(seen) !== toldMood && quietForMs >= newsEveryMs) ||
        (seen.sentence !== told && (pings || quietForMs >= speakEveryMs));
      return [...turned, ...(pings ? ping(nowMs) : []), ...(isNews ? tell(seen, nowMs) : [])];
    },
    stopping: (seen, withinMs) => ["STOPPING=1", extended(withinMs), sentence(seen)],
  };
};

/** What makes the sentence another one for who looks after the instance; its figures do not. */
const moodOf = ({ state, readyWorkers }: ManagerView): string => `${state} ${readyWorkers}`;

const extended = (withinMs: number): string => `EXTEND_TIMEOUT_USEC=${Math.round(withinMs * 1_000)}`;

/** Two may be late or lost before the third counts. */
const pingsPerWatchdog = 3;
const sentenceEveryMs = 10_000;
const newsEveryMs = 2_000;
