import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of dashd itself, however deep in `lib/` (tests) or `dist/` (the package) this code runs. */
export const packageRoot = (): string => {
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, "profiles", "stage-1.json"))) return at;
  }
  throw new Error(`the files of dashd are not complete: no profiles beside ${import.meta.dirname}`);
};

export const packageVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : null;
  return typeof version === "string" ? version : "unknown";
};
