import assert from "node:assert/strict";
import { request, type IncomingHttpHeaders } from "node:http";
import { describe, test, type TestContext } from "node:test";
import { createSessions, sessionMs } from "../../../lib/control/sessions.ts";
import { outcome, readToken, startCanned, steps, token } from "./canned.ts";

describe("a session", () => {
  test("ends when it is left, when it is too old, and when too many are newer", () => {
    let nowMs = 0;
    const sessions = createSessions(() => nowMs);
    const [left, old] = [sessions.open("operator"), sessions.open("reader")];
    assert.equal(sessions.find(left.id)?.role, "operator");
    sessions.close(left.id);
    assert.equal(sessions.find(left.id), null);
    const seen = sessions.find(old.id);
    assert.equal(seen?.isOpen(), true);
    nowMs = sessionMs;
    assert.equal(seen?.isOpen(), false);
    assert.equal(sessions.find(old.id), null);
    const first = sessions.open("operator");
    for (let count = 0; count < 64; count++) sessions.open("reader");
    assert.equal(sessions.find(first.id), null);
  });

  test("knows its own key, and no other", () => {
    const sessions = createSessions(() => 0);
    const [one, other] = [sessions.open("operator"), sessions.open("operator")];
    const session = sessions.find(one.id);
    assert.equal(session?.isKey(one.key), true);
    assert.equal(session?.isKey(other.key), false);
    assert.equal(session?.isKey(""), false);
    assert.notEqual(one.id, one.key);
  });
});

describe("the login", () => {
  test("gives a cookie that scripts and foreign pages cannot use, and a key beside it", async (t) => {
    const { login, told } = await admin(t);
    const answer = await login(token);
    assert.equal(answer.status, 200);
    assert.match(answer.cookie, /^dashd-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
    assert.ok(!answer.cookie.includes(answer.key) && !answer.body.includes(answer.pair.split("=")[1] ?? "?"));
    assert.deepEqual(
      told.map(({ code, facts }) => [code, facts["role"]]),
      [["admin.login", "admin.role-operator"]],
    );
  });

  test("is refused with a wrong token, and stops looking after ten", async (t) => {
    const { login, warned } = await admin(t);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt++) statuses.push((await login("guess-of-a-stranger")).status);
    assert.deepEqual([...new Set(statuses)], [401, 429]);
    assert.equal((await login(token)).status, 429);
    assert.ok(!JSON.stringify(warned).includes("guess-of"), "what was tried is not written down");
  });

  test("is refused to another page", async (t) => {
    const { ask } = await admin(t);
    const answer = await ask("/v1/login", {
      method: "POST",
      body: { token },
      headers: { origin: "http://evil.example" },
    });
    assert.equal(answer.status, 403);
  });

  test("ends with the logout, on both sides", async (t) => {
    const { login, ask } = await admin(t);
    const { pair, key } = await login(token);
    const left = await ask("/v1/logout", { method: "POST", headers: { cookie: pair } });
    assert.match(left.cookie, /Max-Age=0/);
    assert.equal((await ask("/v1/status", { headers: { cookie: pair, "x-dashd-key": key } })).status, 401);
  });
});

describe("an action with a session", () => {
  const change = { kind: "reload", by: "somebody else", reason: null };

  test("needs the page's own origin and the key, not the cookie alone", async (t) => {
    const { login, ask, origin, asked } = await admin(t);
    const { pair: cookie, key } = await login(token);
    const act = async (headers: Record<string, string>) =>
      (await ask("/v1/change", { method: "POST", body: change, headers: { cookie, ...headers } })).status;
    assert.equal(await act({}), 403);
    assert.equal(await act({ origin }), 403, "without the key");
    assert.equal(await act({ "x-dashd-key": key }), 403, "without an origin");
    assert.equal(await act({ origin, "x-dashd-key": `${key.slice(1)}x` }), 403, "with a wrong key");
    assert.equal(await act({ origin: "null", "x-dashd-key": key }), 403);
    assert.equal(await act({ origin: origin.replace(/\d+$/, "1"), "x-dashd-key": key }), 403, "another port");
    assert.equal(await act({ origin, "x-dashd-key": key, "sec-fetch-site": "same-site" }), 403);
    assert.equal(asked.length, 0);
    assert.equal(await act({ origin, "x-dashd-key": key, "sec-fetch-site": "same-origin" }), 200);
    assert.deepEqual(asked, ["panel (127.0.0.1)"], "and is signed by what was proved");
  });

  test("may look with the cookie alone, but not from a page of another port", async (t) => {
    const { login, ask } = await admin(t);
    const { pair: cookie } = await login(token);
    assert.equal((await ask("/v1/status", { headers: { cookie } })).status, 200);
    assert.equal((await ask("/v1/status", { headers: { cookie, "sec-fetch-site": "same-site" } })).status, 403);
    const session = async (headers: Record<string, string>) => JSON.parse((await ask("/v1/session", { headers })).body);
    assert.deepEqual(await session({ cookie }), { role: "operator", hasKey: false });
    assert.deepEqual(await session({}), { role: null, hasKey: false });
  });

  test("is refused to a reader, by session and by token, and looking is not", async (t) => {
    const { login, ask, origin, asked, warned } = await admin(t);
    const { pair: cookie, key } = await login(readToken);
    const bearer = { authorization: `Bearer ${readToken}` };
    for (const headers of [{ cookie, origin, "x-dashd-key": key }, bearer]) {
      assert.equal((await ask("/v1/status", { headers })).status, 200);
      for (const path of ["/v1/change", "/v1/stop"]) {
        assert.equal((await ask(path, { method: "POST", body: change, headers })).status, 403, path);
      }
    }
    assert.equal(asked.length, 0);
    assert.ok(warned.some(({ facts }) => facts["reason"] === "admin.read-only"));
  });

  test("is written down with who asked, and what", async (t) => {
    const { ask, told } = await admin(t);
    const headers = { authorization: `Bearer ${token}` };
    await ask("/v1/change", { method: "POST", body: { ...change, kind: "stage", stage: 3 }, headers });
    assert.deepEqual(told, [
      { code: "admin.action", facts: { via: "admin.via-token", address: "127.0.0.1", what: "stage 3" } },
    ]);
  });
});

test("a token in a URL is refused wherever it stands, and written down nowhere", async (t) => {
  const { ask, warned, told } = await admin(t);
  const headers = { authorization: `Bearer ${token}` };
  for (const path of [
    `/?token=${token}`,
    `/v1/status?access_token=x`,
    `/v1/logs?grep=${token}`,
    `/panel.js?q=${readToken}`,
  ]) {
    const answer = await ask(path, { headers });
    assert.equal(answer.status, 401, path);
    assert.ok(!answer.body.includes(token));
  }
  assert.ok(!JSON.stringify([warned, told]).includes(token));
  assert.equal((await ask("/v1/status?x=1", { headers })).status, 200);
});

const admin = async (t: TestContext) => {
  const asked: string[] = [];
  const { server, warned, told } = await startCanned(t, {
    change: (wanted) => {
      asked.push(wanted.by);
      return Promise.resolve(steps(outcome()));
    },
  });
  const origin = server.adminUrl;
  const ask = (path: string, options: Asking = {}): Promise<Answer> => send(`${origin}${path}`, options);
  const login = async (given: string) => {
    const answer = await ask("/v1/login", { method: "POST", body: { token: given } });
    const key = answer.status === 200 ? String(JSON.parse(answer.body).key) : "";
    return { ...answer, key, pair: answer.cookie.split(";", 1)[0] ?? "" };
  };
  return { ask, login, origin, warned, told, asked };
};

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly cookie: string;
  readonly body: string;
}

const send = (url: string, { method = "GET", headers = {}, body }: Asking): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          cookie: response.headers["set-cookie"]?.[0] ?? "",
          body: text,
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
