import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { DashdError, type Message } from "../errors.ts";
import type { TlsFiles } from "../protocol/worker-messages.ts";

/** The operator's certificate and key, found to fit together. */
export interface Pair extends TlsFiles {
  readonly validFromMs: number;
  readonly validToMs: number;
}

/**
 * Whether TLS can be spoken with this pair. Throws E_TLS {name, path, found}: what is wrong, with which of the two. Never
 * with what is in them.
 */
export const checkPair = ({ cert, key }: TlsFiles, { certPath, keyPath, names = serviceNames }: PairPaths): Pair => {
  const inCert = { name: names.cert, path: certPath };
  const inKey = { name: names.key, path: keyPath };
  const certificate = orThrow(() => new X509Certificate(cert), { ...inCert, found: "tls.no-certificate" });
  const privateKey = readKey(key, inKey);
  if (!certificate.checkPrivateKey(privateKey)) throw new DashdError("E_TLS", { ...inKey, found: "tls.no-match" });
  // The rest of the chain, and whether OpenSSL takes keys this weak.
  orThrow(() => createSecureContext({ cert, key }), { ...inCert, found: "tls.unusable" });
  return { cert, key, validFromMs: Date.parse(certificate.validFrom), validToMs: Date.parse(certificate.validTo) };
};

export interface PairPaths {
  readonly certPath: string;
  readonly keyPath: string;
  /** The service's, unless said. */
  readonly names?: TlsNames;
}

/** The settings that name the two files. */
export interface TlsNames {
  readonly cert: string;
  readonly key: string;
}

/** What to say about a pair at this time of day: expired, not yet valid, or not for long any more. */
export const datesOf = ({ validFromMs, validToMs }: Pair, certPath: string, nowMs: number): readonly Message[] => {
  const facts = { path: certPath, from: new Date(validFromMs).toISOString(), to: new Date(validToMs).toISOString() };
  if (nowMs >= validToMs) return [{ code: "W_TLS_EXPIRED", facts }];
  if (nowMs < validFromMs) return [{ code: "W_TLS_NOT_YET_VALID", facts }];
  const days = Math.floor((validToMs - nowMs) / dayMs);
  return days < warnDays ? [{ code: "W_TLS_EXPIRES", facts: { ...facts, days } }] : [];
};

const readKey = (key: string, where: { readonly name: string; readonly path: string }): KeyObject => {
  try {
    return createPrivateKey(key);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isEncrypted = code === "ERR_MISSING_PASSPHRASE" || /^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(key);
    throw new DashdError("E_TLS", { ...where, found: isEncrypted ? "tls.key-encrypted" : "tls.no-key" });
  }
};

const orThrow = <T>(
  read: () => T,
  facts: { readonly name: string; readonly path: string; readonly found: string },
): T => {
  try {
    return read();
  } catch {
    throw new DashdError("E_TLS", facts);
  }
};

const serviceNames: TlsNames = { cert: "DASHD_TLS_CERT", key: "DASHD_TLS_KEY" };

const dayMs = 86_400_000;
const warnDays = 14;
