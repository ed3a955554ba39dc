import { get } from "node:http";
import { get as getSecurely } from "node:https";
import type { ControlClient } from "../../control/client.ts";
import { pause } from "../../load/pause.ts";
import { DashdError } from "../../errors.ts";
import type { Snapshot } from "../../protocol/snapshot.ts";
import { type Look, lookOf } from "./observations.ts";

/** Looks at the instance again and again: what status says, and whether it calls itself ready. */
export interface Watch {
  looks(): readonly Look[];
  /** Looks until it is so; false after `withinMs`, or when the drill is interrupted. Throws when the master has gone. */
  until(isSo: () => boolean, withinMs: number): Promise<boolean>;
}

export interface WatchOptions {
  readonly client: Pick<ControlClient, "status">;
  readonly asksReady: boolean;
  readonly interrupted: AbortSignal;
  readonly now: () => number;
}

export const createWatch = ({ client, asksReady, interrupted, now }: WatchOptions): Watch => {
  const looks: Look[] = [];
  const look = async (): Promise<void> => {
    const snapshot = await client.status().catch(busyIsNotGone);
    if (snapshot === null) return;
    const ready = asksReady ? await isReady(snapshot) : null;
    looks.push(lookOf(snapshot, now(), ready));
  };
  return {
    looks: () => looks,
    until: async (isSo, withinMs) => {
      const endsAtMs = now() + withinMs;
      for (;;) {
        await look();
        if (isSo()) return true;
        if (interrupted.aborted || now() >= endsAtMs) return false;
        await pause(everyMs, interrupted);
      }
    },
  };
};

/** A master that is late for once is looked at again. */
const busyIsNotGone = (error: unknown): null => {
  if (error instanceof DashdError && error.code === "E_TIMED_OUT") return null;
  throw error;
};

const isReady = ({ adminUrl }: Snapshot): Promise<boolean> =>
  new Promise((resolve) => {
    const url = new URL("/readyz", adminUrl);
    // The instance's own port at its own address: whose name the certificate carries is not asked.
    const options = { agent: false, timeout: readyWithinMs, rejectUnauthorized: false } as const;
    const request = (url.protocol === "https:" ? getSecurely : get)(url, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });

const everyMs = 50;
const readyWithinMs = 2_000;
