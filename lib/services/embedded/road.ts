import { spawnSync } from "node:child_process";
import { chmodSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Account } from "./places.ts";

/** How a program is started as the server's user. Each program takes the place of what starts it: the pid is its own. */
export interface Road {
  readonly name: "self" | "plain" | "opened" | "read-search" | "override" | "namespace";
  /** Whom the folders on disk belong to. */
  readonly owner: Account;
  /** What stands before the program and its arguments. */
  readonly prefix: readonly string[];
  /** For `spawn`, which sets them in the child; without a prefix that does. */
  readonly ids: Partial<Account>;
  /**
   * Passes closed folders by a capability. `access(2)` ignores those, and initdb asks it for its own programs: they must
   * lie where the account itself can go.
   */
  readonly byCapability?: true;
}

/**
 * PostgreSQL refuses root, and another user may not be able to pass through a home of mode 0700. In this order, the least
 * right first; the first whose proof works is taken. What each costs:
 * - `plain`: nothing.
 * - `opened`: folders that the caller allows get mode 0711, so that others may pass, but not look.
 * - `read-search`, `override`: the server may read, or read and write, every file of the machine (the app, which runs as
 *   root then, can anyway). Docker grants the second by default, not the first.
 * - `namespace`: the server is root outside and `account` inside, without any capability outside; the folders stay root's.
 */
export const roadsOf = (account: Account, dataOwner: Account | null, uid: number): readonly Road[] => {
  if (uid !== 0) return [{ name: "self", owner: account, prefix: [], ids: {} }];
  const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, "--clear-groups"];
  const capable = (name: "read-search" | "override", capability: string): Road => ({
    name,
    owner: account,
    prefix: ["setpriv", ...ids, `--inh-caps=+${capability}`, `--ambient-caps=+${capability}`],
    ids: {},
    byCapability: true,
  });
  const namespace: Road = {
    name: "namespace",
    owner: { uid: 0, gid: 0 },
    prefix: ["unshare", "-U", `--map-user=${account.uid}`, `--map-group=${account.gid}`],
    ids: {},
  };
  const asAnother: readonly Road[] = [
    { name: "plain", owner: account, prefix: [], ids: account },
    { name: "opened", owner: account, prefix: [], ids: account },
    capable("read-search", "dac_read_search"),
    capable("override", "dac_override"),
  ];
  if (dataOwner === null) return [...asAnother, namespace];
  return dataOwner.uid === 0 ? [namespace] : asAnother;
};

/** Whoever owns the data; else `postgres`, else `nobody` (`_postgres` on macOS). Where we are not root, ourselves. */
export const accountFor = (dataOwner: Account | null): Account | null => {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (uid !== 0) return { uid, gid };
  if (dataOwner !== null && dataOwner.uid !== 0) return dataOwner;
  for (const name of ["postgres", "_postgres", "nobody"]) {
    const account = { uid: idOf(name, "-u"), gid: idOf(name, "-g") };
    if (account.uid > 0 && account.gid > 0) return account;
  }
  return null;
};

/**
 * What `program --version` printed on this road, where it can also pass through `through` and write into `writable`. null:
 * not this road.
 */
export const proveRoad = (road: Road, { through, writable, program, env }: RoadProof): string | null => {
  const script = 'cd "$1" && cd "$2" && : >.probe && rm .probe && exec "$3" --version';
  const [command, ...args] = [...road.prefix, "/bin/sh", "-c", script, "sh", through, writable, program];
  const { status, stdout } = spawnSync(command, args, {
    ...{ ...road.ids, env, cwd: "/", encoding: "utf8", timeout: 10_000 },
    ...{ stdio: ["ignore", "pipe", "ignore"] },
  });
  return status === 0 ? stdout : null;
};

export interface RoadProof {
  readonly through: string;
  readonly writable: string;
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Folders above `path` that `account` may not pass through, by their modes. */
export const closedFolders = (path: string, account: Account): readonly string[] => {
  const closed: string[] = [];
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    const { mode, uid, gid } = statSync(dir);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) closed.push(dir);
    if (dirname(dir) === dir) return closed;
  }
};

/** Lets others pass through root's own folder. */
export const openFolder = (dir: string): void => chmodSync(dir, (statSync(dir).mode & 0o7777) | 0o011);

/** 0: there is none. */
const idOf = (name: string, what: "-u" | "-g"): number => {
  const { status, stdout } = spawnSync("id", [what, name], { encoding: "utf8", timeout: 5_000 });
  return status === 0 ? Number(stdout.trim()) : 0;
};
