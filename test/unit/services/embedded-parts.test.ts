import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { boundLog } from "../../../lib/services/embedded/bound-log.ts";
import { parseVersion } from "../../../lib/services/embedded/find-binaries.ts";
import { placesOf, socketFolder } from "../../../lib/services/embedded/places.ts";
import { roadsOf } from "../../../lib/services/embedded/road.ts";
import { initdbArguments, serverArguments } from "../../../lib/services/embedded/server-settings.ts";
import { embeddedWords } from "../../../lib/words/catalogue/embedded.ts";
import { scratchDir } from "../../support/scratch.ts";

const nobody = { uid: 65_534, gid: 65_534 };

test("a version is read as PostgreSQL and its packagers word it", () => {
  assert.equal(parseVersion("postgres (PostgreSQL) 18.4\n"), "18.4");
  assert.equal(parseVersion("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"), "15.13");
  assert.equal(parseVersion("postgres (PostgreSQL) 19beta1"), "19beta1");
  assert.equal(parseVersion("mysqld 8"), null);
});

test("root takes the way with the least rights first, and the one that owns the data", () => {
  const names = (dataOwner: Parameters<typeof roadsOf>[1], uid = 0): readonly string[] =>
    roadsOf(nobody, dataOwner, uid).map(({ name }) => name);
  assert.deepEqual(names(null), ["plain", "opened", "read-search", "override", "namespace"]);
  assert.deepEqual(names(nobody), ["plain", "opened", "read-search", "override"]);
  assert.deepEqual(names({ uid: 0, gid: 0 }), ["namespace"]);
  assert.deepEqual(names(null, 1000), ["self"]);
});

test("what an older PostgreSQL does not know is not asked of it", () => {
  const settings = { dataDir: "/d", socketDir: "/s", maxConnections: 100, platform: "linux" } as const;
  const asks = (version: string): boolean =>
    serverArguments({ ...settings, version }).some((one) => one.startsWith("client_connection_check_interval"));
  assert.deepEqual([asks("13.9"), asks("14.0"), asks("18.4")], [false, true, true]);
  assert.equal(initdbArguments("/d", "15.1").includes("--locale-provider=builtin"), false);
  assert.equal(initdbArguments("/d", "18.4").includes("--locale-provider=builtin"), true);
});

test(
  "a socket lies in the home up to the kernel's last byte, and elsewhere past it",
  { skip: process.platform !== "linux" },
  () => {
    const folder = (length: number): string =>
      socketFolder(placesOf(`/${"h".repeat(length - "/".length - "/run/.s.PGSQL.5432".length)}`), nobody);
    assert.match(folder(107), /^\/h+\/run$/);
    assert.match(folder(108), /dashd-pg-65534-[0-9a-f]{24}$/);
  },
);

test("a log past its bound begins anew in the same file, and one older copy stays", (t) => {
  const path = join(scratchDir(t), "postgres.log");
  boundLog(path, 4);
  assert.equal(existsSync(path), false);
  writeFileSync(path, "1234");
  boundLog(path, 4);
  assert.equal(readFileSync(path, "utf8"), "1234");
  writeFileSync(path, "12345");
  boundLog(path, 4);
  assert.deepEqual([readFileSync(path, "utf8"), readFileSync(`${path}.1`, "utf8")], ["", "12345"]);
});

test("every reason and every line has a sentence", () => {
  const source = ["fault.ts", "embedded.ts", "choose.ts", "make-data.ts", "places.ts"]
    .map((name) => readFileSync(new URL(`../../../lib/services/embedded/${name}`, import.meta.url), "utf8"))
    .join("\n");
  const reasons = [...source.matchAll(/embeddedFault\("([a-z-]+)"/g)].map(([, reason]) => `embedded.${reason}`);
  const lines = [...source.matchAll(/code: "(log\.[a-z-]+)"/g)].map(([, code]) => code ?? "");
  assert.ok(reasons.length > 8 && lines.length === 4);
  for (const code of [...reasons, ...lines]) assert.ok(Object.hasOwn(embeddedWords, code), code);
});
