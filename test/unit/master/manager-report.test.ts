import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createManagerReport, type ManagerReport, type ManagerView } from "../../../lib/master/manager-report.ts";

const held: ManagerView = { state: "held", readyWorkers: 8, sentence: "OK", patienceMs: 60_000 };

/** What is said in each second of a stretch, as `<second>: <words>`. */
const saidOver = (
  report: ManagerReport,
  seconds: number,
  viewAt: (second: number) => ManagerView = () => held,
): readonly string[] =>
  Array.from({ length: seconds }, (_, index) => index + 1).flatMap((second) => {
    const words = report.next(viewAt(second), second * 1_000);
    return words.length === 0 ? [] : [`${second}: ${words.join(" ")}`];
  });

const serving = (watchdogMs: number | null): ManagerReport => {
  const report = createManagerReport(watchdogMs);
  report.serving(held, 0);
  return report;
};

describe("what systemd is told", () => {
  it("is READY once it serves, with the first ping and the sentence", () => {
    const report = createManagerReport(30_000);
    const starting = { ...held, state: "starting", readyWorkers: 0, sentence: "STARTING" } as const;
    assert.deepEqual(report.starting(starting, 50_000), ["EXTEND_TIMEOUT_USEC=50000000", "STATUS=STARTING"]);
    assert.deepEqual(report.serving(held, 0), ["READY=1", "WATCHDOG=1", "STATUS=OK"]);
    assert.deepEqual(report.stopping({ ...held, sentence: "DRAINING" }, 50_000), [
      "STOPPING=1",
      "EXTEND_TIMEOUT_USEC=50000000",
      "STATUS=DRAINING",
    ]);
  });

  it("is a ping three times per watchdog, and nothing in between while nothing happens", () => {
    assert.deepEqual(saidOver(serving(30_000), 25), ["10: WATCHDOG=1", "20: WATCHDOG=1"]);
    assert.deepEqual(saidOver(serving(null), 25), []);
  });

  it("takes a sentence whose figures change along with a ping, at no process more", () => {
    const busy = (second: number): ManagerView => ({ ...held, sentence: `OK ${second}` });
    assert.deepEqual(saidOver(serving(30_000), 25, busy), [
      "10: WATCHDOG=1 STATUS=OK 10",
      "20: WATCHDOG=1 STATUS=OK 20",
    ]);
    assert.deepEqual(saidOver(serving(null), 25, busy), ["10: STATUS=OK 10", "20: STATUS=OK 20"]);
  });

  it("is a new state at once, and one that flaps every two seconds at most", () => {
    const dying = (second: number): ManagerView => ({ ...held, readyWorkers: 8 - second, sentence: `OK ${second}` });
    assert.deepEqual(saidOver(serving(null), 6, dying), ["2: STATUS=OK 2", "4: STATUS=OK 4", "6: STATUS=OK 6"]);
  });

  it("is RELOADING while a change runs and READY after it, whatever else is said", () => {
    const changing = (second: number): ManagerView =>
      second >= 3 && second < 6 ? { ...held, state: "changing", sentence: "CHANGING" } : held;
    assert.deepEqual(saidOver(serving(30_000), 8, changing), [
      "3: RELOADING=1 STATUS=CHANGING",
      "6: READY=1 STATUS=OK",
    ]);
  });

  it("is no ping any more once no worker has been ready for longer than a recovery takes, until one is", () => {
    const down = (second: number): ManagerView => ({ ...held, readyWorkers: second <= 5 || second >= 100 ? 8 : 0 });
    const pings = saidOver(serving(30_000), 115, down).filter((line) => line.includes("WATCHDOG=1"));
    assert.deepEqual(
      pings.map((line) => Number.parseInt(line, 10)),
      [10, 20, 30, 40, 50, 60, 100, 110],
    );
  });
});
