import type { Picture } from "../protocol/black-box.ts";
import { takeGlimpse, takePicture } from "./take-picture.ts";

/**
 * The watchdog's thread: ends the process when its master is gone, or when one turn of the main loop has used far too much
 * of the main thread's own CPU; while the main loop is blocked, it tells the master what that is in. It sleeps in
 * `Atomics.wait`, so it needs no event loop until then; built as CommonJS, because that starts faster.
 */
const threads = process.getBuiltinModule("node:worker_threads");
const { readFileSync, readSync, writeSync } = process.getBuiltinModule("node:fs");

const { table, inFlight, masterPid, tickMs, userTicksPerSec, pictureFd, mainStartMs, heapLimitBytes } =
  threads.workerData as WatchdogData;
const cells = new Int32Array(table);

interface WatchdogData {
  /** [turns of the main loop, hang limit in ms, never woken]. */
  readonly table: SharedArrayBuffer;
  readonly inFlight: SharedArrayBuffer;
  readonly masterPid: number;
  readonly tickMs: number;
  readonly userTicksPerSec: number;
  /** Where the master asks for a picture and gets it, not blocking; null: nowhere. */
  readonly pictureFd: number | null;
  /** Monotonic time at which `performance.now()` of the main thread is 0. */
  readonly mainStartMs: number;
  readonly heapLimitBytes: number;
}

const mainCpuMs = (): number => {
  try {
    const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / userTicksPerSec;
  } catch {
    return Number.NaN;
  }
};

const end = (line: string): void => {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody reads stderr any more; the kill is what counts.
  }
  process.kill(process.pid, "SIGKILL");
};

const asked = Buffer.alloc(64);
const isAsked = (): boolean => {
  try {
    return pictureFd !== null && readSync(pictureFd, asked) > 0;
  } catch {
    // Nothing there (EAGAIN), or no master.
    return false;
  }
};

const sources = {
  ...{ inFlight, heapLimitBytes, mainCpuMs },
  mainNowMs: () => Number(process.hrtime.bigint() / 1000n) / 1000 - mainStartMs,
};

const tell = (picture: Picture): void => {
  if (pictureFd === null) return;
  let rest = Buffer.from(`${JSON.stringify(picture)}\n`);
  for (let tries = 0; rest.length > 0 && tries < writeTries; tries++) {
    try {
      rest = rest.subarray(writeSync(pictureFd, rest));
    } catch {
      Atomics.wait(cells, 2, 0, writeAgainMs);
    }
  }
};

/** The master judges first, and brings up a new worker before it kills; this is for a master that cannot. */
const backstop = 3;
const askedEveryMs = 50;
const writeTries = 20;
const writeAgainMs = 10;

let turn = -1;
let unchangedTicks = 0;
let cpuAtTurnMs = 0;

/** For a tick; sooner, and true, when a blocked main thread is asked about. */
const sleep = (): boolean => {
  if (unchangedTicks < 3) Atomics.wait(cells, 2, 0, tickMs);
  else {
    for (let slept = 0; slept < tickMs; slept += askedEveryMs) {
      Atomics.wait(cells, 2, 0, askedEveryMs);
      if (isAsked()) return true;
    }
  }
  return false;
};

/** Until something is to be told, which needs the event loop. */
const watch = (): void => {
  for (;;) {
    if (sleep()) {
      void takePicture(sources).then(tell).then(watch, watch);
      return;
    }
    if (process.ppid !== masterPid) end("dashd: the master is gone, this worker ends");
    const now = Atomics.load(cells, 0);
    const limitMs = Atomics.load(cells, 1);
    if (now !== turn) {
      turn = now;
      unchangedTicks = 0;
      continue;
    }
    unchangedTicks++;
    if (unchangedTicks === 4) tell(takeGlimpse(sources));
    // An idle loop turns at least every two seconds: up to there nothing needs to be read.
    if (unchangedTicks === 4) cpuAtTurnMs = mainCpuMs();
    if (unchangedTicks <= 4 || unchangedTicks % 2 === 1) continue;
    const usedMs = mainCpuMs() - cpuAtTurnMs + 4 * tickMs;
    if (usedMs < limitMs * backstop) continue;
    const last = (): void => end(`dashd: one turn of the loop used ${Math.round(usedMs)} ms of CPU, this worker ends`);
    void takePicture(sources).then(tell).then(last, last);
    return;
  }
};

watch();
