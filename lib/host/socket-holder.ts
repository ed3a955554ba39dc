import { readdirSync, readlinkSync } from "node:fs";

/**
 * The oldest process, by pid, that holds a socket with one of these inodes: a parent before the children that inherited
 * it. null where no process we may look into holds one. Linux only.
 */
export const holderOfSocket = (inodes: ReadonlySet<string>): number | null => {
  if (inodes.size === 0) return null;
  return pids().find((pid) => socketInodes(pid).some((inode) => inodes.has(inode))) ?? null;
};

const pids = (): readonly number[] =>
  list("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);

const socketInodes = (pid: number): readonly string[] =>
  list(`/proc/${pid}/fd`).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
    return inode === undefined ? [] : [inode];
  });

const list = (path: string): readonly string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
};
