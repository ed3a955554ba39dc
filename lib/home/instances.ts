import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { isProcessIdentity, isSame, type ProcessIdentity } from "../host/process-identity.ts";
import { replaceFile } from "./atomic-file.ts";
import { makeFolder } from "./make-folder.ts";
import { shortHash } from "./paths.ts";

/** What `dashd status` in another folder can name. */
export interface Instance {
  readonly home: string;
  readonly master: ProcessIdentity;
  readonly url: string;
  readonly stage: number;
  readonly since: string;
}

/** The running instances of this user. It is a convenience: where it cannot be kept it knows none, and nothing fails. */
export interface Instances {
  /** False where it could not be written down. */
  register(instance: Instance): boolean;
  unregister(master: ProcessIdentity, home: string): void;
  /** Only those whose master lives; the others are forgotten. */
  list(): readonly Instance[];
}

export const createInstances = (env: NodeJS.ProcessEnv = process.env): Instances => {
  const dir = registryDir(env);
  const pathOf = (master: ProcessIdentity, home: string): string | null =>
    // The master is part of the name: who forgets a dead one cannot hit the new one of the same home.
    dir === null ? null : join(dir, `${shortHash(`${home}\n${master.pid}\n${master.startedAt}`)}.json`);
  return {
    register: (instance) => {
      const path = pathOf(instance.master, instance.home);
      return path !== null && dir !== null && succeeds(() => writeIn(dir, path, instance));
    },
    unregister: (master, home) => {
      const path = pathOf(master, home);
      if (path !== null) succeeds(() => rmSync(path, { force: true }));
    },
    list: () => (dir === null ? [] : recordsIn(dir).flatMap(liveOrForgotten)),
  };
};

/** XDG_STATE_HOME counts only when absolute (its specification says so). null: this user has no home folder. */
const registryDir = (env: NodeJS.ProcessEnv): string | null => {
  const state = env["XDG_STATE_HOME"];
  if (state !== undefined && isAbsolute(state)) return join(state, "dashd", "instances");
  try {
    const home = env["HOME"] ?? homedir();
    return isAbsolute(home) ? join(home, ".local", "state", "dashd", "instances") : null;
  } catch {
    return null;
  }
};

const writeIn = (dir: string, path: string, instance: Instance): void => {
  makeFolder(dir, 0o700);
  chmodSync(dir, 0o700);
  replaceFile(path, `${JSON.stringify(instance)}\n`);
};

const recordsIn = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir)
      .filter((name) => /^[0-9a-f]+\.json$/.test(name))
      .map((name) => join(dir, name));
  } catch {
    return [];
  }
};

const liveOrForgotten = (path: string): readonly Instance[] => {
  const instance = parse(path);
  if (isInstance(instance) && isSame(instance.master)) return [instance];
  succeeds(() => rmSync(path, { force: true }));
  return [];
};

const parse = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
};

const isInstance = (value: unknown): value is Instance =>
  typeof value === "object" &&
  value !== null &&
  "home" in value &&
  typeof value.home === "string" &&
  "master" in value &&
  isProcessIdentity(value.master) &&
  "url" in value &&
  typeof value.url === "string" &&
  "stage" in value &&
  typeof value.stage === "number" &&
  "since" in value &&
  typeof value.since === "string";

const succeeds = (act: () => void): boolean => {
  try {
    act();
    return true;
  } catch {
    return false;
  }
};
