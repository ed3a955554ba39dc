import cluster, { type Worker } from "node:cluster";
import type { Duplex } from "node:stream";
import throng from "throng";
import { type Picture, pictureFd, readPicture } from "../protocol/black-box.ts";
import { isRawHandle, type RawHandle } from "../protocol/raw-handle.ts";
import { open, seal, type ToMaster, type ToWorker } from "../protocol/worker-messages.ts";
import type { Launch } from "./app-identity.ts";
import type { WorkerEnd } from "./worker-record.ts";

/** The only place that knows throng and node:cluster: forks, sends, kills, and tells what became of a worker. */
export interface Pool {
  /**
   * Throng forks the first ones. `lifetime: 0` turns its revival off, which would fork without end (TRAPS 4); what it
   * keeps is the first forks, the signals, and the last-resort exit after its grace.
   */
  fork(births: readonly Birth[], launch: Launch): void;
  /** Success proves nothing (TRAPS 27): only the worker's own answer does. */
  send(workerId: number, message: ToWorker, handle?: RawHandle, failed?: () => void): void;
  kill(workerId: number, signal: NodeJS.Signals): void;
  /** Asks what a blocked worker is in; `pictured` brings the answer, if there is one. */
  picture(workerId: number): void;
}

/** What a worker is born for; never changed afterwards. */
export interface Birth {
  readonly slot: number;
  readonly generation: number;
}

export interface PoolEvents {
  readonly forked: (workerId: number, pid: number, birth: Birth) => void;
  readonly said: (workerId: number, message: ToMaster, handle: RawHandle | null) => void;
  /** The handle that was sent last did not arrive: the worker has no descriptor left. */
  readonly notReceived: (workerId: number) => void;
  readonly wrote: (workerId: number, stream: "out" | "err", chunk: string) => void;
  readonly pictured: (workerId: number, picture: Picture) => void;
  /** The process has ended *and* everything it said has been heard. */
  readonly ended: (workerId: number, end: WorkerEnd) => void;
}

export interface PoolOptions {
  /** The compiled entry of a worker process. */
  readonly entry: string;
  readonly execArgv: readonly string[];
  /** Where the one worker of a development run is debugged; node:cluster would count a port up for every fork. */
  readonly inspectPort: number | null;
  /** From a signal to throng's own forced exit; longer than any drain that dashd bounds itself. */
  readonly graceMs: number;
  readonly events: PoolEvents;
}

export const createPool = ({ entry, execArgv, inspectPort, graceMs, events }: PoolOptions): Pool => {
  const births: Birth[] = [];
  const workers = new Map<number, Worker>();
  // stdin is not the master's terminal: a program that reads it would steal the operator's keys.
  cluster.setupPrimary({
    exec: entry,
    args: [],
    execArgv: [...execArgv],
    stdio: ["ignore", "pipe", "pipe", "ipc", ...(pictureFd === null ? [] : ["pipe" as const])],
    ...(inspectPort === null ? {} : { inspectPort }),
  });

  // Before the next tick: a fork that the kernel refuses says so then, and would end the master if nobody listened.
  const adopt = (worker: Worker): void => {
    workers.set(worker.id, worker);
    listenTo(worker, events, () => {
      workers.delete(worker.id);
      // Node keeps one that never was: no exit follows.
      delete cluster.workers?.[worker.id];
    });
  };

  cluster.on("fork", (worker) => {
    const birth = births.shift();
    if (birth !== undefined) events.forked(worker.id, worker.process.pid ?? 0, birth);
  });

  let throngStarted = false;
  const startThrong = (count: number): void => {
    throngStarted = true;
    const started = throng({
      master: () => undefined,
      worker: () => undefined,
      count,
      lifetime: 0,
      grace: graceMs,
      // Two are needed: throng merges arrays by index into its default (TRAPS 4).
      signals: ["SIGTERM", "SIGINT"],
    });
    void started.then(() => Object.values(cluster.workers ?? {}).forEach((worker) => worker && adopt(worker)));
  };

  return {
    fork: (wanted, launch) => {
      cluster.setupPrimary({ execArgv: [...execArgv, ...(launch.execArgv ?? [])], cwd: launch.cwd ?? process.cwd() });
      births.push(...wanted);
      if (throngStarted) for (const _ of wanted) adopt(cluster.fork());
      else startThrong(wanted.length);
    },
    send: (workerId, message, handle, failed) => {
      const worker = workers.get(workerId);
      if (worker === undefined || !worker.isConnected()) {
        failed?.();
        return;
      }
      const sent = (error: Error | null): void => {
        if (error !== null) failed?.();
      };
      if (handle === undefined) worker.process.send(seal(message), sent);
      // A raw handle is what node:cluster itself sends; the public type knows sockets and servers only.
      else worker.process.send(seal(message), handle as unknown as Parameters<typeof worker.process.send>[1], {}, sent);
    },
    kill: (workerId, signal) => {
      workers.get(workerId)?.process.kill(signal);
    },
    picture: (workerId) => {
      const worker = workers.get(workerId);
      if (worker !== undefined) pictureLine(worker)?.write("?");
    },
  };
};

/** Both ends read and write it. */
const pictureLine = ({ process: child }: Worker): Duplex | null => {
  // Without a free descriptor Node gives up before it makes them.
  const stdio: readonly unknown[] | undefined = child.stdio;
  return pictureFd === null ? null : ((stdio?.[pictureFd] ?? null) as Duplex | null);
};

const listenForPictures = (worker: Worker, pictured: (picture: Picture) => void): void => {
  const line = pictureLine(worker);
  let text = "";
  line?.setEncoding("utf8");
  line?.on("error", () => undefined);
  line?.on("data", (chunk: string) => {
    text = (text + chunk).slice(-longestPicture);
    const end = text.lastIndexOf("\n");
    const picture = end < 0 ? null : readPicture(text.slice(text.lastIndexOf("\n", end - 1) + 1, end));
    if (end >= 0) text = text.slice(end + 1);
    if (picture !== null) pictured(picture);
  });
};

const listenTo = (worker: Worker, events: PoolEvents, forget: () => void): void => {
  const { id, process: child } = worker;
  // Sending to a worker that was just killed raises here, and would end the master if nobody listened (TRAPS 3).
  worker.on("error", () => undefined);
  child.on("internalMessage", (message: unknown, handle: unknown) => {
    const said = open<ToMaster>(message);
    if (said !== null) events.said(id, said, isRawHandle(handle) ? handle : null);
    // Node's own word for it; the kernel drops the handle and delivers the message without it.
    else if ((message as { readonly cmd?: unknown } | null)?.cmd === "NODE_HANDLE_NACK") events.notReceived(id);
  });
  for (const [stream, readable] of [["out", child.stdout] as const, ["err", child.stderr] as const]) {
    readable?.setEncoding("utf8");
    readable?.on("data", (chunk: string) => events.wrote(id, stream, chunk));
  }
  listenForPictures(worker, (picture) => events.pictured(id, picture));
  // `exit` can come before the last words: an unheard acknowledgement would make the door hand a connection over twice.
  let end: WorkerEnd | null = null;
  let silent = false;
  let told = false;
  const tell = (): void => {
    if (told || end === null) return;
    told = true;
    const how = end;
    // What it wrote is in the pipes, and this turn of the loop may not have come to them yet.
    setImmediate(() => {
      forget();
      events.ended(id, how);
    });
  };
  child.on("error", (error: NodeJS.ErrnoException) => {
    // Without a pid the fork itself failed (EAGAIN, EMFILE), and no exit follows.
    if (child.pid !== undefined) return;
    end ??= { code: null, signal: null, notForked: error.code ?? "unknown" };
    tell();
  });
  child.once("exit", (code, signal) => {
    end = { code, signal };
    if (silent) tell();
    else setTimeout(tell, lastWordsWithinMs).unref();
  });
  child.once("disconnect", () => {
    silent = true;
    tell();
  });
};

/** Of characters; one has a few thousand. */
const longestPicture = 256 * 1024;
/** A grandchild that inherited the channel can keep it open for ever. */
const lastWordsWithinMs = 500;
