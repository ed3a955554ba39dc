import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { animatedSvg, type Frame } from "./animated-svg.ts";
import { bottomRows, columns, record, topRows } from "./record.ts";
import { shortened } from "./shortened.ts";

/** `npm run record`: the recording of README's first screen, made anew. It takes ports 8050 and 8051 and two minutes. */
const main = async (): Promise<void> => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  const t = { after: (cleanUp: () => void | Promise<void>) => void cleanUps.push(cleanUp) };
  let frames: readonly Frame[];
  try {
    frames = await record(t, { loadSeconds: 80, watchWindowSec: null });
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
  const played = shortened(frames, stillAtMostMs);
  const durationMs = (played.at(-1)?.atMs ?? 0) + lastShownMs;
  const title =
    "dashd starts at stage 1; under a load of 30 users it changes to stage 2 and goes back; the load ends with 0 lost.";
  const look = { columns, rows: topRows + bottomRows + 1, title, rules: [topRows + 1] };
  writeFileSync(file, animatedSvg(played, durationMs, look));
  process.stdout.write(`${file}: ${played.length} frames, ${Math.round(durationMs / 1_000)} s\n`);
};

const file = fileURLToPath(new URL("recording.svg", import.meta.url));
const stillAtMostMs = 300;
const lastShownMs = 6_000;

await main();
