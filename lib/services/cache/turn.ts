import { setTimeout as pause } from "node:timers/promises";
import type { Shared, Stored, Versions } from "./shared.ts";
import { newId } from "./shared.ts";
import type { TagMarks } from "./tag-marks.ts";
import type { Wish } from "./wish.ts";

/**
 * Who of all workers loads a value. `ours`: this one, and the others wait until it ends its turn. `stored`: somebody else
 * just has. `alone`: nobody can tell (Redis is away, the holder has failed or takes too long): each worker for itself.
 */
export type Turn =
  | { readonly kind: "ours"; readonly versions: Versions; readonly end: (how: "done" | "failed") => Promise<void> }
  | { readonly kind: "stored"; readonly stored: Stored; readonly mark: number }
  | { readonly kind: "alone" };

export interface TurnNeeds {
  readonly shared: Shared;
  readonly marks: Pick<TagMarks, "mark">;
  readonly now: () => number;
  /** Whether what another worker has loaded will do. */
  readonly isGood: (stored: Stored) => boolean;
  /** Redis did not answer. */
  readonly failed: () => void;
}

/**
 * Waits for the lock, at most as long as the load itself may take. A holder that dies keeps it for one lease, one that lives
 * extends it.
 */
export const takeTurn = async (
  { key, tags, timeoutMs }: Wish,
  { shared, marks, now, isGood, failed }: TurnNeeds,
): Promise<Turn> => {
  const token = newId();
  const beganAtMs = now();
  // What was loaded while we waited is what we would have loaded, however short it lives.
  const willDo = (stored: Stored | null): stored is Stored =>
    stored !== null && (isGood(stored) || (stored.isValid && stored.ageMs <= now() - beganAtMs));
  try {
    for (let looks = 0; ; looks++) {
      if (await shared.lock(key, token, leaseMs)) return await begin({ key, tags }, { shared, marks, token, willDo });
      for (let lock = "held"; lock !== "free"; looks++) {
        await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(looks, 4)));
        const mark = marks.mark();
        const seen = await shared.look(key, tags);
        if (willDo(seen.stored)) return { kind: "stored", stored: seen.stored, mark };
        if (seen.lock === "failed" || now() - beganAtMs > timeoutMs) return { kind: "alone" };
        ({ lock } = seen);
      }
    }
  } catch {
    failed();
    return { kind: "alone" };
  }
};

const begin = async (
  { key, tags }: Pick<Wish, "key" | "tags">,
  { shared, marks, token, willDo }: Opening,
): Promise<Turn> => {
  const extending = setInterval(() => {
    shared.extend(key, token, leaseMs).catch(ignore);
  }, leaseMs / 5).unref();
  const end = async (how: "done" | "failed"): Promise<void> => {
    clearInterval(extending);
    await shared.release(key, token, how).catch(ignore);
  };
  try {
    const mark = marks.mark();
    const { versions, stored } = await shared.open(key, tags);
    if (!willDo(stored)) return { kind: "ours", versions, end };
    // Whoever had the lock just before has loaded it.
    await end("done");
    return { kind: "stored", stored, mark };
  } catch (error) {
    void end("done");
    throw error;
  }
};

interface Opening extends Pick<TurnNeeds, "shared" | "marks"> {
  readonly token: string;
  readonly willDo: (stored: Stored | null) => stored is Stored;
}

const ignore = (): void => undefined;

/** A worker that is blocked or late for that long loses its turn (TRAPS 37 saw gaps of 3 to 5 s on a saturated host). */
const leaseMs = 5_000;
const firstPauseMs = 15;
const longestPauseMs = 100;
