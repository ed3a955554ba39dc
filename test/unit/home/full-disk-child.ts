/** A process whose log lies on a very small disk: fills it, makes room, and says what came of it. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogFile } from "../../../lib/home/log-file.ts";
import { until } from "../../support/until.ts";

const [dir = ""] = process.argv.slice(2);
const filler = join(dir, "filler");
const recovered: number[] = [];
const failing: string[] = [];
writeFileSync(filler, Buffer.alloc(128 * 1024));
const file = createLogFile({
  dir: join(dir, "logs"),
  maxBytes: 1e9,
  keep: 2,
  nowMs: () => performance.now(),
  retryMs: 1,
  onFailing: (found) => failing.push(found),
  onRecovered: (lines) => recovered.push(lines),
  onBehind: () => {},
});
const line = (number: number): string => JSON.stringify({ number, text: "x".repeat(1000) });
await until("the disk to be full", () => {
  for (let number = 0; number < 20; number++) file.stream.write(line(number));
  return failing.length > 0;
});
rmSync(filler);
await until("the log to recover", () => {
  file.stream.write(line(-2));
  return recovered.length === 1;
});
file.stream.write(line(999));
await file.close(30_000);
console.log(`failing ${failing.join()}`);
console.log((recovered[0] ?? 0) > 0 ? "lost some" : "lost none");
const texts = readFileSync(join(dir, "logs", "dashd.log"), "utf8")
  .trim()
  .split("\n");
const broken = texts.filter((text) => !/^\{.*\}$/.test(text));
console.log(broken.length === 0 ? "every line whole" : `broken: ${broken.length}`);
console.log(texts.at(-1) === line(999) ? "last line there" : `last: ${texts.at(-1)?.slice(0, 40)}`);
