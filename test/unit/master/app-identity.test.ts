import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { identifyApp } from "../../../lib/master/app-identity.ts";
import { serviceUser } from "../../support/service-user.ts";

const dir = mkdtempSync(join(tmpdir(), "dashd-identity-"));
after(() => rmSync(dir, { recursive: true, force: true }));

const release = (name: string, code: string): string => {
  const folder = join(dir, name);
  mkdirSync(join(folder, "lib"), { recursive: true });
  mkdirSync(join(folder, "node_modules", "x"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"name":"app","version":"1.2.3"}');
  writeFileSync(join(folder, "server.js"), "require('./lib/a')");
  writeFileSync(join(folder, "lib", "a.js"), code);
  return folder;
};
const identify = (path: string) => identifyApp({ path, builtIn: false, args: [] });

describe("the identity of an app", () => {
  it("changes with any of its own sources, and not with what was installed beside them", () => {
    const folder = release("one", "1");
    const before = identify(join(folder, "server.js"));
    writeFileSync(join(folder, "node_modules", "x", "index.js"), "2");
    assert.equal(identify(join(folder, "server.js")).fingerprint, before.fingerprint);
    writeFileSync(join(folder, "lib", "a.js"), "2");
    assert.notEqual(identify(join(folder, "server.js")).fingerprint, before.fingerprint);
    assert.equal(before.version, "1.2.3");
  });

  it("leaves out what this user may not read, as the app has to", () => {
    const folder = release("unreadable", "1");
    chmodSync(dir, 0o755);
    const before = identify(join(folder, "server.js"));
    writeFileSync(join(folder, "lib", "b.js"), "secret", { mode: 0 });
    // Root may read everything.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(serviceUser().uid);
    try {
      assert.equal(identify(join(folder, "server.js")).fingerprint, before.fingerprint);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it("does not change with the data that an app writes beside its code", () => {
    const folder = release("data", "1");
    const before = identify(join(folder, "server.js"));
    writeFileSync(join(folder, "db.json"), "[]");
    assert.equal(identify(join(folder, "server.js")).fingerprint, before.fingerprint);
  });

  it("is the same for the same sources in another folder", () => {
    const a = identify(join(release("two", "x"), "server.js"));
    const b = identify(join(release("three", "x"), "server.js"));
    assert.equal(a.fingerprint, b.fingerprint);
    assert.notEqual(a.path, b.path);
  });

  it("names the release behind a link, so that a generation stays with the code it was born with", () => {
    const folder = release("four", "x");
    symlinkSync(folder, join(dir, "current"));
    assert.equal(identify(join(dir, "current", "server.js")).path, identify(join(folder, "server.js")).path);
  });
});
