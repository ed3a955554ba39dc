import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connected, type ClientConnection } from "../client/connection.ts";
import { afterwards, type Cleanup } from "./afterwards.ts";
import { fixtureApp } from "./apps.ts";
import { startDashd, type Instance } from "./instance.ts";
import { scratchDir } from "./scratch.ts";
import { until } from "./until.ts";

/** An instance at stage 2 of the fixture that answers out of `context.cache`. */
export const startCachedApp = async (
  t: Cleanup,
  env: Readonly<Record<string, string>>,
  workers = 16,
): Promise<CachedApp> => {
  const dir = scratchDir(t);
  const [loads, broken] = [join(dir, "loads"), join(dir, "broken")];
  writeFileSync(loads, "");
  const dashd = await startDashd(t, {
    app: fixtureApp("cached.mjs"),
    stage: 2,
    args: ["--workers", String(workers)],
    env: { LOADS: loads, BROKEN: broken, ...env },
  });
  return {
    dashd,
    loadsOf: (key) =>
      readFileSync(loads, "utf8")
        .split("\n")
        .map((line) => line.split(" "))
        .flatMap(([pid = "", of]) => (of === key ? [pid] : [])),
    breakSource: () => writeFileSync(broken, ""),
    mendSource: () => rmSync(broken),
  };
};

export interface CachedApp {
  readonly dashd: Instance;
  /** By which process each. */
  loadsOf(key: string): readonly string[];
  breakSource(): void;
  mendSource(): void;
}

/** What the fixture answers. */
export interface CachedPage {
  readonly slot: number;
  readonly pid: number;
  readonly value?: { readonly loadedBy: number };
  readonly layer?: string;
  readonly ageMs?: number;
  readonly stale?: boolean;
  readonly count?: number;
  readonly loadedBy?: readonly number[];
}

/** A new connection goes to the worker with the fewest. */
export const oneForEachWorker = async (
  t: Cleanup,
  dashd: Pick<Instance, "port">,
  count = 16,
): Promise<readonly ClientConnection[]> => {
  const users = new Map<number, ClientConnection>();
  await until("a connection to each worker", async () => {
    const user = await connected(dashd.port);
    afterwards(t, () => user.close());
    users.set((await askCached(user, "/plain")).slot, user);
    return users.size === count;
  });
  return [...users.values()];
};

export const askCached = async (user: ClientConnection, path: string): Promise<CachedPage> => {
  const outcome = await user.request(path, { timeoutMs: 30_000 });
  assert.ok(outcome.kind === "answer", JSON.stringify(outcome));
  return JSON.parse(outcome.body) as CachedPage;
};

/** A Redis as stage 2 wants it. */
export const asDeclared = ["--maxmemory", "2gb", "--maxmemory-policy", "allkeys-lru"];
