import { createHash, randomBytes } from "node:crypto";
import { sameToken } from "../home/token.ts";
import type { Role } from "../protocol/admin-route.ts";

/**
 * Who has logged in to the panel; in memory alone, so that a restart of the master ends them all.
 *
 * A session has two secrets. Its `id` travels in a cookie, which browsers send to every port of the host: to the hosted
 * app as well. Its `key` stays with the page (origin storage, which knows ports) and comes in a header. The cookie alone
 * may look; only both together may act. A foreign page can send neither the header nor, being foreign, the cookie.
 */
export interface Sessions {
  open(role: Role): OpenSession;
  find(id: string): Session | null;
  close(id: string): void;
}

export interface OpenSession {
  readonly id: string;
  readonly key: string;
}

export interface Session {
  readonly role: Role;
  isKey(given: string): boolean;
  isOpen(): boolean;
}

/** `nowMs`: monotonic. Beyond {@link maxSessions} the oldest is ended. */
export const createSessions = (nowMs: () => number): Sessions => {
  const byDigest = new Map<string, Session>();
  return {
    open: (role) => {
      const [id, key] = [secret(), secret()];
      const digest = digestOf(id);
      const openedAtMs = nowMs();
      byDigest.set(digest, {
        role,
        isKey: (given) => sameToken(given, key),
        isOpen: () => byDigest.has(digest) && nowMs() - openedAtMs < sessionMs,
      });
      const oldest = byDigest.keys().next().value;
      if (byDigest.size > maxSessions && oldest !== undefined) byDigest.delete(oldest);
      return { id, key };
    },
    find: (id) => {
      const digest = digestOf(id);
      const session = byDigest.get(digest);
      if (session?.isOpen() === true) return session;
      byDigest.delete(digest);
      return null;
    },
    close: (id) => void byDigest.delete(digestOf(id)),
  };
};

/** A working day. */
export const sessionMs = 12 * 3_600_000;
const maxSessions = 64;

const secret = (): string => randomBytes(32).toString("base64url");
/** Looking one up takes as long whatever was right of it. */
const digestOf = (id: string): string => createHash("sha256").update(id).digest("base64");
