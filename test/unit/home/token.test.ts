import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { homePaths } from "../../../lib/home/paths.ts";
import { ensureToken, sameToken } from "../../../lib/home/token.ts";
import { scratchDir } from "../../support/scratch.ts";

test("a token is made once, is hard to guess, and is the owner's alone", (t) => {
  const paths = homePaths(scratchDir(t));
  const token = ensureToken(paths);
  assert.match(token, /^[\w-]{43}$/);
  assert.equal(ensureToken(paths), token);
  assert.notEqual(ensureToken(homePaths(scratchDir(t))), token);
  assert.equal(statSync(paths.token).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(paths.dir), ["token"]);
});

test("a token that others could read is closed", (t) => {
  const paths = homePaths(scratchDir(t));
  const token = ensureToken(paths);
  chmodSync(paths.token, 0o644);
  assert.equal(ensureToken(paths), token);
  assert.equal(statSync(paths.token).mode & 0o777, 0o600);
});

test("an empty file gets a token, the operator's own is kept, a short one is refused", (t) => {
  const paths = homePaths(scratchDir(t));
  writeFileSync(paths.token, "");
  assert.equal(ensureToken(paths), readFileSync(paths.token, "utf8").trim());
  writeFileSync(paths.token, "my-own-long-token\n");
  assert.equal(ensureToken(paths), "my-own-long-token");
  writeFileSync(paths.token, "short");
  assert.throws(() => ensureToken(paths), { code: "E_HOME" });
});

test("only the same token is the same, and no token is none", () => {
  assert.equal(sameToken("abc", "abc"), true);
  for (const wrong of ["", "ab", "abd", "abcd", "ABC"]) assert.equal(sameToken(wrong, "abc"), false);
  assert.equal(sameToken("", ""), false);
});
