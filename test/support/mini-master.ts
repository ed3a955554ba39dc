import type { ClusterSettings, Worker } from "node:cluster";
import cluster from "node:cluster";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Duplex } from "node:stream";
import { type Picture, pictureFd, readPicture } from "../../lib/protocol/black-box.ts";
import type { Arrival, Assignment, ToMaster, ToWorker } from "../../lib/protocol/worker-messages.ts";
import { monotonicMs, open, seal } from "../../lib/protocol/worker-messages.ts";

/**
 * The smallest master that speaks the protocol: owns a listener, hands raw handles over one at a time, takes returned
 * ones back to another worker. For tests of the worker alone; it holds nothing and counts nothing.
 */
export const createMiniMaster = async (options: MiniMasterOptions): Promise<MiniMaster> => {
  const dist = process.env["DASHD_TEST_DIST"] ?? fileURLToPath(new URL("../../dist", import.meta.url));
  cluster.setupPrimary({ exec: `${dist}/lib/worker/main.cjs`, execArgv: [], stdio, args: [] });
  const workers: MiniWorker[] = [];
  const waiting: Passing[] = [];
  let ids = 0;
  let moved = 0;

  const listener = createServer();
  listener.listen({ port: 0, host: "127.0.0.1", exclusive: true });
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { port } = address;

  const flow = (): void => {
    for (;;) {
      const free = workers.filter((one) => one.open && one.passing === null).sort((a, b) => a.ids.size - b.ids.size);
      const worker = free[0];
      const next = worker === undefined ? undefined : waiting.shift();
      if (worker === undefined || next === undefined) return;
      worker.passing = next;
      worker.send({ type: "connection", ...next.arrival }, next.handle);
    }
  };
  (listener as unknown as { _handle: { onconnection: unknown } })._handle.onconnection = (
    _: number,
    handle: Handle,
  ) => {
    waiting.push({ arrival: { id: ++ids, acceptedAtMs: monotonicMs(), crowded: true, returned: false }, handle });
    flow();
  };

  const fork = (change: AssignmentChange = {}): MiniWorker => {
    const { limits, env, ...rest } = change;
    const forked = cluster.fork(env);
    const mini: MiniWorker = {
      worker: forked,
      pid: forked.process.pid ?? 0,
      messages: [],
      output: "",
      ids: new Set(),
      passing: null,
      open: false,
      // 'close' rather than 'exit': what it said last may come after its exit.
      exit: once(forked.process, "close").then(([code, signal]) => ({ code, signal })),
      send: (message, handle) => {
        forked.process.send?.(seal(message), handle as never, { keepOpen: true } as never, () => undefined);
      },
      until: async (type, accept = () => true) => {
        for (;;) {
          const found = mini.messages.find((one) => one.type === type && accept(one as never));
          if (found !== undefined) return found as never;
          await Promise.race([
            once(forked.process, "internalMessage"),
            mini.exit.then((how) =>
              Promise.reject(new Error(`exited before ${type}: ${JSON.stringify(how)} ${mini.output}`)),
            ),
          ]);
        }
      },
      untilOutput: async (pattern) => {
        for (;;) {
          const found = pattern.exec(mini.output);
          if (found !== null) return found;
          await Promise.race([
            new Promise((resolve) => forked.process.stdout?.once("data", resolve)),
            new Promise((resolve) => forked.process.stderr?.once("data", resolve)),
            mini.exit,
          ]);
        }
      },
      picture: async () => {
        const line = forked.process.stdio[pictureFd ?? 0] as Duplex;
        line.write("?");
        for (let text = ""; ; text += String((await once(line, "data"))[0])) {
          const pictures = text.split("\n").flatMap((one) => readPicture(one) ?? []);
          const found = pictures.find(({ asked }) => asked);
          if (found !== undefined) return found;
        }
      },
      drain: (because) => {
        mini.open = false;
        mini.send({ type: "drain", because });
      },
    };
    workers.push(mini);
    for (const stream of [forked.process.stdout, forked.process.stderr]) {
      stream?.on("data", (chunk: Buffer) => (mini.output += chunk.toString()));
    }
    forked.on("error", () => undefined);
    const assignment: Assignment = {
      mode: "production",
      breaksAtStart: false,
      slot: 1,
      generation: 1,
      stage: 1,
      limits: { ...testLimits, ...options.limits, ...limits },
      app: { path: options.app, builtIn: false, args: options.args ?? [] },
      masterPid: process.pid,
      servicePort: port,
      adoptPort: null,
      workers: 1,
      healthPath: "/healthz",
      readyPath: "/readyz",
      trustProxy: [],
      sticky: "off",
      leader: true,
      tls: { ticketKeys: Buffer.alloc(48, "test").toString("base64"), files: null },
      controlPath: "/nowhere",
      accessLog: null,
      userKey: 1,
      services: { databaseUrl: null, redisUrl: null, redisSentinels: [], redisSentinelName: null },
      servicesDown: [],
      responseCacheBytes: 0,
      pictureFd,
      ...options.assignment,
      ...rest,
    };
    forked.process.on("internalMessage", (raw: unknown, handle: Handle | undefined) => {
      const message = open<ToMaster>(raw);
      if (message === null) return;
      mini.messages.push(message);
      if (message.type === "hello") mini.send({ type: "assign", assignment });
      else if (message.type === "ready") mini.open = true;
      else if (message.type === "accepted") {
        mini.passing?.handle.close();
        mini.passing = null;
        mini.ids.add(message.id);
      } else if (message.type === "closed") message.ids.forEach((id) => mini.ids.delete(id));
      else if (message.type === "returned" && handle !== undefined) {
        mini.ids.delete(message.id);
        moved++;
        waiting.push({
          arrival: { id: message.id, acceptedAtMs: monotonicMs(), crowded: true, returned: true },
          handle,
        });
      }
      flow();
    });
    return mini;
  };

  return {
    port,
    url: `http://127.0.0.1:${port}`,
    fork,
    ready: async (change) => {
      const worker = fork(change);
      await worker.until("ready");
      return worker;
    },
    moved: () => moved,
    close: async () => {
      for (const { worker } of workers) worker.process.kill("SIGKILL");
      await Promise.all(workers.map((one) => one.exit));
      for (const { handle } of waiting) handle.close();
      listener.close();
    },
  };
};

export interface MiniMaster {
  readonly port: number;
  readonly url: string;
  fork(change?: AssignmentChange): MiniWorker;
  ready(change?: AssignmentChange): Promise<MiniWorker>;
  /** How many sockets were handed back. */
  moved(): number;
  close(): Promise<void>;
}

export interface MiniWorker {
  readonly worker: Worker;
  readonly pid: number;
  readonly messages: ToMaster[];
  output: string;
  readonly ids: Set<number>;
  passing: Passing | null;
  open: boolean;
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
  send(message: ToWorker, handle?: Handle): void;
  /** The first message of that type that fits, past or to come. */
  until<T extends ToMaster["type"]>(
    type: T,
    accept?: (message: Extract<ToMaster, { type: T }>) => boolean,
  ): Promise<Extract<ToMaster, { type: T }>>;
  untilOutput(pattern: RegExp): Promise<RegExpExecArray>;
  /** What its blocked main thread is in. */
  picture(): Promise<Picture>;
  drain(because: "change" | "stop"): void;
}

interface MiniMasterOptions {
  readonly app: string;
  readonly args?: readonly string[];
  readonly limits?: Partial<Assignment["limits"]>;
  readonly assignment?: Partial<Assignment>;
}

export type AssignmentChange = Partial<Omit<Assignment, "limits">> & {
  readonly limits?: Partial<Assignment["limits"]>;
  readonly env?: Record<string, string>;
};

interface Passing {
  readonly arrival: Arrival;
  readonly handle: Handle;
}

interface Handle {
  close(): void;
}

/** As the master's own pool forks. */
const stdio: NonNullable<ClusterSettings["stdio"]> = ["ignore", "pipe", "pipe", "ipc", "pipe"];

const testLimits: Assignment["limits"] = {
  requestsPerWorker: 4,
  queueMax: 10,
  connections: 200,
  waitTimeoutMs: 10_000,
  idleTimeoutMs: 120_000,
  requestTimeoutMs: 120_000,
  stopTimeoutMs: 30_000,
  hangKillAfterMs: 15_000,
  postgresConnections: 2,
};

/** Absolute path of a program as people write them. */
export const program = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/programs/${name}`, import.meta.url));

/** Absolute path of a fixture of the worker's tests. */
export const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/worker/${name}`, import.meta.url));
