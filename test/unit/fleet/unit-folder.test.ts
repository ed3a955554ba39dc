import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { instanceName } from "../../../lib/fleet/instance-name.ts";
import { createUnitFolder } from "../../../lib/fleet/unit-folder.ts";
import { scratchDir } from "../../support/scratch.ts";

const home = "/srv/my shop/.dashd";
const unit = { name: "dashd-shop.service", text: "[Service]\nType=notify\n" };

test("a unit is written once, replaced when it is another, and left alone when it is the same", (t) => {
  const dir = join(scratchDir(t), "systemd", "system");
  const folder = createUnitFolder(dir, home);
  const put = (text: string): readonly string[] => {
    const compared = folder.compare([{ ...unit, text }]);
    folder.write(compared);
    return compared.map(({ change }) => change);
  };
  assert.deepEqual(put(unit.text), ["written"]);
  const path = join(dir, unit.name);
  assert.ok(readFileSync(path, "utf8").endsWith(unit.text));
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(put(unit.text), ["unchanged"]);
  assert.deepEqual(put(`${unit.text}WatchdogSec=30\n`), ["replaced"]);
  assert.deepEqual(folder.ours([unit.name, "dashd-shop.socket"]), [unit.name]);
  folder.remove([unit.name]);
  assert.deepEqual(folder.ours([unit.name]), []);
});

test("a unit of somebody else, of another home or edited by hand is neither replaced nor taken away", (t) => {
  const dir = scratchDir(t);
  const path = join(dir, unit.name);
  const folder = createUnitFolder(dir, home);
  mkdirSync(dir, { recursive: true });

  writeFileSync(path, unit.text);
  const theirs = { code: "E_UNIT_TAKEN", facts: { path, found: "another", home: null } };
  assert.throws(() => folder.compare([unit]), theirs);
  assert.throws(() => folder.ours([unit.name]), theirs);
  assert.equal(readFileSync(path, "utf8"), unit.text);

  const other = createUnitFolder(dir, "/srv/other/.dashd");
  folder.remove([unit.name]);
  other.write(other.compare([unit]));
  assert.throws(() => folder.compare([unit]), {
    code: "E_UNIT_TAKEN",
    facts: { path, found: "another", home: "/srv/other/.dashd" },
  });

  writeFileSync(path, readFileSync(path, "utf8").replace("notify", "simple"));
  assert.throws(() => other.compare([unit]), {
    code: "E_UNIT_TAKEN",
    facts: { path, found: "edited", home: "/srv/other/.dashd" },
  });
  assert.deepEqual(other.ours([unit.name]), [unit.name], "who asks for its end may have it");
});

test("an instance is named by its folder", () => {
  assert.equal(instanceName("/srv/my shop/.dashd"), "dashd-my-shop");
  assert.equal(instanceName("/srv/shop/.dashd-two"), "dashd-two");
  assert.equal(instanceName("/srv/dashd/.dashd"), "dashd");
  assert.equal(instanceName("/var/lib/board"), "dashd-board");
  assert.equal(instanceName("/门店/.dashd"), "dashd");
});

test("where the folder cannot be made, the unit is said not to be writable", (t) => {
  const taken = join(scratchDir(t), "file");
  writeFileSync(taken, "");
  const dir = join(taken, "systemd");
  const folder = createUnitFolder(dir, home);
  assert.throws(() => folder.write(folder.compare([unit])), {
    code: "E_NOT_WRITABLE",
    facts: { path: dir, found: "not-a-directory" },
  });
});
