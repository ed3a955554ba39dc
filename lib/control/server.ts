import { socketAddress } from "../home/socket-address.ts";
import type { HomePaths } from "../home/paths.ts";
import type { Log } from "../log.ts";
import type { Message } from "../errors.ts";
import type { AdminRoutes, Visitor } from "../protocol/admin-route.ts";
import type { ControlHandlers } from "../protocol/control.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { type AdminTokens, createAdminGate } from "./admin-gate.ts";
import { createHttpDoor, type DoorTls } from "./http-door.ts";
import { listenAdmin, type AdminAddress } from "./listen-admin.ts";
import { listenUnix } from "./listen-unix.ts";
import { createRoutes } from "./routes.ts";

/** The control API of a running master: one handler, two doors. The caller holds the home lock. */
export interface ControlServer {
  /** Where the admin port can be reached from this host. */
  readonly adminUrl: string;
  readonly warnings: readonly Message[];
  /** The operator's files have changed. */
  renewTls(files: DoorTls): void;
  /** Ends both doors and removes the socket file; streams still open are cut after a short grace. */
  close(): Promise<void>;
}

export interface ControlServerOptions {
  readonly handlers: ControlHandlers;
  readonly paths: Pick<HomePaths, "controlSocket">;
  readonly admin: AdminAddress & {
    readonly tokens: AdminTokens;
    /** null: plain HTTP. */
    readonly tls?: DoorTls | null;
  };
  /** What the panel serves behind both doors. */
  readonly more?: AdminRoutes;
  readonly log: Pick<Log, "warn" | "info">;
  readonly nowMs?: () => number;
}

export const createControlServer = async (options: ControlServerOptions): Promise<ControlServer> => {
  const { handlers, paths, admin, more = {}, log, nowMs = monotonicMs } = options;
  const { tls = null } = admin;
  const gate = createAdminGate({ tokens: admin.tokens, host: admin.host, log, nowMs });
  const audit = ({ via, address }: Visitor, what: string): void => {
    if (via !== "socket") log.info({ code: "admin.action", facts: { via: `admin.via-${via}`, address, what } });
  };
  const adminDoor = await createHttpDoor(createRoutes({ handlers, gate, more, audit }), { tls });
  const unixDoor = await createHttpDoor(createRoutes({ handlers, gate: null, more, audit }));
  const address = socketAddress(paths.controlSocket);

  const { url, warnings } = await listenAdmin(adminDoor.server, admin, tls !== null);
  try {
    await listenUnix(unixDoor.server, paths.controlSocket, address.path);
  } catch (error) {
    await adminDoor.close();
    address.release();
    throw error;
  }
  return {
    adminUrl: url,
    warnings,
    renewTls: adminDoor.renewTls,
    close: async () => {
      await Promise.all([adminDoor.close(), unixDoor.close()]);
      address.release();
    },
  };
};
