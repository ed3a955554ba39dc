import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { fetchPage } from "../client/fetch-page.ts";
import { startUsers } from "../support/keep-alive-users.ts";
import { fixtureApp, writeApp } from "../support/apps.ts";
import { chromiumMissing, startChromium } from "../support/chromium.ts";
import { type Instance, startDashd } from "../support/instance.ts";
import { smallLadder } from "../support/ladder.ts";
import { scratchDir } from "../support/scratch.ts";
import { until } from "../support/until.ts";

const options = { timeout: 600_000, skip: chromiumMissing() };
const patience = { timeout: 120_000 };

test(
  "in a real browser: a wrong token is refused, figures live, a stage goes up and back, a drill, the log, drift",
  options,
  async (t) => {
    const instance = await startApp(t);
    const browser = await startChromium(t);
    const page = await open(await browser.newContext(), instance);
    const faults = faultsOf(page);

    await seen(page, `document.activeElement?.getAttribute("name") === "token"`);
    await page.fill("input[name=token]", "not-the-token-of-this-instance");
    await page.keyboard.press("Enter");
    await page.getByText("That is not a token of this instance.").waitFor(patience);
    assert.equal(await page.locator(".board").count(), 0);
    await logIn(page, instance);
    await page.getByRole("heading", { level: 1, name: "OK stage 1 (rev 1)" }).waitFor(patience);
    assert.equal(await page.evaluate(`document.activeElement?.className`), "head");

    const users = startUsers({ port: instance.port, count: 20, thinkMs: () => 20 });
    t.after(users.stop);
    await seen(page, `/p95 [0-9]/.test(document.querySelector(".figures")?.textContent ?? "")`);
    await seen(page, `document.querySelector(".chart .key b")?.textContent !== "–"`);

    await act(page, "stage", "From stage 1 (revision 1) to stage 2");
    await seen(page, `document.querySelectorAll(".generation").length === 2`);
    await page.getByRole("heading", { level: 1, name: "OK stage 2 (rev 2)" }).waitFor(patience);
    await page.locator(".change[data-state=ok]").waitFor(patience);
    assert.equal((await instance.status()).workers.filter(({ state }) => state === "ready").length, 3);
    await act(page, "rollback", "Back to revision 1 (stage 1) from revision 2 (stage 2)");
    await page.getByRole("heading", { level: 1, name: "OK stage 1 (rev 3)" }).waitFor(patience);
    await users.stop();
    assert.deepEqual(users.failures, []);
    assert.match(await page.locator("#history").innerText(), /panel \(127\.0\.0\.1\)/);

    // A drill says what it does and what must hold, then shows how it goes and what it found.
    await page.locator("[data-action=drill]").click();
    await page.locator("dialog select").selectOption("kill");
    await page.getByText("the drill kills one worker (SIGKILL)").waitFor(patience);
    assert.ok((await page.locator("dialog .promises li").count()) >= 7);
    await page.locator("dialog button.primary").click();
    await page.locator("dialog").waitFor({ ...patience, state: "detached" });
    await page.locator("#change", { hasText: "A drill is under way." }).waitFor(patience);
    await page.locator("#change .steps li", { hasText: "Struck: slot" }).waitFor(patience);
    await page.getByText("The drill kill passed: every promise held.").waitFor(patience);
    assert.deepEqual(
      await page
        .locator("#change tbody tr td:nth-child(2)")
        .evaluateAll((cells) => cells.map((one) => one.textContent)),
      Array.from({ length: 7 }, () => "held"),
    );
    await page.locator("#history tbody tr", { hasText: "drill kill" }).waitFor(patience);

    // One that has gone on for long enough is stopped.
    await page.locator("[data-action=drill]").click();
    await page.locator("dialog select").selectOption("burst");
    await page.locator("dialog button.primary").click();
    await page.locator("#change .steps li", { hasText: "The fault is there" }).waitFor(patience);
    await page.getByRole("button", { name: "Stop the drill" }).click();
    await page.getByText("Interrupted: the fault was ended at once").waitFor(patience);
    assert.equal(await page.getByRole("button", { name: "Stop the drill" }).isVisible(), false);

    // The log goes on by itself: what is written is told, and nothing is asked for again.
    await page.locator("#logs").scrollIntoViewIfNeeded();
    await page.locator("#logs .lines li").first().waitFor(patience);
    const asked: string[] = [];
    page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
    await fetchPage(instance.port, "/say?out=fresh-news&err=bad-news");
    await page.locator("#logs .lines li[data-state=warn]", { hasText: "bad-news" }).waitFor(patience);
    await page.locator("#logs .lines li", { hasText: "fresh-news" }).waitFor(patience);
    assert.deepEqual(
      asked.filter((path) => path === "/v1/logs"),
      [],
    );
    await page.locator("#logs input[type=search]").fill("BAD-news");
    await page.locator("#logs .lines li", { hasText: "fresh-news" }).waitFor({ ...patience, state: "detached" });
    await fetchPage(instance.port, "/say?out=good-news&err=more-bad-news");
    await page.locator("#logs .lines li", { hasText: "more-bad-news" }).waitFor(patience);
    assert.equal(await page.locator("#logs .lines li").count(), 2);

    const reader = await open(await browser.newContext(), instance);
    await logIn(reader, instance, "token-read");
    await reader.getByText("Read-only").waitFor(patience);
    assert.equal(await reader.locator("[data-action]").count(), 0);

    // Code on disk that is not what runs.
    writeApp(instance.dir, "app.cjs", `${source}\n// another version\n`);
    await page.getByText("differs from what this generation runs").waitFor(patience);
    await seen(page, `document.querySelector(".figures")?.textContent?.includes("drift: app")`);
    assert.deepEqual(faults, []);
  },
);

test(
  "while the master is away the page shows nothing as if it were so now, and after a restart it says why it asks for the token",
  options,
  async (t) => {
    const instance = await startApp(t);
    const browser = await startChromium(t);
    const page = await open(await browser.newContext(), instance);
    await logIn(page, instance);
    assert.equal(await page.title(), "OK stage 1 (rev 1) · dashd");
    await page.locator("[data-action=stage]").waitFor(patience);
    await instance.stop();
    await page.getByRole("heading", { level: 1, name: "No contact with the master" }).waitFor(patience);
    assert.equal(await page.title(), "No contact with the master · dashd");
    assert.equal(await page.locator("main[data-lost]").count(), 1);
    assert.ok(await page.locator("[data-action=stage]").isDisabled());
    const { dir, home, adminPort } = instance;
    const profiles = join(dir, "ladder");
    await startDashd(t, { dir, home, profiles, app: join(dir, "app.cjs"), args: ["--admin-port", String(adminPort)] });
    await page.getByText("The session is over").waitFor(patience);
    assert.equal(await page.title(), "dashd");
    await logIn(page, instance);
  },
);

for (const lang of ["en", "zh"] as const) {
  for (const [where, viewport] of [
    ["on a desk", { width: 1440, height: 900 }],
    ["on a phone", { width: 390, height: 844 }],
  ] as const) {
    test(`axe finds nothing serious ${where}, in ${lang}, light and dark`, options, async (t) => {
      const instance = await startApp(t);
      const browser = await startChromium(t);
      for (const colorScheme of ["light", "dark"] as const) {
        const look: BrowserContextOptions = {
          viewport,
          colorScheme,
          locale: lang === "zh" ? "zh-CN" : "en-GB",
          bypassCSP: true,
          // What fades in has too little contrast until it is there.
          reducedMotion: "reduce",
        };
        const page = await open(await browser.newContext(look), instance);
        assert.deepEqual(await serious(page), [], `login, ${colorScheme}`);
        await logIn(page, instance);
        await page.locator(".chart").first().waitFor(patience);
        assert.deepEqual(await serious(page), [], `board, ${colorScheme}`);
        assert.equal(
          await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"),
          false,
          "the page is not wider than the screen",
        );
        await page.locator("[data-action=stage]").click();
        await page.locator(".verdict:not(:empty)").waitFor(patience);
        assert.deepEqual(await serious(page), [], `dialog, ${colorScheme}`);
        await page.keyboard.press("Escape");
        await page.locator("dialog").waitFor({ ...patience, state: "detached" });
        await page.locator("[data-action=drill]").click();
        await page.locator(".promises li").first().waitFor(patience);
        assert.deepEqual(await serious(page), [], `drill, ${colorScheme}`);
        await page.keyboard.press("Escape");
        assert.equal(await page.evaluate("document.documentElement.lang"), lang === "zh" ? "zh-CN" : "en");
        await page.context().close();
      }
    });
  }
}

const source = `
const express = require("express");
const { addRoutes } = require(${JSON.stringify(fixtureApp("routes.cjs"))});
const app = express();
addRoutes(app);
module.exports = app;
`;

const startApp = (t: TestContext): Promise<Instance> => {
  const dir = scratchDir(t);
  const app = writeApp(dir, "app.cjs", source);
  return startDashd(t, { dir, app, stage: 1, profiles: smallLadder(join(dir, "ladder")) });
};

const open = async (context: BrowserContext, { adminPort }: Instance): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${adminPort}/`, patience);
  await page.locator("input[name=token]").waitFor(patience);
  return page;
};

const logIn = async (page: Page, { home }: Instance, file = "token"): Promise<void> => {
  await page.fill("input[name=token]", readFileSync(join(home, file), "utf8").trim());
  await page.keyboard.press("Enter");
  await page.locator(".board").waitFor(patience);
};

/** The page's own policy forbids it to evaluate text; from outside the browser does. */
const seen = (page: Page, expression: string): Promise<unknown> =>
  until(expression, () => page.evaluate<unknown>(expression), { deadlineMs: patience.timeout, everyMs: 50 });

/** The button, the plan, and only then the deed. */
const act = async (page: Page, action: string, plan: string): Promise<void> => {
  await page.locator(`[data-action=${action}]`).click();
  await page.getByText(plan, { exact: true }).waitFor(patience);
  await page.locator("dialog button.primary").click();
  await page.locator("dialog").waitFor({ ...patience, state: "detached" });
};

/** What the browser complains of: a script that was blocked, an exception. Refused requests are the test's own. */
const faultsOf = (page: Page): readonly string[] => {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      faults.push(message.text());
  });
  return faults;
};

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const serious = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe);
  const found = await page.evaluate<readonly Violation[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
};

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}
