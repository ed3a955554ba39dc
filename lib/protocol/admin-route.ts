import type { IncomingMessage, ServerResponse } from "node:http";

/** Something that both doors of the admin side serve: the API's own routes, and those that the panel hands in. */
export interface AdminRoute {
  readonly method: "GET" | "POST";
  readonly needs: Access;
  /** What is to be sent; nothing where it writes by itself, as a stream does. Strict headers are set by then. */
  run(
    request: IncomingMessage,
    response: ServerResponse,
    visitor: Visitor,
  ): AdminAnswer | void | Promise<AdminAnswer | void>;
}

export interface AdminAnswer {
  /** 200 unless said. */
  readonly status?: number;
  /** Content-Type. */
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** By path. */
export type AdminRoutes = Readonly<Record<string, AdminRoute>>;

/** `read`: either token; `operate`: the operator's. `nothing`: what everybody may see who names the host rightly. */
export type Access = "nothing" | "read" | "operate";

export type Role = "operator" | "reader";

/** Who asks, as far as it was proved. */
export interface Visitor {
  readonly role: Role;
  /** `socket`: the home's own socket, which only its owner can open. */
  readonly via: "socket" | "token" | "session";
  /** null: over the socket. */
  readonly address: string | null;
  /** False once the session has been left or has grown too old: a stream to it ends. */
  isStillIn(): boolean;
}
