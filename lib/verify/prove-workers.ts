import { identityOf } from "../host/process-identity.ts";
import { parentOf } from "../host/parent-of.ts";
import { serves } from "../protocol/serves.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { type AnsweringWorker, asksWho, timingHeader, workerIn } from "../protocol/timing-header.ts";
import { openRawClient, type RawClient } from "./raw-client.ts";
import { type Shown, shown, stepOf } from "./steps.ts";

export interface WhoAnswered {
  readonly workers: readonly AnsweringWorker[];
  /** Answers that did not say who gave them. */
  readonly mute: number;
  readonly asked: number;
}

/**
 * Opens connections until every worker has answered on one, and says who did. The door gives each to the worker with the
 * fewest, so twice as many as there are workers are mostly enough; users who come and go make it more.
 */
export const askWho = async (url: URL, snapshot: Snapshot, path: string, isSticky: boolean): Promise<WhoAnswered> => {
  const wanted = new Set(serving(snapshot).map(({ slot }) => slot));
  const declared = declaredWorkers(snapshot);
  const found = new Map<string, AnsweringWorker>();
  const clients: RawClient[] = [];
  let mute = 0;
  let asked = 0;
  const ask = async (nth: number): Promise<void> => {
    // With `--sticky ip` an address comes to one worker.
    const from = isSticky && isLoopback(url) ? { from: `127.0.0.${2 + (nth % 250)}` } : {};
    const client = openRawClient(url, from);
    clients.push(client);
    client.get(path, { [timingHeader]: asksWho });
    const answer = await client.answer(answerWithinMs);
    const who = workerIn(answer?.headers.get("server-timing") ?? null);
    asked += 1;
    if (who === null) mute += 1;
    else found.set(`${who.slot}.${who.pid}`, who);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      const slots = new Set([...found.values()].map(({ slot }) => slot));
      if ([...wanted].every((slot) => slots.has(slot)) && slots.size > 0) break;
      if (round > 0 && found.size === 0) break;
      const width = Math.min(mostAtOnce, declared * (isSticky ? 4 : 2));
      await Promise.all(Array.from({ length: width }, (_, n) => ask(round * width + n)));
    }
    return { workers: [...found.values()].toSorted((a, b) => a.slot - b.slot), mute, asked };
  } finally {
    for (const client of clients) client.destroy();
  }
};

/** What the system knows of a process. */
export interface LiveProcess {
  readonly isAlive: boolean;
  /** null: it cannot be told here. */
  readonly parent: number | null;
}

export const lookAtProcess = (pid: number): LiveProcess => ({
  isAlive: identityOf(pid) !== null,
  parent: parentOf(pid),
});

/** Workers that answer, each a live child of this master: as many as are declared? Pure, but for the look at a process. */
export const judgeWorkers = (
  { workers, mute, asked }: WhoAnswered,
  snapshot: Snapshot,
  look: (pid: number) => LiveProcess,
): Shown => {
  const expected = declaredWorkers(snapshot);
  const master = snapshot.master.pid;
  if (workers.length === 0) {
    // An app may set the header itself; without any answer nobody serves.
    const why = mute > 0 ? "unsure.nobody-said-who" : "unsure.nobody-answered";
    return shown(step("workers", "inconclusive", "verify.workers-unsure", { expected, asked, why }), null);
  }
  const rows = new Map(serving(snapshot).map(({ slot, pid }) => [slot, pid]));
  const strangers = workers.filter(({ slot, pid }) => {
    const { isAlive, parent } = look(pid);
    return !isAlive || (parent !== null && parent !== master) || rows.get(slot) !== pid;
  });
  const pids = new Set(workers.map(({ pid }) => pid)).size;
  const facts = { expected, found: pids, master };
  if (strangers.length > 0) {
    const of = strangers.map(({ slot, pid }) => `${slot} (${pid})`);
    return shown(step("workers", "not-held", "verify.workers-strange", { ...facts, slots: of }), null);
  }
  const answered = new Set(workers.map(({ slot }) => slot));
  const silent = Array.from({ length: expected }, (_, index) => index + 1).filter((slot) => !answered.has(slot));
  if (silent.length === 0 && pids === expected) return shown(step("workers", "held", "verify.workers", facts), pids);
  return shown(step("workers", "not-held", "verify.workers-silent", { ...facts, slots: silent.map(String) }), null);
};

const step = stepOf("limits");

const serving = ({ workers, generation }: Snapshot): Snapshot["workers"] =>
  workers.filter((worker) => worker.generation === generation && serves(worker));

const declaredWorkers = ({ limits }: Snapshot): number => {
  const declared = limits.find(({ name }) => name === "workers")?.declared;
  return typeof declared === "number" ? declared : 1;
};

const isLoopback = ({ hostname }: URL): boolean => hostname.startsWith("127.");

const rounds = 4;
const mostAtOnce = 400;
const answerWithinMs = 10_000;
