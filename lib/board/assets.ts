import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { boardCode } from "./web/board-code.ts";
import { boardStyle } from "./web/board-style.ts";
import { chartCode } from "./web/chart-code.ts";
import { serviceCode } from "./web/service-code.ts";

/** The files of the pages, in memory; their common version is in their address, so that a browser may keep them. */
export const boardAssets = (): Assets => {
  const require = createRequire(import.meta.url);
  const files = new Map<string, Asset>([
    ["board.css", { type: "css", body: boardStyle }],
    ["board.js", { type: "js", body: `${chartCode}${boardCode}` }],
    ["service.js", { type: "js", body: serviceCode }],
    ["uplot.css", { type: "css", body: read(require.resolve("uplot/dist/uPlot.min.css")) }],
    ["uplot.js", { type: "js", body: read(require.resolve("uplot/dist/uPlot.iife.min.js")) }],
  ]);
  const hash = createHash("sha256");
  for (const [name, { body }] of files) hash.update(`${name}\0${body}\0`);
  return { version: hash.digest("hex").slice(0, 12), find: (name) => files.get(name) };
};

const read = (file: string): string => readFileSync(file, "utf8");

interface Assets {
  readonly version: string;
  find(name: string): Asset | undefined;
}

interface Asset {
  readonly type: "css" | "js";
  readonly body: string;
}
