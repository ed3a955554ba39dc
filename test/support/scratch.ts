import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterwards, type Cleanup } from "./afterwards.ts";

/** A folder of this test alone, gone when the test ends. */
export const scratchDir = (t: Cleanup): string => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "dashd-test-")));
  afterwards(t, () => rmSync(dir, { recursive: true, force: true }));
  return dir;
};
