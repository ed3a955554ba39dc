import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes beside, forces it to the disk, renames: a reader sees the old file or the new one whole, and a full disk leaves
 * the old one as it was (TRAPS 35). Mode 0600.
 */
export const replaceFile = (path: string, text: string): void => {
  const beside = nameBeside(path);
  try {
    const fd = openSync(beside, "wx", ownerOnly);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
};

/** The same without waiting for the disk on the main thread, and without forcing: for what a power cut makes void. */
export const replaceFileSoon = async (path: string, text: string, mode = ownerOnly): Promise<void> => {
  const beside = nameBeside(path);
  try {
    const file = await open(beside, "wx", mode);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
};

/** Makes a name in a folder outlive a power cut. Where a folder cannot be opened (Windows) there is nothing to force. */
export const syncFolder = (dir: string): void => {
  if (process.platform === "win32") return;
  const fd = openSync(dir, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
};

export const nameBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString("hex")}`);

const ownerOnly = 0o600;
