import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { eventStreamUser, webSocketUser, type End, type Heard, type LongLivedUser } from "../client/long-lived.ts";
import { afterwards } from "../support/afterwards.ts";
import { readyWorkers, type Instance } from "../support/instance.ts";
import { killAtRandom } from "../support/kills.ts";
import { compareWithStock, startProgram, type Program } from "../support/program-trial.ts";
import { assertNothingLost } from "../support/swaps.ts";
import { requireThirdParty, thirdParty } from "../support/third-party.ts";
import { until } from "../support/until.ts";

const timeout = 300_000;

interface LongLivedProgram {
  readonly program: () => Pick<Program, "app" | "asks">;
  readonly join: (port: number) => LongLivedUser;
}

/** The client of Socket.IO as a page has it: it comes back by itself. */
const socketIoUser = (port: number): LongLivedUser => {
  const { io } = requireThirdParty<SocketIoClient>("socket.io-client");
  const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], forceNew: true, reconnectionDelay: 100 });
  const heard: Heard[] = [];
  const ends: End[] = [];
  let pid = 0;
  const talking = setInterval(() => {
    if (!socket.connected) return;
    socket.emit("chat message", "hello", (answer) => {
      assert.equal(answer.msg, "hello");
      heard.push({ pid: (pid = answer.pid), atMs: performance.now() });
    });
  }, 50);
  socket.on("disconnect", (reason, details) => {
    if (reason === "io client disconnect") return;
    const code = details?.context?.code;
    ends.push({ pid, how: code === 1001 ? "goodbye" : "lost", detail: `${reason} ${code}` });
  });
  return {
    heard,
    ends,
    leave: async () => {
      clearInterval(talking);
      socket.disconnect();
    },
  };
};

interface SocketIoClient {
  readonly io: (url: string, options: object) => SocketIoSocket;
}

interface SocketIoSocket {
  readonly connected: boolean;
  emit(
    event: string,
    message: string,
    answered: (answer: { readonly pid: number; readonly msg: string }) => void,
  ): void;
  on(
    event: "disconnect",
    listener: (reason: string, details?: { readonly context?: { readonly code?: number } }) => void,
  ): void;
  disconnect(): void;
}

const programs: Readonly<Record<string, LongLivedProgram>> = {
  "Socket.IO clients by WebSocket": {
    program: () => ({
      app: thirdParty("socket.io/index.js"),
      asks: [
        { path: "/", status: 200, answer: "<h1>Hello world</h1>" },
        { path: "/socket.io/socket.io.min.js", status: 200, answer: /Socket\.IO/ },
        { path: "/socket.io/?EIO=4&transport=pigeon", status: 400, answer: '{"code":0,"message":"Transport unknown"}' },
        { path: "/socket.io/?EIO=4&transport=polling&sid=x", status: 400, answer: /Session ID unknown/ },
      ],
    }),
    join: socketIoUser,
  },
  "ws clients": {
    program: () => ({
      app: thirdParty("ws/server.js"),
      asks: [
        { path: "/", status: 200, answer: "A chat\n" },
        {
          path: "/chat",
          headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "7" },
          status: 400,
        },
      ],
    }),
    join: (port) => webSocketUser(`ws://127.0.0.1:${port}/chat`),
  },
  "event streams of Express": {
    program: () => ({ app: thirdParty("express-5/server.js"), asks: [] }),
    join: (port) => eventStreamUser(`http://127.0.0.1:${port}/events`),
  },
  "event streams of Hono": {
    program: () => ({ app: thirdParty("hono/index.js"), asks: [] }),
    join: (port) => eventStreamUser(`http://127.0.0.1:${port}/events`),
  },
};

const lastPid = ({ heard }: LongLivedUser): number | undefined => heard.at(-1)?.pid;

const pidsInForce = async (dashd: Instance): Promise<readonly number[]> =>
  readyWorkers(await dashd.status()).map(({ pid }) => pid);

/** Every user heard of one of these since. */
const allHear = (users: readonly LongLivedUser[], pids: readonly number[]): Promise<true> => {
  const since = performance.now();
  return until(`all of ${users.length} to hear of ${pids.join(", ")}`, () =>
    users.every(({ heard }) => heard.some(({ pid, atMs }) => atMs > since && pids.includes(pid))),
  );
};

const tryLongLived = async (t: TestContext, { program, join }: LongLivedProgram): Promise<void> => {
  const load = { path: "/process" };
  const dashd = await startProgram(t, program(), { stopTimeoutSec: 4 });
  await compareWithStock(t, dashd, { ...program(), load });

  const users = Array.from({ length: 9 }, () => join(dashd.port));
  afterwards(t, async () => void (await Promise.all(users.map((user) => user.leave()))));
  const old = await pidsInForce(dashd);
  await allHear(users, old);
  assert.ok(new Set(users.map(lastPid)).size > 1, "they are with several workers");

  const crowd = { keepAlive: 20, oneShot: 0, thinkMs: 40, habits: load };
  const swap = assertNothingLost(t, dashd, { ...crowd, changes: [["reload"]], atLeast: 100 });
  const stay = async (): Promise<void> => {
    await until("the new generation to serve", async () => (await dashd.status()).generation === 2);
    await allHear(users, old);
  };
  await Promise.all([swap, stay()]);
  const fresh = await pidsInForce(dashd);
  await allHear(users, fresh);
  for (const { ends } of users) {
    assert.deepEqual(
      ends.map(({ how, pid }) => [how, old.includes(pid)]),
      [["goodbye", true]],
      JSON.stringify(ends),
    );
  }

  const killed = await killAtRandom(t, dashd, { ...crowd, kills: 1, everyMs: 500 });
  await allHear(users, await pidsInForce(dashd));
  for (const { ends } of users) {
    const later = ends.slice(1);
    assert.ok(later.length <= 1 && later.every(({ pid, how }) => killed.includes(pid) && how === "lost"));
  }
};

for (const [name, program] of Object.entries(programs)) {
  test(
    `${name} stay through a reload, are told to go, come back to the new generation, and a kill ends only its own`,
    { timeout },
    (t) => tryLongLived(t, program),
  );
}
