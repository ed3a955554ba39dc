import type { DashdError } from "../../errors.ts";
import type { Role } from "../../protocol/admin-route.ts";
import type { ApiError } from "../../protocol/control.ts";

/** The master's API, as the page asks it. What it refuses is thrown as a {@link Refused}. */
export interface Api {
  get<T>(path: string): Promise<T>;
  /** Only the beginning of a streamed answer is waited for: what follows is seen in the events. */
  post(path: string, body: unknown): Promise<void>;
  session(): Promise<Session>;
  login(token: string): Promise<Session>;
  logout(): Promise<void>;
}

export interface Session {
  /** null: nobody is logged in. */
  readonly role: Role | null;
  readonly hasKey: boolean;
}

export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly refusal: Pick<DashdError, "code" | "facts" | "details" | "hint">;
  constructor(status: number, refusal: Refused["refusal"]) {
    super(refusal.code);
    this.status = status;
    this.refusal = refusal;
  }
}

/** `storage`: of this origin, which knows its port, as cookies do not. */
export const createApi = (storage: Storage): Api => {
  const ask = async (method: "GET" | "POST", path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(path, {
      method,
      credentials: "same-origin",
      signal: AbortSignal.timeout(method === "GET" ? 15_000 : 60_000),
      headers: { "Content-Type": "application/json", "X-Dashd-Key": storage.getItem(keyName) ?? "" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw new Refused(response.status, await refusalOf(response));
  };
  const json = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T;
  return {
    get: (path) => json(ask("GET", path)),
    post: async (path, body) => {
      const response = await ask("POST", path, body);
      await response.body?.cancel();
    },
    session: () => json(ask("GET", "/v1/session")),
    login: async (token) => {
      const { key, ...session } = await json<Session & { readonly key: string }>(ask("POST", "/v1/login", { token }));
      storage.setItem(keyName, key);
      return session;
    },
    logout: async () => {
      await ask("POST", "/v1/logout", {});
      storage.removeItem(keyName);
    },
  };
};

const keyName = "dashd-key";

const refusalOf = async (response: Response): Promise<Refused["refusal"]> => {
  const odd = { code: "E_CONTROL", facts: { found: `HTTP ${response.status}` }, details: [], hint: null } as const;
  try {
    const { error } = (await response.json()) as ApiError;
    return { ...error, code: error.code as DashdError["code"], details: error.details ?? [] };
  } catch {
    return odd;
  }
};
