import { DashdError } from "./errors.ts";

/**
 * Whether the system had no descriptor, process or memory left to do it with. What fails so tells nothing of the file that
 * was asked for: it is neither gone nor changed.
 */
export const isShortage = (error: unknown): boolean => shortages.has(codeOf(error));

/** E_SHORTAGE {found} where it was one; null where it was not. */
export const shortageIn = (error: unknown): DashdError | null =>
  isShortage(error) ? new DashdError("E_SHORTAGE", { found: codeOf(error) }, { cause: error }) : null;

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

const shortages: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN"]);
