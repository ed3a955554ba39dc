import { createInterface } from "node:readline/promises";
import { DashdError, type Message } from "../errors.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { say } from "../words/say.ts";
import type { CommandContext } from "./command.ts";
import { ageSecOf } from "./proof-age.ts";

/**
 * Before a command disturbs somebody: asks on a terminal, and wants `--yes` without one. False: the answer was no.
 * Throws E_NOT_ASKED where nobody can be asked.
 */
export const askFirst = async (
  { command, what, yes }: AskFirst,
  { io, lang, json, interrupted }: Pick<CommandContext, "io" | "lang" | "json" | "interrupted">,
): Promise<boolean> => {
  if (yes) return true;
  const sentence = say(lang, what);
  if (json || !process.stdin.isTTY) {
    throw new DashdError("E_NOT_ASKED", { command }, { hint: `dashd ${command} --yes`, details: [what] });
  }
  io.err(sentence);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${say(lang, { code: "ask.go-on", facts: {} })} `, { signal: interrupted });
    return /^\s*(y|yes|是|好|继续)\s*$/i.test(answer);
  } catch {
    return false;
  } finally {
    prompt.close();
  }
};

export interface AskFirst {
  /** As the hint names it. */
  readonly command: string;
  /** Whom it disturbs, and how. */
  readonly what: Message;
  /** `--yes` was typed. */
  readonly yes: boolean;
}

/**
 * Somebody is there who would notice. Users count for five minutes: shortly after a proof or a load they are its own, and
 * only those who are connected still count.
 */
export const hasUsers = (
  { load, proof, capacity }: Pick<Snapshot, "load" | "proof" | "capacity">,
  nowMs = Date.now(),
): boolean => {
  if (load.connections > 0) return true;
  // A master before this version tells of no loads.
  const loads = [...(capacity?.stages ?? []), capacity].flatMap((one) => [one?.held, one?.notHeld]);
  const isOwn = [proof, ...loads].some((one) => {
    return one !== null && one !== undefined && ageSecOf(one.at, nowMs) <= usersCountForSec;
  });
  return (load.users ?? 0) > 0 && !isOwn;
};

/** And a little more: the last load ended before its proof. */
const usersCountForSec = 330;
