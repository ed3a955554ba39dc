import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { identityOf } from "../../../lib/host/process-identity.ts";
import { createInstances, type Instance } from "../../../lib/home/instances.ts";
import { scratchDir } from "../../support/scratch.ts";

const self = identityOf(process.pid) ?? { pid: process.pid, startedAt: "" };
const instance: Instance = { home: "/srv/.dashd", master: self, url: "http://127.0.0.1:1", stage: 2, since: "now" };

test("only instances whose master lives are known, and the dead are forgotten", (t) => {
  const state = scratchDir(t);
  const instances = createInstances({ XDG_STATE_HOME: state });
  assert.deepEqual(instances.list(), []);
  assert.equal(instances.register(instance), true);
  assert.equal(instances.register({ ...instance, stage: 1 }), true);
  const dead = { ...instance, home: "/srv/dead", master: { ...self, startedAt: "another-boot/1" } };
  instances.register(dead);
  const dir = join(state, "dashd", "instances");
  writeFileSync(join(dir, "0123456789abcdef.json"), "{");
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  assert.deepEqual(instances.list(), [{ ...instance, stage: 1 }]);
  assert.equal(readdirSync(dir).length, 1);
  instances.unregister(self, instance.home);
  assert.deepEqual(instances.list(), []);
});

test("without XDG_STATE_HOME, or with a relative one, the state lies in the home folder", (t) => {
  const home = scratchDir(t);
  for (const env of [{ HOME: home }, { HOME: home, XDG_STATE_HOME: "state" }]) {
    assert.equal(createInstances(env).register(instance), true);
    assert.equal(readdirSync(join(home, ".local/state/dashd/instances")).length, 1);
  }
});

test("where nothing can be kept it knows none and nothing fails", (t) => {
  const file = join(scratchDir(t), "file");
  writeFileSync(file, "");
  for (const env of [{ XDG_STATE_HOME: join(file, "state") }, { HOME: "" }, { HOME: "/proc/nowhere" }]) {
    const instances = createInstances(env);
    assert.equal(instances.register(instance), false);
    instances.unregister(self, instance.home);
    assert.deepEqual(instances.list(), []);
  }
});
