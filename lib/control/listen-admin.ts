import type { AddressInfo, Server } from "node:net";
import { DashdError, type Message } from "../errors.ts";
import { systemCodeOf } from "../system-error.ts";
import { whoListens } from "../host/port-owner.ts";
import { listenOn } from "./listen-on.ts";

export interface AdminAddress {
  readonly host: string;
  readonly port: number;
  /** The operator named the port: another one would be a surprise. */
  readonly explicit: boolean;
}

/** Listens for the admin side. A taken default port is replaced by a free one, with a warning that says which. */
export const listenAdmin = async (server: Server, admin: AdminAddress, isTls = false): Promise<AdminListening> => {
  const { host, port, explicit } = admin;
  try {
    await listenOn(server, { host, port });
    return { url: urlOf(server, host, isTls), warnings: [] };
  } catch (error) {
    if (systemCodeOf(error) !== "EADDRINUSE" || explicit) throw inWords(error, admin);
  }
  await listenOn(server, { host, port: 0 }).catch((error: unknown) => {
    throw inWords(error, { ...admin, port: 0 });
  });
  const facts = { port, instead: portOf(server) };
  return { url: urlOf(server, host, isTls), warnings: [{ code: "admin.port-taken", facts }] };
};

interface AdminListening {
  readonly url: string;
  readonly warnings: readonly Message[];
}

const inWords = (error: unknown, { host, port }: AdminAddress): DashdError => {
  const hint = "dashd start --admin-port 0";
  switch (systemCodeOf(error)) {
    case "EADDRINUSE": {
      const owner = whoListens(port, host);
      const facts = { port, host, owner: owner === null ? null : `${owner.command} (pid ${owner.pid})` };
      return new DashdError("E_PORT_IN_USE", facts, { hint, cause: error });
    }
    case "EACCES":
      return new DashdError("E_PORT_DENIED", { port }, { hint, cause: error });
    default:
      return new DashdError("E_ADDRESS", { host, port, found: systemCodeOf(error) ?? String(error) }, { cause: error });
  }
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const urlOf = (server: Server, host: string, isTls: boolean): string => {
  const reachable = host === "0.0.0.0" || host === "::" || host === "" ? "127.0.0.1" : host;
  return `${isTls ? "https" : "http"}://${reachable.includes(":") ? `[${reachable}]` : reachable}:${portOf(server)}`;
};
