/**
 * The watchdog's thread: ends the process when its master is gone, or when one turn of the main loop has used far too much
 * of the main thread's own CPU. It sleeps in `Atomics.wait`, so it needs no event loop; CommonJS because that starts faster.
 */
const threads = process.getBuiltinModule("node:worker_threads");
const { readFileSync, writeSync } = process.getBuiltinModule("node:fs");

const { table, masterPid, tickMs, userTicksPerSec } = threads.workerData as WatchdogData;
const cells = new Int32Array(table);

interface WatchdogData {
  /** [turns of the main loop, hang limit in ms, never woken]. */
  readonly table: SharedArrayBuffer;
  readonly masterPid: number;
  readonly tickMs: number;
  readonly userTicksPerSec: number;
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

/** The master judges first, and brings up a new worker before it kills; this is for a master that cannot. */
const backstop = 3;

let turn = -1;
let unchangedTicks = 0;
let cpuAtTurnMs = 0;

for (;;) {
  Atomics.wait(cells, 2, 0, tickMs);
  if (process.ppid !== masterPid) end("dashd: the master is gone, this worker ends");
  const now = Atomics.load(cells, 0);
  const limitMs = Atomics.load(cells, 1);
  if (now !== turn) {
    turn = now;
    unchangedTicks = 0;
    continue;
  }
  unchangedTicks++;
  // An idle loop turns at least every two seconds: up to there nothing needs to be read.
  if (unchangedTicks === 4) cpuAtTurnMs = mainCpuMs();
  if (unchangedTicks <= 4 || unchangedTicks % 2 === 1) continue;
  const usedMs = mainCpuMs() - cpuAtTurnMs + 4 * tickMs;
  if (usedMs >= limitMs * backstop)
    end(`dashd: one turn of the loop used ${Math.round(usedMs)} ms of CPU, this worker ends`);
}
