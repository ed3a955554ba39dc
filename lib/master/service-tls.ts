import { randomBytes } from "node:crypto";
import { readFileSync, type Stats, statSync } from "node:fs";
import { DashdError, type Message } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ServiceTls as Told, TlsFiles } from "../protocol/worker-messages.ts";
import type { Pair, PairPaths, TlsNames } from "./certificate.ts";

/** TLS of the service: the operator's files, watched, and the ticket keys that all workers share. */
export interface ServiceTls {
  /** What every worker is told at its birth. */
  told(): Told;
  /** Files are in force. */
  isOn(): boolean;
  /** To be called every two seconds: the new pair, once both files have stopped changing and fit together; else null. */
  look(): TlsFiles | null;
  /** About the pair in force, as of now. */
  warnings(): readonly Message[];
}

export interface ServiceTlsDependencies {
  readonly tlsCert: string | null;
  readonly tlsKey: string | null;
  /** The settings that name them. */
  readonly names?: TlsNames;
  readonly log: Log;
  /** Wall clock: certificates are of that time. */
  readonly now: () => number;
}

/** Throws E_TLS {name, path, found} where the pair cannot be used. An expired one can. */
export const openServiceTls = async (dependencies: ServiceTlsDependencies): Promise<ServiceTls> => {
  const ticketKeys = randomBytes(ticketKeyBytes).toString("base64");
  const { tlsCert: certPath, tlsKey: keyPath } = dependencies;
  if (certPath === null || keyPath === null) {
    return { told: () => ({ ticketKeys, files: null }), isOn: () => false, look: () => null, warnings: () => [] };
  }
  // Loads node:tls, only here.
  const { checkPair, datesOf } = await import("./certificate.ts");
  const { names = { cert: "DASHD_TLS_CERT", key: "DASHD_TLS_KEY" } } = dependencies;
  const paths = { certPath, keyPath, names };
  let state = stateOf(paths);
  let pair: Pair = checkPair(readPair(paths), paths);
  /** A state that was seen once; at the second time in a row it is judged. */
  let seen: string | null = null;

  const take = (): TlsFiles | null => {
    try {
      pair = checkPair(readPair(paths), paths);
    } catch (error) {
      if (!(error instanceof DashdError)) throw error;
      dependencies.log.error({ code: "log.tls-not-taken", facts: error.facts });
      return null;
    }
    dependencies.log.info({
      code: "log.tls-renewed",
      facts: { path: certPath, to: new Date(pair.validToMs).toISOString() },
    });
    for (const warning of datesOf(pair, certPath, dependencies.now())) dependencies.log.warn(warning);
    return { cert: pair.cert, key: pair.key };
  };

  return {
    told: () => ({ ticketKeys, files: { cert: pair.cert, key: pair.key } }),
    isOn: () => true,
    look: () => {
      const found = stateOf(paths);
      const isSettled = found === seen;
      seen = found === state ? null : found;
      if (found === state || !isSettled) return null;
      state = found;
      return take();
    },
    warnings: () => [...datesOf(pair, certPath, dependencies.now()), ...openToOthers(keyPath)],
  };
};

const readPair = ({ certPath, keyPath, names }: Required<PairPaths>): TlsFiles => ({
  cert: read(names.cert, certPath),
  key: read(names.key, keyPath),
});

const read = (name: string, path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new DashdError("E_TLS", { name, path, found: (error as NodeJS.ErrnoException).code ?? String(error) });
  }
};

/** Which files are there: certbot and Kubernetes put others in their place behind a link, others write into the old ones. */
const stateOf = ({ certPath, keyPath }: PairPaths): string => [certPath, keyPath].map(lookAt).join();

const lookAt = (path: string): string => {
  const found = statOf(path);
  return found === null ? "missing" : [found.dev, found.ino, found.size, found.mtimeMs].join(":");
};

/** null: it is not there, or this user may not look there any more. */
const statOf = (path: string): Stats | null => {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
};

const openToOthers = (path: string): readonly Message[] => {
  const mode = statOf(path)?.mode ?? 0;
  // Windows knows no such bits.
  const isOpen = process.platform !== "win32" && (mode & 0o004) !== 0;
  return isOpen ? [{ code: "W_TLS_KEY_OPEN", facts: { path } }] : [];
};

/** What OpenSSL takes: a name, an HMAC key and an AES key. */
const ticketKeyBytes = 48;
