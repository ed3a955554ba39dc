import { DashdError } from "../errors.ts";
import type { AdminRoutes, Role } from "../protocol/admin-route.ts";
import { isRefusal, type AdminGate } from "./admin-gate.ts";
import { sendJson, sendRefusal } from "./answers.ts";
import { sessionCookie } from "./cookie.ts";
import { readJson } from "./read-json.ts";

/**
 * The panel's way in and out, on the admin port alone.
 *
 * GET /v1/session → {@link SessionAnswer}; POST /v1/login `{ "token": "…" }` → the same with the session's key, and the
 * cookie; POST /v1/logout.
 */
export const createLoginRoutes = (gate: AdminGate): AdminRoutes => ({
  "/v1/session": {
    method: "GET",
    needs: "nothing",
    run: (request, response) => {
      const session = gate.sessionOf(request);
      const answer: SessionAnswer = { role: session?.role ?? null, hasKey: session?.hasKey ?? false };
      sendJson(response, 200, answer);
    },
  },
  "/v1/login": {
    method: "POST",
    needs: "nothing",
    run: async (request, response) => {
      const given = tokenIn(await readJson(request));
      const opened = gate.login(request, given);
      if (isRefusal(opened)) return sendRefusal(response, opened);
      // Whoever was logged in on this browser is not any more.
      gate.logout(request);
      response.setHeader("Set-Cookie", sessionCookie(request, opened.id));
      sendJson(response, 200, { role: opened.role, hasKey: true, key: opened.key });
    },
  },
  "/v1/logout": {
    method: "POST",
    needs: "nothing",
    run: (request, response) => {
      request.resume();
      gate.logout(request);
      response.setHeader("Set-Cookie", sessionCookie(request, null));
      sendJson(response, 200, { role: null, hasKey: false });
    },
  },
});

interface SessionAnswer {
  /** null: nobody is logged in. */
  readonly role: Role | null;
  /** The request came with the session's key: it may act, as far as its role may. */
  readonly hasKey: boolean;
}

/** Never part of a message: what was sent may be a token with a typing error in it. */
const tokenIn = (body: unknown): string => {
  const token: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "token") : undefined;
  if (typeof token === "string" && token.length <= longestToken) return token.trim();
  throw new DashdError("E_USAGE", { found: "body", expected: '{ "token": "…" }' });
};

const longestToken = 512;
