import type { IncomingMessage, ServerResponse } from "node:http";
import { headOf, valueIn } from "./answer-head.ts";
import type { Keep } from "./keep.ts";

/**
 * RFC 9111, 4.4: the answer to an unsafe request, unless it is an error, makes what is kept of its target unusable, and of
 * what it names in Location and Content-Location; before a byte of it reaches the client, who may ask again at once.
 */
export const createInvalidation = ({ keep, keyOf, now }: InvalidationDependencies): Invalidation => ({
  watch: (req, res) => {
    const key = keyOf(req);
    if (key === null) return;
    if (keep.shelf() === null) {
      keep.forget(key, now());
      return;
    }
    const { url = "" } = req;
    const { writeHead } = res;
    const invalidating = function (this: ServerResponse, ...args: unknown[]): unknown {
      const head = headOf(this, args);
      if (head.status < 400) {
        keep.forget(key, now());
        for (const name of ["location", "content-location"]) {
          const named = valueIn(head, name);
          const other = named === undefined ? null : sameOrigin(key, url, named);
          if (other !== null) keep.forget(other, now());
        }
      }
      return Reflect.apply(writeHead, this, args);
    };
    Object.assign(res, { writeHead: invalidating });
  },
  over: (req, res) => {
    if (!res.headersSent || res.statusCode >= 400) return;
    const key = keyOf(req);
    if (key !== null) keep.forget(key, now());
  },
});

export interface Invalidation {
  watch(req: IncomingMessage, res: ServerResponse): void;
  /** Where its head could not be seen: HTTP/2, or before anything was kept. */
  over(req: IncomingMessage, res: ServerResponse): void;
}

interface InvalidationDependencies {
  readonly keep: Keep;
  readonly keyOf: (req: IncomingMessage) => string | null;
  readonly now: () => number;
}

/** The key of what an answer names, if it is of the same host: nobody invalidates what is another's. */
const sameOrigin = (key: string, url: string, named: string): string | null => {
  const prefix = key.slice(0, key.length - url.length);
  const [scheme = "", host = ""] = prefix.split("\n");
  const base = `${scheme}://${host}${url}`;
  if (!URL.canParse(base) || !URL.canParse(named, base)) return null;
  const target = new URL(named, base);
  return target.origin === new URL(base).origin ? prefix + target.pathname + target.search : null;
};
