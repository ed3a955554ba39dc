import { animatedSvg, type Frame } from "./animated-svg.ts";
import { bottomRows, columns, topRows } from "./record.ts";
import { shortened } from "./shortened.ts";

/** A recording as README shows it. */
export const pictureOf = (frames: readonly Frame[]): { readonly svg: string; readonly seconds: number } => {
  const played = shortened(frames, stillAtMostMs);
  const durationMs = (played.at(-1)?.atMs ?? 0) + lastShownMs;
  const look = { columns, rows: topRows + 1 + bottomRows, title, rules: [topRows + 1] };
  return { svg: animatedSvg(played, durationMs, look), seconds: Math.round(durationMs / 1_000) };
};

const title =
  "dashd starts at stage 1; under a load of 20 users it changes to stage 2 and goes back; the load ends with 0 lost.";
const stillAtMostMs = 300;
const lastShownMs = 6_000;
