import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

/**
 * A thread that outlives a blocked main loop: it ends the process when the master is gone (TRAPS 25). The master judges a
 * loop that hangs; should it not, the thread does when one turn has used three times `hangKillAfterMs` of the main
 * thread's CPU. Late beats on a busy host are no hang (TRAPS 37).
 */
export const createWatchdog = ({ masterPid, hangKillAfterMs }: WatchdogOptions): Watchdog => {
  const table = new SharedArrayBuffer(12);
  const cells = new Int32Array(table);
  cells[1] = hangKillAfterMs;
  let started = false;
  return {
    start: () => {
      if (started) return;
      started = true;
      setInterval(() => Atomics.add(cells, 0, 1), turnMs).unref();
      new Worker(fileURLToPath(threadFile), {
        workerData: { table, masterPid, tickMs, userTicksPerSec },
        // Nothing of the program's: no loaders, no NODE_OPTIONS, no inspector.
        execArgv: [],
        env: {},
        trackUnmanagedFds: false,
      }).unref();
    },
    hangKillAfterMs: () => Atomics.load(cells, 1),
  };
};

export interface Watchdog {
  /** Once; later calls do nothing. */
  start(): void;
  /** Read back from what the thread reads. */
  hangKillAfterMs(): number;
}

interface WatchdogOptions {
  readonly masterPid: number;
  readonly hangKillAfterMs: number;
}

const threadFile = new URL("./watchdog-thread.cjs", import.meta.url);
const tickMs = 250;
const turnMs = 500;
/** USER_HZ: 100 on every Linux that Node runs on. */
const userTicksPerSec = 100;
