import type { Settings } from "./settings.ts";

/** A URL without its password, for status, logs and reports: `postgres://user:(set)@host/db`. */
export const redactUrl = (text: string): string => {
  const url = parseUrl(text);
  // What is no URL may still hold a password in a form that we cannot find: nothing of it is shown.
  if (url === null) return SET;
  if (url.password !== "") url.password = SET;
  for (const name of secretParameters(url)) url.searchParams.set(name, SET);
  return url.toString();
};

/** Whether whoever reads this URL would learn a secret; what cannot be read as a URL counts as one. */
export const holdsSecret = (text: string): boolean => {
  const url = parseUrl(text);
  return url === null || url.password !== "" || secretParameters(url).length > 0;
};

/** Texts without these secrets, as they are or as they stand in a URL; what an app writes is otherwise left as it is. */
export const createRedactor = (secrets: readonly string[]): Redactor => {
  const known = secrets
    .flatMap((secret) => (secret.length >= shortestSecret ? [secret, encodeURIComponent(secret)] : []))
    .toSorted((a, b) => b.length - a.length)
    .map((secret) => secret.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  if (known.length === 0) return (text) => text;
  const pattern = new RegExp([...new Set(known)].join("|"), "g");
  return (text) => text.replace(pattern, SET);
};

export type Redactor = (text: string) => string;

/** The same for all texts of a value, whatever its shape. */
export const redactAll = <T>(value: T, redact: (text: string) => string): T => walk(value, redact) as T;

const walk = (value: unknown, redact: (text: string) => string): unknown => {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((one) => walk(one, redact));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, redact)]));
};

/** What dashd's own settings keep from others: the passwords of its URLs, the tokens of its admin side. */
export const secretsOf = ({
  databaseUrl,
  redisUrl,
  upstream,
  adminToken,
  adminReadToken,
}: SecretSettings): readonly string[] => [
  ...[adminToken, adminReadToken].filter((token) => token !== null),
  ...[databaseUrl, redisUrl, upstream].flatMap((text) => (text === null ? [] : secretsIn(text))),
];

type SecretSettings = Pick<Settings, "databaseUrl" | "redisUrl" | "upstream" | "adminToken" | "adminReadToken">;

const secretsIn = (text: string): readonly string[] => {
  const url = parseUrl(text);
  if (url === null) return [];
  const values = [url.password, ...secretParameters(url).map((name) => url.searchParams.get(name) ?? "")];
  return values.map(decoded).filter((value) => value !== "");
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** One that is shorter stands in too many words that are none. */
const shortestSecret = 4;

export const SET = "(set)";

const secretParameters = (url: URL): readonly string[] =>
  [...url.searchParams.keys()].filter((name) => /pass|pwd|secret|token|key|auth/i.test(name));

const parseUrl = (text: string): URL | null => {
  try {
    return new URL(text);
  } catch {
    return null;
  }
};
