import { Agent, request } from "undici";
import { DashdError } from "../errors.ts";
import { ownAgents } from "../protocol/own-agents.ts";
import { dataOfScript, partsOfPage } from "./read-page.ts";
import type { RequestSpec, Scenario, ThinkTime } from "./plan.ts";

export interface DiscoverOptions {
  readonly url: URL;
  readonly think: ThinkTime;
  readonly insecure: boolean;
  readonly deadlineMs: number;
}

/**
 * Opens the page once and finds what belongs to it; what is not there (4xx) is left out. Throws E_LOAD_PAGE where the
 * page itself cannot be had.
 */
export const discoverScenario = async ({ url, think, insecure, deadlineMs }: DiscoverOptions): Promise<Scenario> => {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: !insecure, timeout: deadlineMs } });
  const get = async (path: string): Promise<Found> => {
    const answer = await request(new URL(path, url), {
      dispatcher,
      headers: { accept: "text/html,*/*", "user-agent": ownAgents.discover },
      headersTimeout: deadlineMs,
      bodyTimeout: deadlineMs,
    });
    return { status: answer.statusCode, type: String(answer.headers["content-type"]), text: await answer.body.text() };
  };
  try {
    const path = `${url.pathname}${url.search}`;
    const page = await get(path).catch((error: unknown) => {
      throw noPage(url, error instanceof Error ? error.message : String(error), error);
    });
    if (page.status >= 400) throw noPage(url, String(page.status));
    const parts = page.type.includes("html") ? partsOfPage(page.text, url) : { paths: [], scripts: [] };
    const scripts = await Promise.all(parts.scripts.map((script) => get(script).catch(() => null)));
    const data = scripts.flatMap((script) => (script === null ? [] : dataOfScript(script.text, url)));
    const candidates = [...new Set([...parts.paths, ...data])].filter((one) => one !== path).slice(0, mostParts);
    const there = await Promise.all(candidates.map((one) => get(one).catch(() => null)));
    // Not there, or not for us: no part of the page. One that fails is, and is counted as it fails.
    const isPart = (status: number): boolean => status < 400 || status >= 500;
    const paths = candidates.filter((_, index) => isPart(there[index]?.status ?? 404));
    return { from: "page", visits: [{ weight: 1, think, document: plain(path), parts: paths.map(plain) }] };
  } finally {
    await dispatcher.destroy();
  }
};

interface Found {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const plain = (path: string): RequestSpec => ({
  ...{ method: "GET", path, headers: {}, body: null },
  expect: { status: null, contains: null },
});

const noPage = (url: URL, found: string, cause?: unknown): DashdError =>
  new DashdError("E_LOAD_PAGE", { url: url.href, found }, { hint: "dashd status", cause });

const mostParts = 100;
