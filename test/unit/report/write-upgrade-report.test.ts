import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { DashdError } from "../../../lib/errors.ts";
import { checkReportFile, writeUpgradeReport } from "../../../lib/report/write-upgrade-report.ts";
import { sayError } from "../../../lib/words/say.ts";
import { scratchDir } from "../../support/scratch.ts";
import { example } from "./example.ts";

test("the extension chooses the format, the caller the language", async (t) => {
  const dir = scratchDir(t);
  const [markdown, page] = [join(dir, "upgrade.md"), join(dir, "upgrade.HTML")];
  await writeUpgradeReport(markdown, example(), "zh");
  await writeUpgradeReport(page, example(), "en");
  assert.match(readFileSync(markdown, "utf8"), /^# server\.js 8\.10\.1 生产服务器升级报告\n/);
  assert.match(readFileSync(page, "utf8"), /^<!doctype html>\n<html lang="en">/);
  assert.deepEqual(readdirSync(dir).toSorted(), ["upgrade.HTML", "upgrade.md"]);
});

test("a report that was there is replaced whole; its mode stays, and a link goes on pointing to it", async (t) => {
  const dir = scratchDir(t);
  const [file, link] = [join(dir, "old.md"), join(dir, "link.md")];
  writeFileSync(file, "x".repeat(1_000_000));
  chmodSync(file, 0o640);
  symlinkSync(file, link);
  await writeUpgradeReport(link, example(), "en");
  assert.match(readFileSync(file, "utf8"), /^# server\.js/);
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(dir).toSorted(), ["link.md", "old.md"]);
});

describe("what cannot be written is refused before anything is measured, with one sentence", () => {
  const refused = async (file: string): Promise<string> => {
    const error = await checkReportFile(file).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof DashdError);
    assert.deepEqual([error.code, error.exitCode], ["E_USAGE", 64]);
    await assert.rejects(writeUpgradeReport(file, example(), "en"), { code: "E_USAGE" });
    return sayError("en", error).sentence;
  };

  test("another extension", async (t) => {
    const file = join(scratchDir(t), "upgrade.pdf");
    assert.equal(await refused(file), `Not understood: --report ${file}; expected a file that ends in .md or .html.`);
  });

  test("a folder, a device, a folder that is not there", async (t) => {
    const dir = scratchDir(t);
    mkdirSync(join(dir, "folder.md"));
    symlinkSync("/dev/null", join(dir, "device.md"));
    assert.match(await refused(join(dir, "folder.md")), /this is a folder/);
    assert.match(await refused(join(dir, "device.md")), /an ordinary file/);
    assert.match(await refused(join(dir, "no", "upgrade.md")), /in a folder that exists/);
    assert.match(await refused(join(dir, `${"x".repeat(300)}.md`)), /a file that can be written/);
  });
});
