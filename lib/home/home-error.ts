import { DashdError, type Facts } from "../errors.ts";
import { shortageIn, systemCodeOf } from "../system-error.ts";

/** What a file of the home refused, said as E_HOME: `found` is a word of {@link HomeFault} or the system's own code. */
export const homeError = (path: string, error: unknown, facts: Facts = {}): DashdError =>
  error instanceof DashdError
    ? error
    : (shortageIn(error) ?? new DashdError("E_HOME", { path, found: foundWhat(error), ...facts }, { cause: error }));

/**
 * The system's code as a word that the catalogue has sentences for; other codes go through as they are, "unknown" is
 * what carries none. An error of ours is
 * asked for what it was made of.
 */
export const foundWhat = (error: unknown): string => {
  const code = systemCodeOf(error instanceof DashdError ? error.cause : error) ?? "unknown";
  return faults[code] ?? code;
};

export type HomeFault =
  | "not-a-directory"
  | "read-only"
  | "permission-denied"
  | "disk-full"
  | "name-too-long"
  | "socket-path-too-long"
  | "token-too-short"
  | "token-garbled";

const faults: Readonly<Record<string, HomeFault>> = {
  ENOTDIR: "not-a-directory",
  EEXIST: "not-a-directory",
  EROFS: "read-only",
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EFBIG: "disk-full",
  ENAMETOOLONG: "name-too-long",
};
