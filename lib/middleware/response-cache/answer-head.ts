import type { ServerResponse } from "node:http";

/** Name as it was written, and value, of one header of an answer. */
export type HeaderLine = readonly [name: string, value: string];

/** What `writeHead(...args)` will send: what was set before, and over it what it is given itself. */
export const headOf = (res: ServerResponse, args: readonly unknown[]): AnswerHead => {
  const lines = new Map<string, HeaderLine[]>();
  const set = (name: string, value: unknown): void => {
    const values = Array.isArray(value) ? value : [value];
    lines.set(
      name.toLowerCase(),
      values.map((one): HeaderLine => [name, String(one)]),
    );
  };
  for (const name of (res as WithRawNames).getRawHeaderNames()) set(name, res.getHeader(name));
  const given = args.findLast((arg) => typeof arg === "object" && arg !== null);
  if (Array.isArray(given)) {
    const own = new Map<string, HeaderLine[]>();
    for (const [name, value] of pairsOf(given)) {
      const before = own.get(name.toLowerCase()) ?? [];
      const values = Array.isArray(value) ? value : [value];
      own.set(name.toLowerCase(), [...before, ...values.map((one): HeaderLine => [name, String(one)])]);
    }
    for (const [name, ownLines] of own) lines.set(name, ownLines);
  } else if (given !== undefined) {
    const entries: [string, unknown][] = Object.entries(given);
    for (const [name, value] of entries) if (value !== undefined) set(name, value);
  }
  const [status] = args;
  return { status: typeof status === "number" ? status : res.statusCode, lines };
};

export interface AnswerHead {
  readonly status: number;
  /** By names in lower case. */
  readonly lines: ReadonlyMap<string, readonly HeaderLine[]>;
}

/** All values of a header, as one (RFC 9110, 5.3). */
export const valueIn = ({ lines }: AnswerHead, name: string): string | undefined =>
  lines
    .get(name)
    ?.map(([, value]) => value)
    .join(", ");

/** How old it is as it leaves the app, which may have it from elsewhere (RFC 9111, 4.2.3). Date counts whole seconds. */
export const ageMsOf = (head: AnswerHead, wallMs: number): number => {
  const saidSec = Number.parseInt(valueIn(head, "age") ?? "", 10);
  const apparentMs = wallMs - Date.parse(valueIn(head, "date") ?? "");
  return Math.max(saidSec > 0 ? saidSec * 1000 : 0, apparentMs >= 1000 ? apparentMs : 0);
};

/** The Cache-Control of an answer, without making a list of everything else: nearly all answers do not ask. */
export const cacheControlOf = (res: ServerResponse, args: readonly unknown[]): string => {
  const given = args.length < 2 ? undefined : args.at(-1);
  if (typeof given === "object" && given !== null) {
    if (Array.isArray(given)) return valueIn(headOf(res, args), "cache-control") ?? "";
    for (const name in given) {
      if (name.length === 13 && name.toLowerCase() === "cache-control") {
        return String((given as Record<string, unknown>)[name]);
      }
    }
  }
  const set = res.getHeader("cache-control");
  return set === undefined ? "" : String(set);
};

/** Node's types do not know it there. */
type WithRawNames = ServerResponse & { getRawHeaderNames(): readonly string[] };

const pairsOf = (given: readonly unknown[]): readonly (readonly [string, unknown])[] => {
  if (Array.isArray(given[0])) return given.map((pair) => [String((pair as unknown[])[0]), (pair as unknown[])[1]]);
  return given.flatMap((name, index) => (index % 2 === 0 ? [[String(name), given[index + 1]] as const] : []));
};
