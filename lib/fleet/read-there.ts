import { readFileSync } from "node:fs";
import { DashdError } from "../errors.ts";
import { foundWhat } from "../home/home-error.ts";
import { systemCodeOf } from "../system-error.ts";

/** What is there already where a file is to be put; null: nothing. Throws E_NOT_WRITABLE {path, found}. */
export const readThere = (path: string, encoding: "utf8" | "latin1" = "utf8"): string | null => {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    if (isNothing.has(systemCodeOf(error) ?? "")) return null;
    throw new DashdError("E_NOT_WRITABLE", { path, found: foundWhat(error) }, { cause: error });
  }
};

const isNothing: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR"]);
