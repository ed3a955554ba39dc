import assert from "node:assert/strict";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { transformSync } from "esbuild";
import { WebSocket } from "ws";
import { writeApp } from "../support/apps.ts";
import { type Instance, launchDashd, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const timeout = 90_000;

const program = (word: string, more = ""): string => `
const express = require("express");
const app = express();
app.get("/", (_req, res) => res.json({ word: ${JSON.stringify(word)}, env: process.env.NODE_ENV, pid: process.pid }));
app.get("/boom", () => { throw new Error("no shop today"); });
app.get("/crash", () => setImmediate(() => { throw new Error("late no"); }));
app.get("/silent", () => undefined);
app.get("/stream", (_req, res) => res.set("Content-Type", "text/event-stream").write("data: 1\\n\\n"));
${more}
app.listen(3000, () => console.log("\\u001b[32mserving\\u001b[39m", ${JSON.stringify(word)}));
`;

const prepare = (t: TestContext, source = program("one")): { readonly dir: string; readonly app: string } => {
  const dir = scratchDir(t);
  mkdirSync(join(dir, "app"));
  writeFileSync(join(dir, "app", "package.json"), '{"name":"shop","version":"1.0.0"}');
  return { dir, app: writeApp(join(dir, "app"), "server.cjs", source) };
};

const startDev = (t: TestContext, source?: string, args: readonly string[] = []) => {
  const { dir, app } = prepare(t, source);
  const save = (text: string): void => {
    // As editors do: written beside, then renamed over it.
    writeFileSync(`${app}.tmp`, text);
    renameSync(`${app}.tmp`, app);
  };
  const options = { command: "dev", dir, app, args } as const;
  return { dir, app, save, start: () => startDashd(t, options), launch: () => launchDashd(t, options) };
};

const word = async ({ url }: Pick<Instance, "url">): Promise<unknown> =>
  ((await (await fetch(url)).json()) as { readonly word: unknown }).word;

test("a development run says everywhere that it is no production server", { timeout }, async (t) => {
  const { app, start } = startDev(t);
  const instance = await start();
  assert.match(instance.stdout(), /\[debug\] dashd dev: this is NOT a production server/);
  assert.match(instance.stdout(), new RegExp(`In production: dashd start ${app} --stage 1`));
  assert.match(instance.url, /^http:\/\/127\.0\.0\.1:/);
  assert.doesNotMatch(instance.stdout(), /⚠️/u);
  const snapshot = await instance.status();
  assert.deepEqual([snapshot.mode, snapshot.stage, snapshot.revision], ["development", 0, 0]);
  assert.deepEqual(
    snapshot.limits.filter(({ declared }) => declared !== null).map(({ name, declared }) => [name, declared]),
    [
      ["workers", 1],
      ["postgres.connections", 10],
    ],
  );
  const page = await instance.run("status");
  assert.match(page.stdout, /^DEV not production, nothing enforced · start 1 · 1\/1 workers/);
  assert.match(page.stdout, /no limit is declared/);
  assert.doesNotMatch(page.stdout, /1000000/);
  assert.match((await instance.run("status", "--lang", "zh")).stdout, /^调试模式 非生产/);
  await until("the log", async () => /DEBUG MODE, not for production/.test((await instance.run("logs")).stdout));
});

test("errors are whole, and what the app writes comes as it is", { timeout }, async (t) => {
  const instance = await startDev(t).start();
  assert.deepEqual(((await (await fetch(instance.url)).json()) as { env: string }).env, "development");
  const boom = await (await fetch(`${instance.url}/boom`)).text();
  assert.match(boom, /no shop today[\s\S]*server\.cjs:5/);
  await until("the app's line", () => instance.stdout().includes("\n\u001b[32mserving\u001b[39m one\n"));
  await until("its line in the log", async () => /\[1\] serving one/.test((await instance.run("logs")).stdout));
});

test(
  "a saved change is served, and a client with keep-alive waits for it and is not refused",
  { timeout },
  async (t) => {
    const { save, start } = startDev(t);
    const instance = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const statuses = new Set<number | undefined>();
    const ask = (): Promise<string> =>
      new Promise((resolve, reject) => {
        get(`${instance.url}/`, { agent }, (response: IncomingMessage) => {
          statuses.add(response.statusCode);
          let body = "";
          response.on("data", (chunk: Buffer) => (body += chunk.toString()));
          response.on("end", () => resolve(body));
        }).on("error", reject);
      });
    const first = JSON.parse(await ask()) as { pid: number };
    save(program("two"));
    const second = await until("the new code", async () => {
      const answer = JSON.parse(await ask()) as { word: string; pid: number };
      return answer.word === "two" ? answer : null;
    });
    assert.notEqual(second.pid, first.pid);
    assert.deepEqual([...statuses], [200]);
    assert.equal((await instance.status()).generation, 2);
  },
);

test("open streams and requests do not keep old code alive", { timeout }, async (t) => {
  const { save, start } = startDev(t);
  const instance = await start();
  const stream = await fetch(`${instance.url}/stream`);
  const silent = fetch(`${instance.url}/silent`).catch((error: unknown) => error);
  const streamEnd = stream.text().catch((error: unknown) => error);
  save(program("two"));
  await until("the new code", async () => (await word(instance)) === "two", { deadlineMs: 10_000 });
  assert.equal((await instance.status()).generation, 2, "one save, one restart, however long the old code took to go");
  await streamEnd;
  assert.ok((await silent) instanceof Error);
});

test(
  "code that does not load is shown on the terminal and on every page until the next save",
  { timeout },
  async (t) => {
    const { app, save, start } = startDev(t);
    const instance = await start();
    save("const a = 1;\nconst = <2>;\n");
    const json = await until("the fault", async () => {
      const response = await fetch(`${instance.url}/any`);
      return response.status === 500 ? ((await response.json()) as Readonly<Record<string, string>>) : null;
    });
    assert.equal(json["error"], "app-failed");
    assert.equal(json["place"], `${app}:2`);
    assert.match(json["details"] ?? "", /const = <2>;\n[\s\S]*SyntaxError/);
    const html = await (await fetch(instance.url, { headers: { accept: "text/html" } })).text();
    assert.match(html, /<h1>The app does not run<\/h1>[\s\S]*const = &lt;2&gt;;/);
    assert.match(instance.stderr(), /server\.cjs:2\nconst = <2>;/);
    const snapshot = await instance.status();
    assert.equal(snapshot.state, "degraded");
    assert.deepEqual(snapshot.workers, []);
    assert.match((await instance.run("status")).stdout, /^DEV DEGRADED [\s\S]*⚠ The app .*server\.cjs threw an error/);
    save(program("healed"));
    await until("the healed app", async () => (await word(instance)) === "healed");
  },
);

test("a first start that fails waits for the next save too", { timeout }, async (t) => {
  const { save, launch } = startDev(t, `throw new Error("not yet");\n`);
  const instance = await launch().serving();
  assert.match(await (await fetch(instance.url)).text(), /not yet[\s\S]*server\.cjs:1/);
  save(program("now"));
  await until("the app", async () => (await word(instance)) === "now");
});

test("an app that crashes while it serves says why on every page; reload starts it again", { timeout }, async (t) => {
  const instance = await startDev(t).start();
  await fetch(`${instance.url}/crash`).catch(() => undefined);
  const text = await until("the page", async () => {
    const response = await fetch(instance.url);
    return response.status === 500 ? response.text() : null;
  });
  assert.match(text, /ended while it served: exit code 1[\s\S]*late no/);
  const reload = await instance.run("reload");
  assert.equal(reload.code, 0, reload.stderr);
  assert.match(reload.stdout, /The app is ready \(start 2\)/);
  assert.equal(await word(instance), "one");
});

test("stacks name the source that was written, not what it was compiled to", { timeout }, async (t) => {
  const source = `interface Shop { readonly name: string }\n\nconst shop: Shop = { name: "a" };\nthrow new Error(shop.name);\n`;
  const { code } = transformSync(source, { loader: "ts", sourcemap: "inline", sourcefile: "shop.ts" });
  const instance = await startDev(t, code).launch().serving();
  assert.match(await (await fetch(instance.url)).text(), /shop\.ts:4/);
});

test("an app that writes its own code at each start is not started for ever", { timeout }, async (t) => {
  const writes = `require("node:fs").writeFileSync(__dirname + "/stamp.js", "// " + process.pid);`;
  const { save, start } = startDev(t, program("one", writes));
  const instance = await start();
  await until("the warning", () => /itself writes .*stamp\.js each time it starts/.test(instance.stderr()));
  const { generation } = await instance.status();
  save(program("two", writes));
  await until("the new code", async () => (await word(instance)) === "two");
  assert.equal((await instance.status()).generation, generation + 1);
});

test("a debugger stops the app for as long as it likes", { timeout }, async (t) => {
  const instance = await startDev(t, undefined, ["--inspect=0"]).start();
  const address = /Debugger: (127\.0\.0\.1:\d+)/.exec(instance.stdout())?.[1] ?? "";
  const debugged = await debug(t, address);
  debugged.send("Debugger.enable");
  debugged.send("Debugger.pause");
  const answer = fetch(instance.url);
  await debugged.until("Debugger.paused");
  await until("the worker to be late", async () => (await instance.status()).workers[0]?.state === "late");
  debugged.send("Debugger.resume");
  assert.equal((await answer).status, 200);
  assert.equal((await instance.status()).generation, 1);
});

test("--inspect-brk waits for a debugger and stops at the app's first line", { timeout }, async (t) => {
  const launched = startDev(t, undefined, ["--inspect-brk=0"]).launch();
  const address = await until("the banner", () => /Debugger: (127\.0\.0\.1:\d+)/.exec(launched.stdout())?.[1]);
  const debugged = await until("the debugger", () => debug(t, address));
  debugged.send("Debugger.enable");
  debugged.send("Runtime.runIfWaitingForDebugger");
  const paused = await debugged.until("Debugger.paused");
  assert.match(JSON.stringify(paused), /"lineNumber":1,/);
  assert.equal((await launched.status()).state, "starting");
  debugged.send("Debugger.resume");
  assert.equal(await word(await launched.serving()), "one");
});

test("it has no stages, and leaves production's home alone", { timeout }, async (t) => {
  const { dir, app, start } = startDev(t);
  const development = await start();
  const staged = await development.run("stage", "2");
  assert.equal(staged.code, 1);
  assert.match(staged.stderr, /E_DEVELOPMENT[\s\S]*hint: dashd start --stage 2/);
  assert.match((await development.run("rollback")).stderr, /E_DEVELOPMENT/);

  const profiles = smallLadder(join(dir, "ladder"));
  const production = await startDashd(t, { dir, app, profiles, stage: 2 });
  assert.deepEqual([(await production.status()).stage, (await production.status()).revision], [2, 1]);
  assert.match((await development.run("status")).stdout, /^OK stage 2 /, "production comes first");
  await production.stop();
  assert.match((await development.run("status")).stdout, /^DEV /);

  const stopped = await development.run("stop");
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.equal((await development.ended()).code, 0);
  const again = await startDashd(t, { dir, app, profiles });
  assert.deepEqual([(await again.status()).stage, (await again.status()).revision], [2, 1]);
});

test("Ctrl-C ends it soon, whatever is open", { timeout }, async (t) => {
  const instance = await startDev(t).start();
  const open = [fetch(`${instance.url}/stream`), fetch(`${instance.url}/silent`)];
  await until("both to be there", async () => (await instance.status()).load.connections === 2);
  const settled = Promise.allSettled(open.map(async (one) => (await one).text()));
  const startedAtMs = performance.now();
  instance.kill("SIGINT");
  assert.equal((await instance.ended()).code, 0);
  assert.ok(performance.now() - startedAtMs < 10_000, "not the thirty seconds of a drain");
  await settled;
});

test("production allows none of this in silence", { timeout }, async (t) => {
  const { dir, app } = prepare(t);
  const typed = await launchDashd(t, { dir, app, args: ["--inspect"] }).ended();
  assert.equal(typed.code, 64);
  assert.match(typed.stderr, /--inspect[\s\S]*hint: dashd dev --inspect/);

  const profiles = smallLadder(join(dir, "ladder"));
  const env = { NODE_OPTIONS: "--inspect=0", NODE_ENV: "development" };
  const instance = await startDashd(t, { dir, app, profiles, stage: 1, env });
  const codes = (await instance.status()).warnings.map(({ code }) => code);
  assert.ok(codes.includes("warning.no-inspector") && codes.includes("warning.node-env"), codes.join());
});

/** A debugger's connection to the one target at an address. */
const debug = async (t: TestContext, address: string) => {
  const version = (await (await fetch(`http://${address}/json/version`)).json()) as Readonly<Record<string, string>>;
  assert.match(version["Browser"] ?? "", /^node\.js\//);
  const [target] = (await (await fetch(`http://${address}/json`)).json()) as readonly {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? "");
  t.after(() => socket.terminate());
  const heard: { readonly method?: string; readonly params?: unknown }[] = [];
  socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString()) as (typeof heard)[number]));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  let id = 0;
  return {
    send: (method: string): void => socket.send(JSON.stringify({ id: ++id, method })),
    until: (method: string): Promise<unknown> =>
      until(method, () => heard.find((message) => message.method === method)?.params),
  };
};
