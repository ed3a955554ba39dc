/** A process that takes the lock of the home it is given when told to, says what came of it, and keeps it until its end. */
import { once } from "node:events";
import { DashdError } from "../../../lib/errors.ts";
import { holdByClaims } from "../../../lib/home/hold-by-claims.ts";
import { takeLock } from "../../../lib/home/lock.ts";
import { homePaths } from "../../../lib/home/paths.ts";

const [dir = "", how] = process.argv.slice(2);
const say = (word: object): void => console.log(JSON.stringify({ pid: process.pid, ...word }));

say({ ready: true });
await once(process.stdin, "data");
try {
  await takeLock(homePaths(dir), how === "claims" ? { hold: holdByClaims } : {});
  say({ held: true });
} catch (error) {
  say({ held: false, error: error instanceof DashdError ? { code: error.code, facts: error.facts } : String(error) });
}
await once(process.stdin, "end");
