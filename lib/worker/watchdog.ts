import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { monotonicMs } from "../protocol/worker-messages.ts";
import type { InFlightTable } from "./in-flight.ts";

/**
 * A thread that outlives a blocked main loop: it ends the process when the master is gone (TRAPS 25), and tells a master
 * that asks what the main thread is in (TRAPS 57). The master judges a loop that hangs; should it not, the thread does when
 * one turn has used three times `hangKillAfterMs` of the main thread's CPU. Late beats on a busy host are no hang
 * (TRAPS 37).
 */
export const createWatchdog = ({
  masterPid,
  hangKillAfterMs,
  inFlight,
  pictureFd,
  heapLimitBytes,
  now,
}: WatchdogOptions): Watchdog => {
  const table = new SharedArrayBuffer(12);
  const cells = new Int32Array(table);
  cells[1] = hangKillAfterMs;
  let started = false;
  return {
    start: () => {
      if (started) return;
      started = true;
      setInterval(() => Atomics.add(cells, 0, 1), turnMs).unref();
      const workerData = {
        ...{ table, inFlight: inFlight.memory, masterPid, tickMs, userTicksPerSec, heapLimitBytes },
        pictureFd: pictureFd !== null && stopBlocking(pictureFd) ? pictureFd : null,
        mainStartMs: monotonicMs() - now(),
      };
      runThread(workerData);
    },
    hangKillAfterMs: () => Atomics.load(cells, 1),
  };
};

/** Where the system has no thread or no descriptor left to begin it with, the program serves on, and it begins later. */
const runThread = (workerData: object): void => {
  const again = (): void => void setTimeout(runThread, beginAgainMs, workerData).unref();
  try {
    new Worker(fileURLToPath(threadFile), {
      workerData,
      // Nothing of the program's: no loaders, no NODE_OPTIONS, no inspector.
      execArgv: [],
      env: {},
      trackUnmanagedFds: false,
      // The scripts of a large program, told to a debugger, ended the process at 16 (TRAPS 57).
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    })
      .on("error", again)
      .unref();
  } catch {
    again();
  }
};

/** Node gives it to a child blocking: opened as a socket that nobody reads it is not, and the thread can look into it. */
const stopBlocking = (fd: number): boolean => {
  try {
    kept.push(new Socket({ fd, readable: false, writable: false }));
    return true;
  } catch {
    return false;
  }
};
/** A socket that is forgotten closes its descriptor. */
const kept: Socket[] = [];

export interface Watchdog {
  /** Once; later calls do nothing. */
  start(): void;
  /** Read back from what the thread reads. */
  hangKillAfterMs(): number;
}

interface WatchdogOptions {
  readonly masterPid: number;
  readonly hangKillAfterMs: number;
  readonly inFlight: Pick<InFlightTable, "memory">;
  readonly pictureFd: number | null;
  readonly heapLimitBytes: number;
  /** `performance.now()` */
  readonly now: () => number;
}

const threadFile = new URL("./watchdog-thread.cjs", import.meta.url);
const beginAgainMs = 5_000;
const tickMs = 250;
const turnMs = 500;
/** USER_HZ: 100 on every Linux that Node runs on. */
const userTicksPerSec = 100;
