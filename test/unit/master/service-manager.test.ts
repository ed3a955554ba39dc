import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { takeServiceManager } from "../../../lib/master/service-manager.ts";

const pid = 4711;
const nobody = { notifySocket: null, watchdogMs: null, listenFd: null };

describe("what systemd hands over in the environment", () => {
  it("is taken, and no worker sees it", () => {
    const env: NodeJS.ProcessEnv = {
      ...{ NOTIFY_SOCKET: "@systemd/notify", WATCHDOG_USEC: "30000000", WATCHDOG_PID: String(pid) },
      ...{ LISTEN_PID: String(pid), LISTEN_FDS: "1", LISTEN_FDNAMES: "shop.socket", HOME: "/srv" },
    };
    assert.deepEqual(takeServiceManager(env, pid), {
      notifySocket: "@systemd/notify",
      watchdogMs: 30_000,
      listenFd: 3,
    });
    assert.deepEqual(env, { HOME: "/srv" });
  });

  it("is left alone where it means another process, or nobody said anything", () => {
    const env = { WATCHDOG_USEC: "30000000", WATCHDOG_PID: "1", LISTEN_PID: "1", LISTEN_FDS: "1" };
    assert.deepEqual(takeServiceManager(env, pid), nobody);
    assert.deepEqual(takeServiceManager({}, pid), nobody);
    assert.deepEqual(takeServiceManager({ NOTIFY_SOCKET: "", WATCHDOG_USEC: "", LISTEN_FDS: "" }, pid), nobody);
  });

  it("is refused where it is more than one socket", () => {
    const env = { LISTEN_PID: String(pid), LISTEN_FDS: "2" };
    assert.throws(() => takeServiceManager(env, pid), { code: "E_LISTEN_FDS", facts: { found: 2 }, exitCode: 64 });
  });
});
