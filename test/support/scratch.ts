import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { afterwards } from "./afterwards.ts";

/** A folder of this test alone, gone when the test ends. */
export const scratchDir = (t: TestContext): string => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "dashd-test-")));
  afterwards(t, () => rmSync(dir, { recursive: true, force: true }));
  return dir;
};
