import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

/**
 * Lets a running process open only so many files, sockets and pipes more than it has now; below 0 it must close some
 * first. Needs `prlimit` (Linux); the limit is a soft one, so that a later call can give more, and ends with the process.
 */
export const leaveDescriptors = (pid: number, spare: number): void =>
  limitDescriptors(pid, readdirSync(`/proc/${pid}/fd`).length + spare);

/** Lets a running process open nothing more, whatever it closes. */
export const leaveNoDescriptor = (pid: number): void => limitDescriptors(pid, 0);

const limitDescriptors = (pid: number, most: number): void => {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--nofile=${most}:`], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
};
