import { readFileSync } from "node:fs";

/**
 * As whom a service of a test runs: PostgreSQL refuses root. The ids go to `spawn` and `chown` as they are; a test run
 * that is not root stays who it is.
 */
export const serviceUser = (): ServiceUser => {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (uid !== 0) return { uid, gid };
  return accountOf("postgres") ?? accountOf("nobody") ?? { uid: 65_534, gid: 65_534 };
};

export interface ServiceUser {
  readonly uid: number;
  readonly gid: number;
}

const accountOf = (name: string): ServiceUser | null => {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
};
