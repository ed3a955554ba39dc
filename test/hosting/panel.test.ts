import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { Snapshot } from "../../lib/protocol/snapshot.ts";
import { type Answer, asker, startOdd } from "../support/admin-port.ts";
import type { Instance } from "../support/instance.ts";
import { promtool, promtoolMissing } from "../support/promtool.ts";
import { until } from "../support/until.ts";

const timeout = 120_000;

test("the panel's port lets in whoever has a token, and nobody else (T32)", { timeout }, async (t) => {
  const instance = await startOdd(t);
  const token = readFileSync(join(instance.home, "token"), "utf8").trim();
  const reader = readFileSync(join(instance.home, "token-read"), "utf8").trim();
  const ask = asker(instance);
  const bearer = { authorization: `Bearer ${token}` };

  assert.notEqual(token, reader);
  assert.equal(statSync(join(instance.home, "token-read")).mode & 0o777, 0o600);
  for (const path of [
    "/v1/status",
    "/v1/events",
    "/v1/series",
    "/v1/history",
    "/v1/logs",
    "/v1/black-boxes",
    "/metrics",
  ]) {
    assert.equal((await ask(path)).status, 401, path);
    assert.equal((await ask(path, { authorization: `Bearer ${"x".repeat(43)}` })).status, 401, path);
    // Any more wrong ones, and this address is not looked at for a minute.
    if (path === "/v1/history") break;
  }
  assert.equal((await ask(`/v1/status?token=${token}`, bearer)).status, 401);
  assert.equal((await ask("/v1/status", { ...bearer, origin: "http://evil.example" })).status, 403);
  assert.equal((await ask("/v1/status", { ...bearer, host: "rebound.example" })).status, 403);
  assert.equal((await ask("/v1/status", bearer)).status, 200);
  assert.equal((await ask("/v1/status", { authorization: `Bearer ${reader}` })).status, 200);
  const stopped = await ask("/v1/stop", { authorization: `Bearer ${reader}` }, "POST");
  assert.equal(stopped.status, 403);
  assert.equal((await instance.status()).state, "held");

  const log = await instance.run("logs", "--lines", "500");
  assert.ok(!log.stdout.includes(token) && !log.stdout.includes(reader), "no token is in the log");
  assert.match(log.stdout, /Admin port: \d+ refused/);
});

test(
  "the page is small, brings everything along, and shows nothing of the instance to a stranger",
  { timeout },
  async (t) => {
    const instance = await startOdd(t);
    const ask = asker(instance);
    let pressedBytes = 0;
    for (const path of ["/", "/panel.js", "/panel.css"]) {
      const answer = await ask(path, { "accept-encoding": "gzip" });
      assert.equal(answer.status, 200, path);
      assert.match(
        String(answer.headers["content-security-policy"]),
        /default-src 'none'; script-src 'self'; style-src 'self'/,
      );
      assert.equal(answer.headers["content-encoding"], "gzip");
      pressedBytes += answer.bytes;
      const again = await ask(path, { "accept-encoding": "gzip", "if-none-match": String(answer.headers["etag"]) });
      assert.deepEqual([again.status, again.bytes], [304, 0]);
    }
    assert.ok(pressedBytes < 150_000, `${pressedBytes} bytes`);
    const { text } = await ask("/");
    assert.doesNotMatch(text, /(?:src|href)="(?:https?:)?\/\/|<script>|style="|onload=/);
    assert.ok(!text.includes(instance.dir));
  },
);

test("what an app calls itself and writes travels as text, and the answers are JSON alone", { timeout }, async (t) => {
  const instance = await startOdd(t);
  const ask = asker(instance);
  const bearer = { authorization: `Bearer ${readFileSync(join(instance.home, "token-read"), "utf8").trim()}` };
  const lines = await until("the app's line", async () => {
    const answer = await ask(`/v1/logs?grep=${encodeURIComponent("<script>")}`, bearer);
    assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
    const found = JSON.parse(answer.text) as readonly { readonly message: string }[];
    return found.length > 0 ? found : null;
  });
  assert.equal(lines[0]?.message, "<script>alert(1)</script>");
  const history = JSON.parse((await ask("/v1/history", bearer)).text);
  assert.deepEqual(
    [history.length, history[0].revision, history[0].inForce, history[0].result.code],
    [1, 1, true, "history.committed"],
  );
  const plan = JSON.parse((await ask("/v1/plan?kind=stage&stage=2", bearer)).text);
  assert.deepEqual([plan.from.revision, plan.stage, plan.how.code], [1, 2, "plan.whole"]);
  assert.ok(plan.sums.some(({ subject }: { readonly subject: string }) => subject === "memoryMb"));
  assert.ok(plan.differences.some(({ field }: { readonly field: string }) => field === "workers"));
  assert.equal((await instance.status()).generation, 1, "a plan touches nothing");
  assert.equal((await ask("/v1/plan?kind=stage&stage=99", bearer)).status, 400);
  assert.equal((await ask("/v1/plan?kind=explode", bearer)).status, 400);
});

test("events tell a change step by step, whoever asked for it", { timeout }, async (t) => {
  const instance = await startOdd(t);
  const events = await follow(t, instance);
  const changed = await instance.run("stage", "2");
  assert.equal(changed.code, 0, changed.stderr);
  const steps = await until("the outcome", () => {
    const found = events("step") as readonly { readonly line: { readonly type: string; readonly code?: string } }[];
    return found.at(-1)?.line.type === "outcome" ? found : null;
  });
  assert.ok(steps.length > 4);
  const generations = (
    events("snapshot") as readonly { readonly workers: readonly { readonly generation: number }[] }[]
  ).map(({ workers }) => new Set(workers.map(({ generation }) => generation)).size);
  assert.ok(generations.includes(2), "both generations were seen side by side");
});

test(
  "a drill is judged beside the master, told step by step, and refused to who may only look",
  { timeout },
  async (t) => {
    const instance = await startOdd(t);
    const ask = asker(instance);
    const tokenOf = (file: string) => `Bearer ${readFileSync(join(instance.home, file), "utf8").trim()}`;
    const [operator, reader] = [{ authorization: tokenOf("token") }, { authorization: tokenOf("token-read") }];
    const kill = { drill: "kill", slot: 1, by: "a test", reason: "friday" };
    const run = (body: unknown, headers = operator) => ask("/v1/drill/run", headers, "POST", body);
    const refusedWith = async (answer: Promise<Answer>) => {
      const { status, text } = await answer;
      return [status, JSON.parse(text).error.code] as const;
    };
    const before = await instance.status();
    assert.equal((await run(kill, reader)).status, 403);
    assert.deepEqual(await refusedWith(run({ ...kill, drill: "fire" })), [400, "E_USAGE"]);
    assert.deepEqual(await refusedWith(run({ ...kill, users: 1000 })), [400, "E_USAGE"]);
    assert.deepEqual(await refusedWith(run({ drill: "redis-down", by: "a test" })), [409, "E_DRILL_UNFIT"]);
    assert.deepEqual(pidsIn(await instance.status()), pidsIn(before), "what was refused touched nothing");

    const events = await follow(t, instance);
    const running = run(kill);
    await until("the drill's first word", () => events("step").length > 0);
    assert.deepEqual(await refusedWith(run(kill)), [409, "E_BUSY"], "one at a time");
    const lines = (await running).text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const outcome = lines.at(-1);
    assert.deepEqual(
      lines.map(({ type, code }) => code ?? type),
      ["drill.asking", "drill.begun", "outcome"],
    );
    assert.deepEqual([outcome.exitCode, outcome.message.code], [0, "drill.held"], JSON.stringify(outcome));
    assert.equal(outcome.drill.figures.slot, 1);
    assert.ok(outcome.drill.lines.length >= 7);
    assert.notDeepEqual(pidsIn(await instance.status()), pidsIn(before));
    const steps = events("step") as readonly { readonly drill: string; readonly line: { readonly type: string } }[];
    assert.deepEqual([steps.length, steps.at(-1)?.drill, steps.at(-1)?.line.type], [3, "kill", "outcome"]);
    assert.match((await instance.run("history")).stdout, /drill kill.*held.*friday/);

    const changing = instance.run("stage", "2");
    await until("the change", async () => (await instance.status()).state === "changing");
    assert.deepEqual(await refusedWith(run(kill)), [409, "E_BUSY"], "not beside a change");
    assert.equal((await changing).code, 0);
  },
);

test(
  "a drill is stopped from the panel: its fault ends, nothing is judged, and who may only look cannot",
  { timeout },
  async (t) => {
    const instance = await startOdd(t);
    const events = await follow(t, instance);
    const ask = asker(instance);
    const tokenOf = (file: string) => `Bearer ${readFileSync(join(instance.home, file), "utf8").trim()}`;
    const [operator, reader] = [{ authorization: tokenOf("token") }, { authorization: tokenOf("token-read") }];
    const stop = async (headers: Readonly<Record<string, string>>) =>
      (await ask("/v1/drill/stop", headers, "POST", {})).status;
    assert.equal(await stop(operator), 409, "there is none");
    const running = ask("/v1/drill/run", operator, "POST", { drill: "burst", by: "a test" });
    await until("the fault", () => events("step").length === 2);
    assert.equal(await stop(reader), 403);
    assert.equal(await stop(operator), 200);
    const outcome = JSON.parse((await running).text.trim().split("\n").at(-1) ?? "");
    assert.deepEqual([outcome.exitCode, outcome.message.code, outcome.drill.lines], [130, "drill.interrupted", []]);
    assert.equal(await stop(operator), 409, "it is over");
    const { state, warnings } = await instance.status();
    assert.deepEqual([state, warnings], ["held", []]);
    await until("nobody of its crowd to be held", async () => (await instance.status()).load.held === 0);
    assert.match((await instance.run("history")).stdout, /drill burst.*interrupted/);
  },
);

test("a drill whose judge is gone is over, and its fault with it", { timeout }, async (t) => {
  const instance = await startOdd(t);
  const events = await follow(t, instance);
  const authorization = `Bearer ${readFileSync(join(instance.home, "token"), "utf8").trim()}`;
  const running = asker(instance)("/v1/drill/run", { authorization }, "POST", { drill: "hang", slot: 1, by: "a test" });
  await until("the fault", () => events("step").length === 2);
  const judge = instance
    .pids()
    .find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("verify/drill/main.js"));
  assert.ok(judge);
  process.kill(judge, "SIGKILL");
  const outcome = JSON.parse((await running).text.trim().split("\n").at(-1) ?? "");
  assert.deepEqual([outcome.exitCode, outcome.message.code], [4, "E_DRILL_OVER"]);
  await until("all is well", async () => (await instance.status()).state === "held");
  assert.match((await instance.run("history")).stdout, /drill hang.*ended without an outcome/);
});

test("a stop ends a drill of the panel, and nothing of it stays", { timeout }, async (t) => {
  const instance = await startOdd(t);
  const events = await follow(t, instance);
  const authorization = `Bearer ${readFileSync(join(instance.home, "token"), "utf8").trim()}`;
  const running = asker(instance)("/v1/drill/run", { authorization }, "POST", { drill: "hang", slot: 1, by: "a test" });
  await until("the fault", () => events("step").length === 2);
  const [{ code }] = await Promise.all([instance.stop(), running.catch(() => null)]);
  assert.equal(code, 0);
  assert.deepEqual(instance.pids(), []);
  assert.match((await instance.run("history")).stdout, /drill hang.*ended without an outcome/);
});

test("without the panel there is the API alone", { timeout }, async (t) => {
  const instance = await startOdd(t, { args: ["--no-panel"] });
  const ask = asker(instance);
  const bearer = { authorization: `Bearer ${readFileSync(join(instance.home, "token-read"), "utf8").trim()}` };
  assert.match((await ask("/")).text, /^dashd admin port\n/);
  for (const path of ["/panel.js", "/v1/events", "/v1/series"])
    assert.equal((await ask(path, bearer)).status, 404, path);
  assert.equal((await ask("/v1/status", bearer)).status, 200);
  assert.equal((await ask("/metrics", bearer)).status, 200);
  await until("the banner", () => /Admin: http/.test(instance.stdout()));
  assert.doesNotMatch(instance.stdout(), /Panel:/);
});

test(
  "promtool accepts the metrics, the rules and the configuration",
  { timeout, skip: promtoolMissing() },
  async (t) => {
    const instance = await startOdd(t);
    const ask = asker(instance);
    const bearer = { authorization: `Bearer ${readFileSync(join(instance.home, "token-read"), "utf8").trim()}` };
    const answer = await ask("/metrics", bearer);
    assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert.deepEqual(promtool(["check", "metrics"], answer.text), { ok: true, said: "" });
    const exported = await instance.run("export", "prometheus", "--to", "monitoring");
    assert.equal(exported.code, 0, exported.stderr);
    const config = join(instance.dir, "monitoring", "prometheus.yml");
    const checked = promtool(["check", "config", config]);
    assert.ok(checked.ok, checked.said);
    assert.match(checked.said, /SUCCESS: \d\d rules found/);
    assert.ok(readFileSync(config, "utf8").includes(`127.0.0.1:${instance.adminPort}`));
    assert.equal(
      (await instance.run("export", "prometheus", "--to", "monitoring")).code,
      0,
      "its own files it writes anew",
    );
  },
);

const pidsIn = ({ workers }: Snapshot): readonly number[] => workers.map(({ pid }) => pid);

/** The events of the panel so far, by name. */
const follow = async (t: TestContext, instance: Instance): Promise<(name: string) => readonly unknown[]> => {
  const authorization = `Bearer ${readFileSync(join(instance.home, "token"), "utf8").trim()}`;
  let text = "";
  const sent = request({
    port: instance.adminPort,
    host: "127.0.0.1",
    path: "/v1/events",
    headers: { authorization },
    agent: false,
  });
  sent.on("error", () => undefined);
  sent.on("response", (response) => response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk)));
  sent.end();
  t.after(() => sent.destroy());
  await until("the first event", () => text.includes("event: snapshot"));
  return (name) =>
    text
      .split("\n\n")
      .slice(0, -1)
      .filter((frame) => frame.startsWith(`event: ${name}\n`))
      .map((frame) => JSON.parse(frame.slice(frame.indexOf("data: ") + 6)) as unknown);
};
