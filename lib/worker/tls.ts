import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Server as TlsServer, SecureContextOptions, TLSSocket } from "node:tls";
import type { AppWarning, ServiceTls, TlsFiles } from "../protocol/worker-messages.ts";
import type { ServerKind } from "./server-kind.ts";

/**
 * TLS in front of the app. With the operator's files, a plain server gets its connections through a `tls.Server` that never
 * listens: it does ALPN, handshake and time-out, and the app's server takes the secure socket for its connection. A server
 * that speaks TLS itself gets the operator's certificate, if there is one, and always the instance's ticket keys: a
 * session begun with one worker is resumed by the others (TRAPS 50).
 */
export const createTls = ({ tls: { ticketKeys, files }, handshakeTimeoutMs, warn }: TlsDependencies): Tls => {
  const keys = Buffer.from(ticketKeys, "base64");
  let current = files;
  const secureServers = new Set<TlsServer>();
  const own = new Map<TlsServer, TlsServer["setSecureContext"]>();

  const shareTickets = (server: TlsServer): void => {
    // The property is for the contexts that the program makes of it later.
    Object.assign(server, { ticketKeys: keys });
    server.setTicketKeys(keys);
  };

  const terminator = (alpn: string, secured: (socket: TLSSocket) => void): TlsServer => {
    const made = process.getBuiltinModule("node:tls").createServer({
      ...current,
      ticketKeys: keys,
      ALPNProtocols: [alpn],
      handshakeTimeout: handshakeTimeoutMs,
    });
    made.on("secureConnection", secured);
    made.on("tlsClientError", (_error, socket) => socket.destroy());
    return made;
  };

  const wear = (server: TlsServer, { cert, key }: TlsFiles): void => {
    const set = own.get(server) ?? server.setSecureContext;
    set.call(server, { ...keptOf(server), cert, key });
    shareTickets(server);
  };

  return {
    attach: (server, kind, secured) => {
      if (kind === "https" || kind === "http2") {
        const secure = server as unknown as TlsServer;
        shareTickets(secure);
        if (current === null || own.has(secure)) return null;
        own.set(secure, secure.setSecureContext);
        secureServers.add(secure);
        wear(secure, current);
        secure.setSecureContext = () => {};
        warn({ code: "W_TLS_FILES_WIN", detail: kind });
        return null;
      }
      if (current === null) return null;
      const made = terminator(kind === "h2c" ? "h2" : "http/1.1", secured);
      secureServers.add(made);
      return (socket) => {
        // As in an https server: an http one leaves who hung up during the handshake half open until its time-out.
        socket.allowHalfOpen = false;
        made.emit("connection", socket);
      };
    },
    covers: (kind) => current !== null || kind === "https" || kind === "http2",
    renew: (fresh) => {
      current = fresh;
      for (const server of secureServers) wear(server, fresh);
    },
  };
};

export interface Tls {
  /** What raw connections of this server are given to; null: the server itself. */
  attach(server: Server, kind: ServerKind, secured: (socket: TLSSocket) => void): ((socket: Socket) => void) | null;
  /** Whether clients of such a server speak TLS. */
  covers(kind: ServerKind): boolean;
  /** For handshakes from now on; open connections stay as they are. */
  renew(files: TlsFiles): void;
}

interface TlsDependencies {
  readonly tls: ServiceTls;
  readonly handshakeTimeoutMs: number;
  readonly warn: (warning: AppWarning) => void;
}

/** What the program asked of its own context besides the certificate: client certificates, versions, ciphers. */
const keptOf = (server: TlsServer): SecureContextOptions => {
  const options = server as unknown as Readonly<Record<string, unknown>>;
  return Object.fromEntries(kept.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
};

const kept = [
  "ca",
  "ciphers",
  "crl",
  "dhparam",
  "ecdhCurve",
  "honorCipherOrder",
  "maxVersion",
  "minVersion",
  "secureOptions",
  "secureProtocol",
  "sessionIdContext",
  "sessionTimeout",
  "sigalgs",
] as const;
