import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync } from "node:fs";
import { get } from "node:http";
import { connect, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { socketAddress } from "../../lib/home/socket-address.ts";
import { afterwards } from "../support/afterwards.ts";
import type { Instance } from "../support/instance.ts";
import { figuresOf } from "../support/master-figures.ts";
import { quantile } from "../support/median.ts";
import { between } from "../support/random.ts";
import { scratchDir } from "../support/scratch.ts";
import { serviceUser } from "../support/service-user.ts";
import { until } from "../support/until.ts";
import { startInstance } from "./ground.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t30: Trial = {
  id: "T30",
  title:
    "the control socket under strangers, silence, 16 MB and 1,000 idle clients, at a path too long for the kernel: status answers at once",
  run: async (context) => {
    const { sheet, quick } = context;
    // Longer than the 107 bytes that the kernel takes.
    const dir = scratchDir(context);
    const home = join(dir, "a-folder-with-a-long-name".repeat(5), "home");
    mkdirSync(dirname(home), { recursive: true });
    const dashd = await startInstance(context, {}, { dir, home });
    assert.ok(dashd.paths.controlSocket.length > 107);
    const { path, release } = socketAddress(dashd.paths.controlSocket);
    afterwards(context, release);
    await strangerIsRefused(context, dashd);

    const bare = await startBare(context, join(dir, "bare"));
    const asking = keepAsking(context, dashd, bare);
    const come = (): Promise<Visitor> => visit(context, path);
    await pause(between(context.random, 0, 500));
    await halfSaid(context, come);
    for (const [name, first, body] of tooLarge) {
      const visitor = await come();
      visitor.say(first);
      for (let sent = 0; sent < megabytes && visitor.isOpen(); sent++) await visitor.flushed(body);
      await until(`the answer to ${name}`, () => !visitor.isOpen() || /^HTTP\/1\.1 4\d\d /.test(visitor.heard()));
      visitor.leave();
      sheet.count("ok");
    }
    await idleCrowd(context, dashd, come, quick ? 500 : 1_000);
    const { times, bareTimes } = await asking.stop();
    sheet.note(`${times.length} × status meanwhile: p50 ${Math.round(quantile(times, 0.5))} ms`);
    sheet.atMost("p99 of status meanwhile", quantile(times, 0.99), 50, {
      unit: "ms",
      allowing: { "p99 of a bare server beside it": quantile(bareTimes, 0.99) },
    });

    const { state, workers } = await dashd.status();
    assert.equal(state, "held");
    assert.ok(workers.every(({ restarts }) => restarts === 0));
    assert.equal((await dashd.run("status")).code, 0);
  },
};

/** Another user of the machine, in front of the socket itself: its folders let him through. */
const strangerIsRefused = async ({ sheet }: TrialContext, dashd: Instance): Promise<void> => {
  const { uid, gid } = serviceUser();
  if (uid === process.getuid?.()) return sheet.note("no stranger here: only root can be somebody else");
  for (let dir = dirname(dashd.paths.controlSocket); dir.startsWith(dashd.dir); dir = dirname(dir))
    chmodSync(dir, 0o711);
  const code = `require("net").connect(${JSON.stringify(socketNameOf(dashd))}).on("connect", () => process.exit(1)).on("error", ({ code }) => process.exit(code === "EACCES" ? 0 : 2))`;
  const cwd = dirname(dashd.paths.controlSocket);
  const [exitCode] = await once(spawn(process.execPath, ["-e", code], { cwd, uid, gid, stdio: "ignore" }), "exit");
  sheet.count(exitCode === 0 ? "ok" : "let in");
  assert.equal(exitCode, 0, "another user of this machine is refused by the system");
};

const socketNameOf = (dashd: Instance): string =>
  `./${dashd.paths.controlSocket.slice(dirname(dashd.paths.controlSocket).length + 1)}`;

/** Two bytes and silence: closed when the head's time is over, and not before by accident. */
const halfSaid = async ({ sheet, random }: TrialContext, come: () => Promise<Visitor>): Promise<void> => {
  const silent: Visitor[] = [];
  for (let n = 0; n < 20; n++) {
    const visitor = await come();
    visitor.say("GE".slice(0, 1 + Math.round(random())));
    silent.push(visitor);
  }
  await until("the silent ones to be closed", () => silent.every((visitor) => !visitor.isOpen()), {
    deadlineMs: 60_000,
  });
  sheet.count("ok", silent.length);
};

/** More than the door has room for: those who do nothing make room, and what the master holds for them is given back. */
const idleCrowd = async (
  { sheet }: TrialContext,
  dashd: Instance,
  come: () => Promise<Visitor>,
  many: number,
): Promise<void> => {
  const held = (): number => figuresOf(dashd.pid)?.descriptors ?? Number.NaN;
  const visitors: Visitor[] = [];
  const before = held();
  let most = 0;
  for (let n = 0; n < many; n++) {
    visitors.push(await come());
    if (n % 20 === 0) most = Math.max(most, held() - before);
  }
  // 256, and those that it is just about to close.
  sheet.atMost(`what the master holds open for ${many} who do nothing`, most, 320, { unit: "sockets" });
  await until("room to be made", () => visitors.filter((visitor) => visitor.isOpen()).length <= 256);
  sheet.count("ok", many);
  for (const visitor of visitors) visitor.leave();
};

/** Asks for the status again and again, and a server that does nothing in turns with it. */
const keepAsking = (context: TrialContext, dashd: Instance, bare: string): { stop(): Promise<Asked> } => {
  const [times, bareTimes]: [number[], number[]] = [[], []];
  const over = new AbortController();
  const timed = async (ask: () => Promise<unknown>): Promise<number> => {
    const fromMs = performance.now();
    await ask();
    return performance.now() - fromMs;
  };
  const asking = (async () => {
    while (!over.signal.aborted) {
      times.push(await timed(dashd.status));
      bareTimes.push(await timed(() => answerOf(bare)));
      await pause(20);
    }
  })();
  const stop = async (): Promise<Asked> => {
    over.abort();
    await asking;
    return { times, bareTimes };
  };
  // Before those who are asked are gone, however the trial ends.
  afterwards(context, async () => void (await stop()));
  return { stop };
};

interface Asked {
  readonly times: readonly number[];
  readonly bareTimes: readonly number[];
}

/** A process with an http server on a unix socket: what a status costs on this host in this moment at the least. */
const startBare = async (context: TrialContext, path: string): Promise<string> => {
  const code = `require("http").createServer((_, res) => res.end("{}")).listen(${JSON.stringify(path)})`;
  const child = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
  afterwards(context, () => void child.kill("SIGKILL"));
  await until("the bare server", () => answerOf(path).then(() => true));
  return path;
};

const answerOf = (socketPath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const sent = get({ socketPath, path: "/", agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    });
    sent.on("error", reject);
  });

const visit = async (context: TrialContext, path: string): Promise<Visitor> => {
  const socket: Socket = connect({ path });
  let text = "";
  let open = true;
  const gone = (): void => void (open = false);
  socket.on("error", gone).on("close", gone).on("end", gone);
  socket.on("data", (chunk: Buffer) => (text = (text + chunk.toString("latin1")).slice(0, 10_000)));
  afterwards(context, () => void socket.destroy());
  await once(socket, "connect");
  return {
    say: (bytes) => void socket.write(bytes),
    flushed: (bytes) =>
      new Promise((resolve) => {
        socket.once("close", resolve);
        socket.write(bytes, () => {
          socket.off("close", resolve);
          resolve();
        });
      }),
    heard: () => text,
    isOpen: () => open,
    leave: () => void socket.destroy(),
  };
};

interface Visitor {
  say(bytes: string): void;
  /** Comes back when the bytes have left, or nobody takes them any more. */
  flushed(bytes: Buffer): Promise<void>;
  heard(): string;
  isOpen(): boolean;
  leave(): void;
}

const megabytes = 16;
const megabyte = Buffer.alloc(1_048_576, "x");
const tooLarge = [
  ["a head of 16 MB", "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX-Much: ", megabyte],
  ["a path of 16 MB", "GET /", megabyte],
  [
    "a body of 16 MB",
    `POST /v1/held HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${megabytes * megabyte.length}\r\n\r\n`,
    megabyte,
  ],
  ["16 MB of no HTTP at all", "\0\0", megabyte],
] as const;
