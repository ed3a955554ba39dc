import assert from "node:assert/strict";
import test from "node:test";
import { windowsFiles, type WindowsTask } from "../../../lib/fleet/windows-task.ts";

const task: WindowsTask = {
  name: "dashd-shop",
  launch: {
    ...{ home: ".\\.dashd", app: ".\\it's.js", flags: ["--port", "80"], appArgs: ["50 %"], firstStage: 2 },
  },
  folder: "C:\\apps\\Müller & Söhne",
  scripts: "C:\\apps\\Müller & Söhne\\service",
  node: null,
  dashd: "node_modules\\dashd\\dist\\bin\\dashd.js",
  user: null,
};

const textOf = (name: string, of: WindowsTask = task): string => {
  const bytes = windowsFiles(of).find((file) => file.name === name)?.bytes ?? Buffer.alloc(0);
  return bytes.toString(name.endsWith(".xml") ? "utf16le" : "utf8");
};

test("the task is well-formed XML in UTF-16, as the scheduler writes it itself", () => {
  const text = textOf("dashd-shop.xml");
  assert.ok(text.startsWith('\uFEFF<?xml version="1.0" encoding="UTF-16"?>\r\n'));
  assert.deepEqual(openElements(text), []);
  assert.ok(text.includes("Müller &amp; Söhne"));
  assert.ok(text.includes("-File &quot;C:\\apps\\Müller &amp; Söhne\\service\\dashd-shop-start.ps1&quot;"));
});

test("the task runs at boot, without a time limit, below nobody, and is never cut", () => {
  const text = textOf("dashd-shop.xml");
  for (const element of [
    "<BootTrigger>",
    "<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>",
    "<Priority>5</Priority>",
    "<AllowHardTerminate>false</AllowHardTerminate>",
    "<RestartOnFailure>",
    "<UserId>S-1-5-19</UserId>",
  ]) {
    assert.ok(text.includes(element), element);
  }
  const named = textOf("dashd-shop.xml", { ...task, user: "SHOP\\runner" });
  assert.match(named, /<UserId>SHOP\\runner<\/UserId>\s+<LogonType>S4U<\/LogonType>/);
});

test("the start script names no stage, tries again after a failure and not after a refusal", () => {
  const text = textOf("dashd-shop-start.ps1");
  assert.ok(text.startsWith("\uFEFF#"), "Windows PowerShell reads it as UTF-8 only so");
  assert.doesNotMatch(text, /--stage/);
  assert.match(text, /\$env:DASHD_STAGE = '2'/);
  assert.doesNotMatch(
    textOf("dashd-shop-start.ps1", { ...task, launch: { ...task.launch, firstStage: null } }),
    /STAGE/,
  );
  assert.match(text, /-in 0, 6, 64\) \{ exit \$LASTEXITCODE \}/);
  assert.ok(text.includes("Set-Location -LiteralPath 'C:\\apps\\Müller & Söhne'"));
});

test("arguments stand in quotes that PowerShell does not look into", () => {
  const text = textOf("dashd-shop-start.ps1");
  assert.match(text, /'start',\r\n {4}'\.\\it''s\.js',\r\n/);
  assert.match(text, /'--',\r\n {4}'50 %'\r\n\)/);
  const typographic = { ...task, launch: { ...task.launch, app: ".\\it\u2019s.js" } };
  assert.ok(textOf("dashd-shop-start.ps1", typographic).includes("'.\\it\u2019\u2019s.js'"));
});

test("the stop script asks dashd to stop, and hands the app nothing", () => {
  const text = textOf("dashd-shop-stop.ps1");
  assert.match(text, /'stop',\r\n {4}'--home',\r\n {4}'\.\\\.dashd'\r\n\)/);
  assert.doesNotMatch(text, /it''s/);
});

/** What is left open at the end of a document without CDATA; throws where a tag closes another one, or an `&` is bare. */
const openElements = (text: string): readonly string[] => {
  assert.doesNotMatch(text, /&(?!(amp|lt|gt|quot);)/);
  const body = text.replace(/<\?.*?\?>|<!--.*?-->/gs, "");
  const open: string[] = [];
  for (const [tag, slash, name] of body.matchAll(/<(\/?)(\w+)((?:\s+\w+="[^"<]*")*)\s*>|<[^>]*>/g)) {
    assert.ok(name !== undefined, tag);
    if (slash === "") open.push(name);
    else assert.equal(open.pop(), name, tag);
  }
  return open;
};
