import { DashdError } from "./errors.ts";

/** `ENOSPC` and the like; null for what carries no code. */
export const systemCodeOf = (error: unknown): string | null =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;

/**
 * Whether the system had no descriptor, process or memory left to do it with. What fails so tells nothing of the file that
 * was asked for: it is neither gone nor changed.
 */
export const isShortage = (error: unknown): boolean => shortages.has(systemCodeOf(error) ?? "");

/** E_SHORTAGE {found} where it was one; null where it was not. */
export const shortageIn = (error: unknown): DashdError | null =>
  isShortage(error) ? new DashdError("E_SHORTAGE", { found: systemCodeOf(error) }, { cause: error }) : null;

/** What was read, or `otherwise` where the system refuses it; a shortage is thrown. */
export const readOr = <T>(otherwise: T, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (isShortage(error)) throw error;
    return otherwise;
  }
};

const shortages: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);
