import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedactor, redactAll, secretsOf } from "../../../lib/settings/redact.ts";

const secrets = secretsOf({
  databaseUrl: "postgres://u:p%40ss.word@db/board?sslkey=k-e-y",
  redisUrl: "redis://:hush+1@cache",
  upstream: null,
  adminToken: "token-of-the-home",
  adminReadToken: null,
});

test("the passwords of our URLs and the admin token are taken out wherever they stand, encoded or not", () => {
  const redact = createRedactor(secrets);
  for (const text of [
    "connect postgres://u:p%40ss.word@db/board",
    "password p@ss.word is wrong",
    "AUTH hush+1",
    "Authorization: Bearer token-of-the-home",
  ]) {
    assert.match(redact(text), /\(set\)/, text);
    assert.doesNotMatch(redact(text), /ss\.word|hush|token-of/, text);
  }
  assert.equal(redact("passXword, hush 1 and board"), "passXword, hush 1 and board");
});

test("all texts of a value are redacted, and nothing else of it changes", () => {
  const box = { slot: 3, error: { message: "p@ss.word" }, lines: [{ text: "hush+1" }], at: null };
  assert.deepEqual(redactAll(box, createRedactor(secrets)), {
    ...{ slot: 3, error: { message: "(set)" }, lines: [{ text: "(set)" }], at: null },
  });
});

test("without secrets, and with one too short to be told from a word, texts stay as they are", () => {
  const redact = createRedactor(
    secretsOf({ databaseUrl: "postgres://a:a@b/c", redisUrl: null, upstream: null, adminToken: null, adminReadToken: null }),
  );
  assert.equal(redact("a banana"), "a banana");
});
