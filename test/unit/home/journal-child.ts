/** A process that fills its journal until the disk is full, and then writes a small entry. */
import { DashdError } from "../../../lib/errors.ts";
import { openJournal } from "../../../lib/home/journal.ts";
import { committed, next } from "./entries.ts";

const journal = await openJournal(process.argv[2] ?? "");
try {
  for (let revision = 1; revision < 100; revision++) {
    await journal.append(committed(revision));
    console.log("ok");
  }
} catch (error) {
  console.log(error instanceof DashdError ? `${error.code} ${String(error.facts["found"])}` : String(error));
}
await journal.append(next(null));
console.log("small ok");
await journal.close();
