import type { IncomingHttpHeaders } from "node:http";
import type { AnswerHead } from "./answer-head.ts";
import type { Miss } from "./catch-answer.ts";
import type { CacheVisit } from "./flights.ts";
import type * as rules from "./judge.ts";
import { pathOf } from "./request-key.ts";
import type { Shelf } from "./shelf.ts";
import type { StoredAnswer } from "./stored-answer.ts";

/** What is kept, empty and unloaded until the first answer asks. */
export const createKeep = ({ maxBytes, now }: KeepDependencies): Keep => {
  let tools: Tools | null = null;
  let loading: Promise<Tools> | null = null;
  let changedAtMs = 0;

  const load = async (): Promise<Tools> => {
    const [{ createShelf }, { judge, renewed, varyOf }] = await Promise.all([
      import("./shelf.ts"),
      import("./judge.ts"),
    ]);
    tools = { shelf: createShelf({ maxBytes, forgottenAtMs: changedAtMs }), judge, renewed, varyOf };
    return tools;
  };

  const put = ({ shelf, judge, renewed }: Tools, miss: Miss<CacheVisit>, body: Buffer): boolean => {
    const { key, before, head, asked, startedAtMs } = miss;
    if (head === null || asked === null) return false;
    const candidate = { request: plain(miss), head, asked, nowMs: now(), wallMs: Date.now() };
    const isRenewal = head.status === 304;
    const answer = isRenewal ? before && renewed(before, candidate) : judge({ ...candidate, body });
    return answer !== null && shelf.put(key, pathOf(key), answer, startedAtMs);
  };

  return {
    shelf: () => tools?.shelf ?? null,
    find: (key, headers) => (tools === null ? null : tools.shelf.find(key, headers)),
    has: (key) => tools !== null && tools.shelf.has(key),
    lane: (key, headers) => (tools === null ? null : tools.shelf.lane(key, pathOf(key), headers)),
    isForgotten: ({ key, startedAtMs }) =>
      tools === null ? startedAtMs <= changedAtMs : tools.shelf.forgottenSince(key, startedAtMs),
    forget: (key, atMs) => {
      changedAtMs = atMs;
      tools?.shelf.forget(key, atMs);
    },
    store: async (miss, body) => {
      if (body === null) return false;
      try {
        return put(tools ?? (await (loading ??= load())), miss, body);
      } catch {
        // Without its packages, or with a head that nobody can read: not kept.
        return false;
      }
    },
    learn: async (key, head) => {
      const { shelf, varyOf } = tools ?? (await (loading ??= load()));
      shelf.learn(pathOf(key), varyOf(head));
    },
    bytes: () => tools?.shelf.bytes() ?? 0,
  };
};

export interface Keep {
  /** null until an answer has asked. */
  shelf(): Shelf | null;
  find(key: string, headers: IncomingHttpHeaders): StoredAnswer | null;
  has(key: string): boolean;
  lane(key: string, headers: IncomingHttpHeaders): string | null;
  isForgotten(miss: Miss<CacheVisit>): boolean;
  forget(key: string, atMs: number): void;
  /** Its path asks, though nothing of it could be kept. */
  learn(key: string, head: AnswerHead): Promise<void>;
  /** Whether it was kept. `body`: null where it was not whole. */
  store(miss: Miss<CacheVisit>, body: Buffer | null): Promise<boolean>;
  bytes(): number;
}

interface KeepDependencies {
  readonly maxBytes: number;
  readonly now: () => number;
}

type Tools = { readonly shelf: Shelf } & Pick<typeof rules, "judge" | "renewed" | "varyOf">;

/** As it came over the wire: the app may have changed `req.headers`. */
const plain = ({ req: { rawHeaders }, url }: Miss<CacheVisit>): rules.PlainRequest => {
  const headers: Record<string, string> = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    const value = rawHeaders[i + 1] ?? "";
    headers[name] = name in headers ? `${headers[name] ?? ""}, ${value}` : value;
  }
  return { method: "GET", url, headers };
};
