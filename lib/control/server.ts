import { socketAddress } from "../home/socket-address.ts";
import type { HomePaths } from "../home/paths.ts";
import type { Log } from "../log.ts";
import type { Message } from "../errors.ts";
import type { ControlHandlers } from "../protocol/control.ts";
import { monotonicMs } from "../protocol/worker-messages.ts";
import { createAdminGate } from "./admin-gate.ts";
import { createHttpDoor } from "./http-door.ts";
import { listenAdmin, type AdminAddress } from "./listen-admin.ts";
import { listenUnix } from "./listen-unix.ts";
import { createRoutes } from "./routes.ts";

/** The control API of a running master: one handler, two doors. The caller holds the home lock. */
export interface ControlServer {
  /** Where the admin port can be reached from this host. */
  readonly adminUrl: string;
  readonly warnings: readonly Message[];
  /** Ends both doors and removes the socket file; streams still open are cut after a short grace. */
  close(): Promise<void>;
}

export interface ControlServerOptions {
  readonly handlers: ControlHandlers;
  readonly paths: Pick<HomePaths, "controlSocket">;
  readonly admin: AdminAddress & { readonly token: string };
  readonly log: Pick<Log, "warn">;
  readonly nowMs?: () => number;
}

export const createControlServer = async (options: ControlServerOptions): Promise<ControlServer> => {
  const { handlers, paths, admin, log, nowMs = monotonicMs } = options;
  const gate = createAdminGate({ token: admin.token, host: admin.host, warn: (message) => log.warn(message), nowMs });
  const adminDoor = createHttpDoor(createRoutes({ handlers, gate }));
  const unixDoor = createHttpDoor(createRoutes({ handlers, gate: null }));
  const address = socketAddress(paths.controlSocket);

  const { url, warnings } = await listenAdmin(adminDoor.server, admin);
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
    close: async () => {
      await Promise.all([adminDoor.close(), unixDoor.close()]);
      address.release();
    },
  };
};
