import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { pictureOf } from "./picture.ts";
import { record, type Recording } from "./record.ts";

/** `npm run record`: the recording of README's first screen, made anew. It takes ports 8050 and 8051 and two minutes. */
const main = async (): Promise<void> => {
  const cleanUps: (() => void | Promise<void>)[] = [];
  const t = { after: (cleanUp: () => void | Promise<void>) => void cleanUps.push(cleanUp) };
  let recording: Recording;
  try {
    recording = await record(t, { loadSeconds: 80, watchWindowSec: null, readMs: 4_000, letterMs: 45 });
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
  // What is shown is what is promised: a run in which it was not kept is a fault to look for, and no picture.
  const { frames, loadSaid } = recording;
  if (!loadSaid.includes("100 % as expected, 0 lost") || !loadSaid.includes("The promise was kept."))
    throw new Error(`not as promised:\n${loadSaid}`);
  const { svg, seconds } = pictureOf(frames);
  writeFileSync(file, svg);
  process.stdout.write(`${file}: ${frames.length} frames, ${Math.round(svg.length / 1_024)} kB, ${seconds} s\n`);
};

const file = fileURLToPath(new URL("recording.svg", import.meta.url));

await main();
