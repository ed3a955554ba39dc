import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, linkSync, readFileSync, rmSync, statSync } from "node:fs";
import { DashdError } from "../errors.ts";
import { nameBeside, replaceFile } from "./atomic-file.ts";
import { homeError } from "./home-error.ts";
import type { HomePaths } from "./paths.ts";
import { systemCodeOf } from "../system-error.ts";

/** The admin token of this home: made once, read ever after, closed to others. Throws E_HOME. */
export const ensureToken = ({ token }: Pick<HomePaths, "token">): string => ensureAt(token);

/** The same for the token that only looks. */
export const ensureReadToken = ({ readToken }: Pick<HomePaths, "readToken">): string => ensureAt(readToken);

const ensureAt = (path: string): string => {
  try {
    const found = readToken(path);
    if (found !== null) return closed(path, found);
    makeOnce(path);
    return closed(path, readToken(path) ?? "");
  } catch (error) {
    throw homeError(path, error);
  }
};

/** The time it takes tells nothing about how much of the token was right. */
export const sameToken = (given: string, expected: string): boolean =>
  expected !== "" && timingSafeEqual(digestOf(given), digestOf(expected));

/** null where there is none yet, or only an empty file. */
const readToken = (path: string): string | null => {
  try {
    const token = readFileSync(path, "utf8").trim();
    return token === "" ? null : token;
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return null;
    throw error;
  }
};

/** Of two that make it at once, both read the same one afterwards. */
const makeOnce = (path: string): void => {
  const beside = nameBeside(path);
  replaceFile(beside, `${randomBytes(tokenBytes).toString("base64url")}\n`);
  try {
    linkSync(beside, path);
  } catch (error) {
    if (systemCodeOf(error) !== "EEXIST") throw error;
    if (statSync(path).size === 0) replaceFile(path, readFileSync(beside, "utf8"));
  } finally {
    rmSync(beside, { force: true });
  }
};

const closed = (path: string, token: string): string => {
  if (token.length < shortest) throw new DashdError("E_HOME", { path, found: "token-too-short", expected: shortest });
  if (!/^[\x20-\x7e]+$/.test(token)) throw new DashdError("E_HOME", { path, found: "token-garbled" });
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return token;
};

const digestOf = (token: string): Buffer => createHash("sha256").update(token).digest();

const tokenBytes = 32;
/** Letters of a token that an operator wrote into the file. */
const shortest = 16;
