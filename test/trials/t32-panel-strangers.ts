import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sameToken } from "../../lib/home/token.ts";
import { asker, startOdd, type Answer } from "../support/admin-port.ts";
import { chromiumMissing, startChromium } from "../support/chromium.ts";
import type { Instance } from "../support/instance.ts";
import { median } from "../support/median.ts";
import { between, oneOf, type Random } from "../support/random.ts";
import type { Trial, TrialContext } from "./trial.ts";

export const t32: Trial = {
  id: "T32",
  title:
    "the panel's port gives strangers nothing: refused, in constant time, no token in a log, what apps say is text",
  run: async (context) => {
    const { sheet, random, quick } = context;
    const dashd = await startOdd(context);
    sheet.watchMaster(dashd.pid);
    const tokens = { operator: tokenIn(dashd, "token"), reader: tokenIn(dashd, "token-read") };
    const session = await logIn(dashd, tokens.reader);
    const pids = (await dashd.status()).workers.map(({ pid }) => pid);

    // Every attack at every path that shows or does something, from addresses of their own.
    const tried = [
      ...Object.keys(attacks),
      ...Array.from({ length: quick ? 30 : 300 }, () => oneOf(random, Object.keys(attacks))),
    ];
    for (const [index, name] of tried.entries()) {
      const attack = attacks[name];
      assert.ok(attack !== undefined);
      const { path, method = "GET", headers, status } = attack({ ...tokens, session, random });
      const from = `127.${1 + (index % 200)}.${Math.floor(between(random, 1, 255))}.7`;
      const answer = await asker(dashd, from)(path, headers, method);
      sheet.count(answer.status === status ? "ok" : `${answer.status} for ${name}`);
      assert.equal(answer.status, status, `${name}: ${method} ${path}`);
      tellsNothing(answer, [tokens.operator, tokens.reader, session.id, session.key]);
    }
    await guesserIsStopped(dashd, tokens.operator);
    sameForAll(sheet);
    await isShownAsText(context, dashd, tokens.operator);

    const { state, revision, workers } = await dashd.status();
    assert.deepEqual([state, revision, workers.map(({ pid }) => pid)], ["held", 1, pids], "nothing was done to it");
    const secrets = [tokens.operator, tokens.reader, session.id, session.key, almost(tokens.operator)];
    for (const [file, text] of writtenBy(dashd))
      for (const secret of secrets) assert.ok(!text.includes(secret), `${file} holds a token`);
  },
};

interface Attack {
  readonly path: string;
  readonly method?: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly status: 401 | 403;
}

interface Loot {
  readonly operator: string;
  readonly reader: string;
  readonly session: { readonly id: string; readonly key: string; readonly cookie: string };
  readonly random: Random;
}

const readable = ["/v1/status", "/v1/events", "/v1/series", "/v1/history", "/v1/logs", "/v1/black-boxes", "/metrics"];
const doing = ["/v1/change", "/v1/stop", "/v1/drill", "/v1/drill/run", "/v1/log-level", "/v1/held"];

const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
const look = (random: Random): { readonly path: string } => ({ path: oneOf(random, readable) });
const act = (random: Random): { readonly path: string; readonly method: "POST" } => ({
  path: oneOf(random, doing),
  method: "POST",
});
/** All but its last letter. */
const almost = (token: string): string => `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;

const attacks: Readonly<Record<string, (loot: Loot) => Attack>> = {
  "no token": ({ random }) => ({ ...look(random), headers: {}, status: 401 }),
  "no token, to act": ({ random }) => ({ ...act(random), headers: {}, status: 401 }),
  "a wrong token": ({ random }) => ({ ...look(random), headers: bearer("x".repeat(43)), status: 401 }),
  "nearly the token": ({ random, operator }) => ({ ...look(random), headers: bearer(almost(operator)), status: 401 }),
  "the token twice": ({ random, operator }) => ({ ...look(random), headers: bearer(operator + operator), status: 401 }),
  "the token as a password": ({ random, operator }) => ({
    ...look(random),
    headers: { authorization: `Basic ${Buffer.from(`dashd:${operator}`).toString("base64")}` },
    status: 401,
  }),
  "the token as a cookie": ({ random, operator, session }) => ({
    ...look(random),
    headers: { cookie: session.cookie.replace(session.id, operator) },
    status: 401,
  }),
  "the token in the URL": ({ random, operator }) => ({
    path: `${oneOf(random, readable)}?token=${operator}`,
    headers: bearer(operator),
    status: 401,
  }),
  "the token in the path": ({ operator }) => ({
    path: `/v1/status/${operator}`,
    headers: bearer(operator),
    status: 401,
  }),
  "a foreign origin": ({ random, operator }) => ({
    ...look(random),
    headers: { ...bearer(operator), origin: "http://evil.example" },
    status: 403,
  }),
  "a hidden origin": ({ random, operator }) => ({
    ...act(random),
    headers: { ...bearer(operator), origin: "null" },
    status: 403,
  }),
  "a rebound host": ({ random, operator }) => ({
    ...look(random),
    headers: { ...bearer(operator), host: "rebound.example" },
    status: 403,
  }),
  "a host that begins like ours": ({ random, operator }) => ({
    ...look(random),
    headers: { ...bearer(operator), host: "127.0.0.1.evil.example" },
    status: 403,
  }),
  "who may only look, acting": ({ random, reader }) => ({ ...act(random), headers: bearer(reader), status: 403 }),
  "a session, from another site": ({ random, session }) => ({
    ...look(random),
    headers: { cookie: session.cookie, "sec-fetch-site": "cross-site" },
    status: 403,
  }),
  "a session without its key": ({ random, session }) => ({
    ...act(random),
    headers: { cookie: session.cookie },
    status: 403,
  }),
};

const tellsNothing = ({ text, headers }: Answer, secrets: readonly string[]): void => {
  for (const secret of secrets) assert.ok(!`${text}${JSON.stringify(headers)}`.includes(secret), "a secret comes back");
  assert.equal(headers["content-type"], "application/json; charset=utf-8");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["set-cookie"], undefined);
};

/** After ten wrong tokens an address is not looked at, whatever it brings; others are. */
const guesserIsStopped = async (dashd: Instance, token: string): Promise<void> => {
  const guesser = asker(dashd, "127.0.0.66");
  for (let n = 0; n < 10; n++) assert.equal((await guesser("/v1/status", bearer(`${n}`.repeat(43)))).status, 401);
  const stopped = await guesser("/v1/status", bearer(token));
  assert.deepEqual([stopped.status, stopped.headers["retry-after"]], [429, "60"]);
  assert.equal((await asker(dashd, "127.0.0.67")("/v1/status", bearer(token))).status, 200);
};

/** How much of a token is right must not show in the time: in turns, in blocks, by their medians. */
const sameForAll = (sheet: TrialContext["sheet"]): void => {
  const expected = "t".repeat(512);
  const guesses = { none: "x".repeat(512), nearlyAll: `${"t".repeat(511)}x` };
  const times: Record<keyof typeof guesses, number[]> = { none: [], nearlyAll: [] };
  for (let round = 0; round < 300; round++) {
    for (const name of ["none", "nearlyAll"] as const) {
      const fromMs = performance.now();
      for (let n = 0; n < 200; n++) sameToken(guesses[name], expected);
      times[name].push(performance.now() - fromMs);
    }
  }
  const [one, other] = [median(times.none), median(times.nearlyAll)];
  sheet.atMost("the time for a nearly right token beside a wrong one", Math.max(one / other, other / one), 1.2, {
    unit: "times",
  });
};

/** In a real browser: the app's name, path and output are scripts, and none of them runs. */
const isShownAsText = async (context: TrialContext, dashd: Instance, token: string): Promise<void> => {
  const missing = chromiumMissing();
  if (missing !== false) return context.sheet.note(`not seen in a browser: ${missing}`);
  const browser = await startChromium(context);
  const page = await browser.newPage();
  const ran: string[] = [];
  page.on("dialog", (dialog) => {
    ran.push(dialog.message());
    void dialog.dismiss();
  });
  const patience = { timeout: 120_000 };
  await page.goto(`http://127.0.0.1:${dashd.adminPort}/`, patience);
  await page.fill("input[name=token]", token);
  await page.keyboard.press("Enter");
  // The log is asked for once it is seen.
  await page.locator("#logs").scrollIntoViewIfNeeded(patience);
  await page.getByText("<script>alert(1)</script>").first().waitFor(patience);
  assert.equal(await page.locator("script:not([src])").count(), 0);
  assert.deepEqual(ran, []);
  context.sheet.count("ok");
};

const logIn = async (dashd: Instance, token: string): Promise<Loot["session"]> => {
  const response = await fetch(`http://127.0.0.1:${dashd.adminPort}/v1/login`, {
    method: "POST",
    body: JSON.stringify({ token }),
  });
  const cookie = response.headers.get("set-cookie") ?? "";
  assert.match(cookie, /; HttpOnly/);
  assert.match(cookie, /; SameSite=Strict/);
  const { key } = (await response.json()) as { readonly key: string };
  const pair = cookie.split(";")[0] ?? "";
  return { id: pair.slice(pair.indexOf("=") + 1), key, cookie: pair };
};

const tokenIn = ({ home }: Instance, name: string): string => readFileSync(join(home, name), "utf8").trim();

/** Everything in its home but the tokens' own files, and what it said. */
const writtenBy = ({ home, stdout, stderr }: Instance): readonly (readonly [string, string])[] => [
  ["stdout", stdout()],
  ["stderr", stderr()],
  ...readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^token(-read)?$/.test(entry.name))
    .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "latin1")] as const),
];
