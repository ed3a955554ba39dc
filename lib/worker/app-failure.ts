import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import type { AppFailure } from "../protocol/worker-messages.ts";
import { syntaxErrorPlace } from "./syntax-place.ts";

/** What the app threw, as the master can tell it: its message and the place in the app's own files. */
export const failureOf = (error: unknown, appPath: string): AppFailure => {
  const stack = stackOf(error);
  return { reason: "threw", message: messageOf(error), place: placeOf(error, stack, appPath), stack };
};

/** `process.exit()` before anything was served; the place is who called it. */
export const exitFailure = (code: number, appPath: string): AppFailure => ({
  ...failureOf(new Error(`process.exit(${code})`), appPath),
  stack: null,
});

export const nothingToServe = (appPath: string, hasLoaded: boolean): AppFailure => ({
  reason: "nothing-to-serve",
  message: hasLoaded ? "no listen(), no default export, no module.exports" : "top-level await never settles",
  place: appPath,
  stack: null,
});

/** The program forks with node:cluster; the place is who called it. */
export const clusterFailure = (error: Error, appPath: string): AppFailure => ({
  ...failureOf(error, appPath),
  reason: "own-cluster",
});

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return inspect(error);
  return error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
};

const stackOf = (error: unknown): string | null => {
  const stack = error instanceof Error ? error.stack : undefined;
  return typeof stack === "string" ? stack : null;
};

/** The first frame outside node_modules and Node; else the first in the app's folder at all; else who required it. */
const placeOf = (error: unknown, stack: string | null, appPath: string): string | null => {
  const places = placesIn(stack ?? "").concat(placesIn(inspect(error)));
  const own = places.find((place) => !place.includes(`${sep}node_modules${sep}`) && !place.startsWith(ownFiles));
  if (own !== undefined) return own;
  if (error instanceof SyntaxError) return syntaxErrorPlace(appPath) ?? appPath;
  return places.find((place) => place.startsWith(dirname(appPath))) ?? requirerOf(error);
};

/** "file:line:column" of frames and of the line that a syntax error begins with. */
const placesIn = (text: string): readonly string[] =>
  [...text.matchAll(framePattern)].flatMap(([, place = ""]) => {
    const path = place.startsWith("file://") ? toPath(place) : place;
    return path === null ? [] : [path];
  });

const framePattern = /(?:^|\(|at |async )((?:file:\/\/)?\/[^\n()]*?:\d+(?::\d+)?)(?=\)|$)/gm;

const toPath = (place: string): string | null => {
  const [, url = "", position = ""] = /^(.*?)((?::\d+)+)$/.exec(place) ?? [];
  try {
    return `${fileURLToPath(url)}${position}`;
  } catch {
    return null;
  }
};

const requirerOf = (error: unknown): string | null => {
  const required = error instanceof Error && "requireStack" in error ? error.requireStack : undefined;
  if (Array.isArray(required) && typeof required[0] === "string") return required[0];
  const importer = / imported from (\/.+)$/m.exec(error instanceof Error ? error.message : "")?.[1];
  return importer ?? null;
};

/** dashd's own compiled files. */
const ownFiles = dirname(dirname(fileURLToPath(import.meta.url))) + sep;
