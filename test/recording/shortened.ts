import type { Frame } from "./animated-svg.ts";

/** The same frames, none shown for longer than this. What the programs say of their seconds is as it was. */
export const shortened = (frames: readonly Frame[], atMostMs: number): readonly Frame[] => {
  let playedMs = 0;
  let lastMs = frames[0]?.atMs ?? 0;
  return frames.map(({ atMs, lines }) => {
    playedMs += Math.min(atMs - lastMs, atMostMs);
    lastMs = atMs;
    return { atMs: playedMs, lines };
  });
};
