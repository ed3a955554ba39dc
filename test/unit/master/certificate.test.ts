import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Log } from "../../../lib/log.ts";
import { silentLog } from "../../../lib/log.ts";
import { checkPair, datesOf } from "../../../lib/master/certificate.ts";
import { openServiceTls } from "../../../lib/master/service-tls.ts";
import { repositoryDir } from "../../support/apps.ts";
import { scratchDir } from "../../support/scratch.ts";

const file = (name: string): string => join(repositoryDir, "test/fixtures/tls", name);
const pem = (name: string): string => readFileSync(file(name), "utf8");
const paths = { certPath: "/etc/a.crt", keyPath: "/etc/a.key" };
const dayMs = 86_400_000;

test("a certificate is said to expire in its last two weeks, to have expired, or not to be valid yet", () => {
  const pair = checkPair({ cert: pem("one.crt"), key: pem("one.key") }, paths);
  const codes = (atMs: number): readonly string[] => datesOf(pair, paths.certPath, atMs).map(({ code }) => code);
  assert.deepEqual(codes(pair.validFromMs - 1), ["W_TLS_NOT_YET_VALID"]);
  assert.deepEqual(codes(pair.validFromMs), []);
  assert.deepEqual(codes(pair.validToMs - 14 * dayMs - 1), []);
  assert.deepEqual(codes(pair.validToMs - 14 * dayMs + 1), ["W_TLS_EXPIRES"]);
  assert.equal(datesOf(pair, paths.certPath, pair.validToMs - dayMs)[0]?.facts["days"], 1);
  assert.deepEqual(codes(pair.validToMs), ["W_TLS_EXPIRED"]);
});

test("a pair that does not fit is told with what is wrong and where, never with what is in it", () => {
  for (const [cert, key, found, name] of [
    ["one.crt", "two.key", "tls.no-match", "DASHD_TLS_KEY"],
    ["one.key", "one.key", "tls.no-certificate", "DASHD_TLS_CERT"],
    ["one.crt", "one.crt", "tls.no-key", "DASHD_TLS_KEY"],
    ["one.crt", "locked.key", "tls.key-encrypted", "DASHD_TLS_KEY"],
  ] as const) {
    assert.throws(
      () => checkPair({ cert: pem(cert), key: pem(key) }, paths),
      (error: { code: string; facts: unknown }) => {
        const path = name === "DASHD_TLS_KEY" ? paths.keyPath : paths.certPath;
        assert.deepEqual([error.code, error.facts], ["E_TLS", { name, path, found }]);
        return true;
      },
    );
  }
});

test("a new pair is taken once both files have stopped changing, one that does not fit is said once", async (t) => {
  const dir = scratchDir(t);
  const [tlsCert, tlsKey] = [join(dir, "a.crt"), join(dir, "a.key")];
  const put = (name: string, to: string): void => {
    copyFileSync(file(name), `${to}.new`);
    renameSync(`${to}.new`, to);
  };
  put("one.crt", tlsCert);
  put("one.key", tlsKey);
  const errors: unknown[] = [];
  const log: Log = { ...silentLog, error: ({ facts }) => void errors.push(facts["found"]) };
  const tls = await openServiceTls({ tlsCert, tlsKey, log, now: Date.now });
  const certificate = (): string | undefined => tls.told().files?.cert;
  assert.equal(certificate(), pem("one.crt"));
  assert.equal(tls.look(), null);

  put("two.crt", tlsCert);
  assert.equal(tls.look(), null, "the key may still be on its way");
  put("two.key", tlsKey);
  assert.equal(tls.look(), null, "it has just changed");
  assert.equal(tls.look()?.cert, pem("two.crt"));
  assert.equal(certificate(), pem("two.crt"));
  assert.deepEqual(errors, []);

  writeFileSync(tlsKey, "broken");
  for (let n = 0; n < 4; n++) assert.equal(tls.look(), null);
  assert.deepEqual(errors, ["tls.no-key"]);
  assert.equal(certificate(), pem("two.crt"), "the old one stays");
  put("two.key", tlsKey);
  tls.look();
  assert.notEqual(tls.look(), null);

  const other = await openServiceTls({ tlsCert, tlsKey, log, now: Date.now });
  assert.notEqual(other.told().ticketKeys, tls.told().ticketKeys);
  assert.equal(Buffer.from(tls.told().ticketKeys, "base64").length, 48);
});

test("where the files cannot be looked at, a start says so, and an instance that has them keeps them", async (t) => {
  const dir = scratchDir(t);
  const folder = join(dir, "live");
  const [tlsCert, tlsKey] = [join(folder, "a.crt"), join(folder, "a.key")];
  mkdirSync(folder);
  copyFileSync(file("one.crt"), tlsCert);
  copyFileSync(file("one.key"), tlsKey);
  const errors: unknown[] = [];
  const log: Log = { ...silentLog, error: ({ facts }) => void errors.push(facts["found"]) };
  const tls = await openServiceTls({ tlsCert, tlsKey, log, now: Date.now });
  // As with a folder that this user may not enter, stat() throws, for root too.
  renameSync(folder, join(dir, "aside"));
  writeFileSync(folder, "");
  for (let n = 0; n < 3; n++) assert.equal(tls.look(), null);
  assert.deepEqual(errors, ["ENOTDIR"]);
  assert.ok(Array.isArray(tls.warnings()));
  assert.equal(tls.told().files?.cert, pem("one.crt"));
  await assert.rejects(openServiceTls({ tlsCert, tlsKey, log, now: Date.now }), {
    code: "E_TLS",
    facts: { name: "DASHD_TLS_CERT", path: tlsCert, found: "ENOTDIR" },
  });
});
