import type { IncomingMessage } from "node:http";
import { sessionMs } from "./sessions.ts";

/** Cookies know no ports: two instances of one host would take each other's. */
export const cookieNameOf = (request: IncomingMessage): string => `dashd-${request.socket.localPort ?? 0}`;

export const readCookie = ({ headers }: IncomingMessage, name: string): string | null => {
  for (const pair of (headers.cookie ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && /^[\w-]{1,128}$/.test(value)) return value;
  }
  return null;
};

/** null ends it. */
export const sessionCookie = (request: IncomingMessage, id: string | null): string =>
  [
    `${cookieNameOf(request)}=${id ?? ""}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    `Max-Age=${id === null ? 0 : Math.round(sessionMs / 1000)}`,
    ...("encrypted" in request.socket ? ["Secure"] : []),
  ].join("; ");
