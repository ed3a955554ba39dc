import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { classifyExport } from "./app-exports.ts";

/**
 * What the main module exports, once it has run: a CommonJS one at once (and as it is when asked, for it may still
 * change), an ES module after its last top-level await. Its errors are told by the run itself, not here.
 */
export const readExports = async (mainPath: string): Promise<() => unknown> => {
  const common = createRequire(mainPath).cache[mainPath];
  if (common !== undefined && classifyExport(exportsOf(common)).kind !== "none") return () => exportsOf(common);
  const namespace: unknown = await import(pathToFileURL(mainPath).href).catch(() => new Promise(() => {}));
  return () => {
    const exported = common === undefined ? undefined : exportsOf(common);
    return classifyExport(exported).kind === "none" ? namespace : exported;
  };
};

const exportsOf = (module: NodeJS.Module): unknown => module.exports;
