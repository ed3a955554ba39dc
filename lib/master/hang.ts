/** One look from outside at a worker that says nothing. */
export interface Look {
  /** Monotonic. */
  readonly atMs: number;
  readonly stopped: boolean;
  /** CPU that its main thread has ever used. */
  readonly cpuMs: number;
}

/** What was seen of a worker since its last word; forgotten with its next. */
export interface Silence {
  /** Monotonic time of the last word. */
  readonly sinceMs: number;
  readonly first: Look;
  readonly last: Look;
  /** Since when every look found it stopped; null where the last did not. */
  readonly stoppedSinceMs: number | null;
}

/** `because` is a code of the catalogue. */
export interface Hang {
  readonly because: "because.hung-loop" | "because.hung-stopped";
  /** CPU that its turn has used, or for how long it has been stopped. */
  readonly usedMs: number;
}

export const beginSilence = (sinceMs: number, look: Look): Silence => ({
  sinceMs,
  first: look,
  last: look,
  stoppedSinceMs: look.stopped ? sinceMs : null,
});

export const goOn = (silence: Silence, look: Look): Silence => ({
  ...silence,
  last: look,
  stoppedSinceMs: look.stopped ? (silence.stoppedSinceMs ?? look.atMs) : null,
});

/**
 * Whether a silent worker hangs: one turn of its loop has used `limitMs` of the main thread's own CPU, or it has been
 * stopped for as long. A turn that ends lets the worker send its beat, so the silence is the turn. A worker that gets no
 * CPU on a busy host uses none (TRAPS 37). Pure.
 *
 * Nobody looks in the first second of a silence: a loop that used all it could get since then did so before, too. That
 * is believed up to as much as was seen, so a hang is judged at most a second of CPU early.
 */
export const judgeSilence = ({ sinceMs, first, last, stoppedSinceMs }: Silence, limitMs: number): Hang | null => {
  const seenForMs = last.atMs - first.atMs;
  if (seenForMs <= 0) return null;
  if (stoppedSinceMs !== null) {
    const stoppedMs = last.atMs - stoppedSinceMs;
    return stoppedMs >= limitMs ? { because: "because.hung-stopped", usedMs: stoppedMs } : null;
  }
  const seenMs = last.cpuMs - first.cpuMs;
  const beforeMs = ((first.atMs - sinceMs) * seenMs) / seenForMs;
  const usedMs = seenMs + Math.min(beforeMs, seenMs);
  return usedMs >= limitMs ? { because: "because.hung-loop", usedMs } : null;
};
