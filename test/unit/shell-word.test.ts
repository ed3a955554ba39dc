import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { shellWord } from "../../lib/shell-word.ts";

test("a shell takes it for the word that it is, and what needs no quotes has none", () => {
  const words = ["/srv/my shop/.dashd", "it's", '$HOME `id` "x"', "a\nb", "*", "", "~x", "店铺 1"];
  for (const word of words) {
    const { stdout } = spawnSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" });
    assert.equal(stdout, word);
  }
  for (const plain of ["/srv/shop-2/.dashd", "./server.js", "/srv/店铺"]) assert.equal(shellWord(plain), plain);
});
