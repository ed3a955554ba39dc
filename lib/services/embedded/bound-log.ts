import { copyFileSync, statSync, truncateSync } from "node:fs";

/**
 * Keeps a file that another process appends to within bounds: past `maxBytes` what is there becomes `<path>.1`, and the
 * file begins anew. A rename would not do: the process goes on writing to the file it has open.
 */
export const boundLog = (path: string, maxBytes: number): void => {
  try {
    if (statSync(path).size <= maxBytes) return;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  } catch {
    // Not there yet, or the disk is full: the next look is in a minute.
  }
};

export const logMaxBytes = 10 * 1024 * 1024;
export const logLookMs = 60_000;
