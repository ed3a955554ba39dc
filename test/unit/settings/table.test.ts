import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import { parseEnv } from "node:util";
import { Command } from "commander";
import { redactUrl } from "../../../lib/settings/redact.ts";
import { settingFlags } from "../../../lib/settings/flags.ts";
import { resolveSettings, type ResolveInput } from "../../../lib/settings/resolve.ts";
import { settingRows } from "../../../lib/settings/rows.ts";
import { settingNames, settingTable } from "../../../lib/settings/table.ts";
import { say } from "../../../lib/words/say.ts";
import { generatedFiles } from "../../support/generated-files.ts";
import { scratchDir } from "../../support/scratch.ts";

const rowsOf = (t: TestContext, env: ResolveInput["env"]) =>
  new Map(settingRows(resolveSettings({ flags: {}, env, cwd: scratchDir(t) })).map((row) => [row.name, row]));

test(".env.example is what the table gives (npm run generate)", () => {
  const { path, text } = generatedFiles.envExample;
  assert.equal(readFileSync(path, "utf8"), text());
});

test(".env.example names every variable, and taking a default's # away changes nothing", (t) => {
  const lines = generatedFiles.envExample.text().split("\n");
  const named = lines.flatMap((line) => /^#([A-Z_]+)=/.exec(line)?.[1] ?? []);
  assert.deepEqual(
    named,
    settingNames.map((name) => settingTable[name].variables[0]),
  );
  const env = parseEnv(lines.map((line) => line.replace(/^#([A-Z_]+=.)/, "$1")).join("\n"));
  const cwd = scratchDir(t);
  const stated = resolveSettings({ flags: {}, env, cwd });
  assert.deepEqual(stated.values, resolveSettings({ flags: {}, env: {}, cwd }).values);
  assert.equal(stated.sources.port, "environment");
});

test("a flag is its variable's name without DASHD_, and commander calls it by the setting's name", () => {
  const command = new Command();
  for (const { name, flags } of settingFlags()) {
    command.option(flags);
    assert.equal(command.options.at(-1)?.attributeName(), name);
    const variable = settingTable[name].variables[0].replace(/^DASHD_/, "");
    const flag = `--${variable.toLowerCase().replaceAll("_", "-")}`;
    // What is on unless it is switched off has the flag that does so.
    assert.equal(flags.split(" ")[0], flag === "--panel" ? "--no-panel" : flag);
  }
});

test("every setting but the tokens has a flag, and every flag has its help in both languages", () => {
  assert.deepEqual(
    settingNames.filter((name) => !settingFlags().some((flag) => flag.name === name)),
    ["adminToken", "adminReadToken"],
  );
  for (const { help, note } of settingFlags()) {
    assert.match(say("en", help), /\.$/);
    assert.match(say("zh", help), /。$/);
    assert.match(say("en", note), /^\[[A-Z]/);
  }
});

test("config shows every setting with its value and source, and no secret", (t) => {
  const rows = rowsOf(t, {
    DASHD_ADMIN_TOKEN: "a-token-nobody-may-see",
    DATABASE_URL: "postgres://user:pass@host/db?sslpassword=word",
    DASHD_HEALTH_PATHS: "off",
    DASHD_TRUST_PROXY: "::1,loopback",
  });
  assert.deepEqual([...rows.keys()], settingNames);
  assert.deepEqual(rows.get("adminToken"), {
    name: "adminToken",
    variable: "DASHD_ADMIN_TOKEN",
    flag: null,
    value: "(set)",
    source: "environment",
  });
  assert.equal(rows.get("databaseUrl")?.value, "postgres://user:(set)@host/db?sslpassword=%28set%29");
  assert.equal(rows.get("healthPaths")?.value, "off");
  assert.equal(rows.get("trustProxy")?.value, "::1,loopback");
  assert.deepEqual([rows.get("port")?.value, rows.get("port")?.source], ["8050", "default"]);
  assert.equal(rows.get("redisUrl")?.value, "");
});

test("what is no URL is not shown at all: a password may stand anywhere in it", () => {
  assert.equal(redactUrl("host=db password=secret"), "(set)");
  assert.equal(redactUrl("redis://:secret@host:6379/0"), "redis://:(set)@host:6379/0");
  assert.equal(redactUrl("postgres://host/db"), "postgres://host/db");
});
