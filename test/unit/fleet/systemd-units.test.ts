import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serviceBounds } from "../../../lib/fleet/service-bounds.ts";
import { type SystemdService, systemdUnits } from "../../../lib/fleet/systemd-units.ts";
import { builtInProfilesDir, loadLadder } from "../../../lib/profile/load.ts";

const ladder = await loadLadder(builtInProfilesDir());

const service = (
  more: Partial<SystemdService> = {},
  launch: Partial<SystemdService["launch"]> = {},
): SystemdService => ({
  name: "dashd-shop",
  launch: {
    program: ["/usr/bin/node", "/usr/lib/node_modules/dashd/dist/bin/dashd.js"],
    ...{ folder: "/srv/shop", home: "/srv/shop/.dashd", app: "/srv/shop/current/server.js" },
    ...{ flags: ["--port", "8050"], appArgs: [], firstStage: null },
    ...launch,
  },
  bounds: serviceBounds(ladder),
  user: "shop",
  socket: null,
  needsLowPort: false,
  writable: [],
  ...more,
});

/** Every value of a key, in order. */
const valuesOf = (asked: SystemdService, key: string, unit = 0): readonly string[] =>
  (systemdUnits(asked)[unit]?.text ?? "")
    .split("\n")
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));

describe("the unit of a service", () => {
  it("starts what was typed without a stage, so that a reboot does not undo a rollback", () => {
    const asked = service({}, { firstStage: 2 });
    assert.deepEqual(valuesOf(asked, "ExecStart"), [
      "/usr/bin/node /usr/lib/node_modules/dashd/dist/bin/dashd.js start /srv/shop/current/server.js --home /srv/shop/.dashd --port 8050",
    ]);
    assert.deepEqual(valuesOf(asked, "Environment"), ["DASHD_STAGE=2"]);
    assert.deepEqual(valuesOf(service(), "Environment"), []);
    assert.match(valuesOf(asked, "ExecReload")[0] ?? "", / reload --home \/srv\/shop\/\.dashd$/);
  });

  it("is told of by a process beside the master, and is not tried again after usage and refusal", () => {
    assert.deepEqual(valuesOf(service(), "Type"), ["notify"]);
    assert.deepEqual(valuesOf(service(), "NotifyAccess"), ["all"]);
    assert.deepEqual(valuesOf(service(), "Restart"), ["on-failure"]);
    assert.deepEqual(valuesOf(service(), "RestartPreventExitStatus"), ["6 64"]);
    assert.deepEqual(valuesOf(service(), "KillMode"), ["mixed"]);
    assert.deepEqual(valuesOf(service(), "OOMPolicy"), ["continue"]);
  });

  it("gives every stage of the ladder the time to start, to change and to stop", () => {
    for (const { bootTimeoutSec, watchWindowSec, stopTimeoutSec } of ladder.values()) {
      assert.ok(
        Number(valuesOf(service(), "TimeoutStartSec")[0]) > bootTimeoutSec + 2 * watchWindowSec + stopTimeoutSec,
      );
      assert.ok(Number(valuesOf(service(), "TimeoutStopSec")[0]) > stopTimeoutSec + 15);
    }
  });

  it("leaves nothing in a path or an argument for systemd to interpret", () => {
    const odd = service(
      { writable: ["/srv/up loads"] },
      {
        ...{ folder: "/srv/my shop 100%", home: "/srv/my shop 100%/.dashd", app: "/srv/my shop 100%/it's.js" },
        ...{ flags: [], appArgs: ["$HOME", 'say "hi"', "back\\slash", "a;b", ""] },
      },
    );
    assert.match(
      valuesOf(odd, "ExecStart")[0] ?? "",
      / start "\/srv\/my shop 100%%\/it's\.js" --home "\/srv\/my shop 100%%\/\.dashd" -- \$\$HOME "say \\"hi\\"" "back\\\\slash" "a;b" ""$/,
    );
    assert.deepEqual(valuesOf(odd, "WorkingDirectory"), ["/srv/my shop 100%%"]);
    assert.deepEqual(valuesOf(odd, "ReadWritePaths"), ['"/srv/my shop 100%%/.dashd" "/srv/up loads"']);
  });

  it("is closed to all but its home, and lets V8 compile", () => {
    assert.deepEqual(valuesOf(service(), "ProtectSystem"), ["strict"]);
    assert.deepEqual(valuesOf(service(), "ReadWritePaths"), ["/srv/shop/.dashd"]);
    assert.deepEqual(valuesOf(service(), "NoNewPrivileges"), ["true"]);
    assert.deepEqual(valuesOf(service(), "CapabilityBoundingSet"), [""]);
    assert.deepEqual(valuesOf(service(), "UMask"), ["0077"]);
    assert.deepEqual(valuesOf(service(), "MemoryDenyWriteExecute"), []);
  });

  it("keeps in sight what it runs from", () => {
    assert.deepEqual(valuesOf(service(), "ProtectHome"), ["true"]);
    assert.deepEqual(valuesOf(service(), "PrivateTmp"), ["true"]);
    const nvm = service({}, { program: ["/home/shop/.nvm/versions/node/v20/bin/node", "/srv/shop/dashd.js"] });
    assert.deepEqual(valuesOf(nvm, "ProtectHome"), ["read-only"]);
    assert.match(
      valuesOf(nvm, "Environment")[0] ?? "",
      /^PATH=\/home\/shop\/\.nvm\/versions\/node\/v20\/bin:\/usr\/local/,
    );
    assert.deepEqual(valuesOf(service({}, { folder: "/tmp/shop" }), "PrivateTmp"), []);
  });

  it("may open a low port where systemd does not, and only then", () => {
    assert.deepEqual(valuesOf(service({ needsLowPort: true }), "AmbientCapabilities"), ["CAP_NET_BIND_SERVICE"]);
    assert.deepEqual(valuesOf(service(), "AmbientCapabilities"), []);
  });

  it("of a user asks for nothing that only root's systemd can do", () => {
    const own = service({ user: null });
    for (const key of ["User", "ProtectSystem", "PrivateTmp", "CapabilityBoundingSet", "PrivateDevices", "After"]) {
      assert.deepEqual(valuesOf(own, key), [], key);
    }
    assert.deepEqual(valuesOf(own, "WantedBy"), ["default.target"]);
  });

  it("waits for its socket, which listens where dashd would", () => {
    const asked = service({ socket: { host: "::1", port: 80, backlog: 4096 } });
    assert.deepEqual(valuesOf(asked, "Requires"), ["dashd-shop.socket"]);
    assert.deepEqual(valuesOf(asked, "ListenStream", 1), ["[::1]:80"]);
    assert.deepEqual(valuesOf(asked, "Backlog", 1), ["4096"]);
  });
});
