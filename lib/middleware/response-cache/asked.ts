/**
 * What the Cache-Control of an answer asks of a shared cache. null: it did not ask, and nothing of it is kept: it must say
 * both `public` and `s-maxage`, and neither `private`, `no-store` nor `no-cache`, in whatever form (RFC 9111, 5.2.2).
 */
export const askedBy = (cacheControl: string): Asked | null => {
  const said = directivesOf(cacheControl);
  if (!said.has("public") || said.has("private") || said.has("no-store") || said.has("no-cache")) return null;
  const sMaxAgeSec = secondsIn(said, "s-maxage");
  if (sMaxAgeSec === null) return null;
  // 4.2.4: what forbids a stale answer goes before what allows it.
  const isStrict = said.has("must-revalidate") || said.has("proxy-revalidate");
  return {
    sMaxAgeSec,
    staleWhileRevalidateSec: isStrict ? 0 : (secondsIn(said, "stale-while-revalidate") ?? 0),
    staleIfErrorSec: isStrict ? 0 : (secondsIn(said, "stale-if-error") ?? 0),
  };
};

export interface Asked {
  readonly sMaxAgeSec: number;
  readonly staleWhileRevalidateSec: number;
  readonly staleIfErrorSec: number;
}

/** Up to which age it is good for anything. */
export const usefulMs = ({ sMaxAgeSec, staleWhileRevalidateSec, staleIfErrorSec }: Asked): number =>
  (sMaxAgeSec + Math.max(staleWhileRevalidateSec, staleIfErrorSec)) * 1000;

/** What a request asks of a cache; RFC 9111, 5.2.1 leaves it to the cache how far it goes along. */
export const wantedBy = (cacheControl: string | undefined, pragma: string | undefined): Wanted => {
  const said = directivesOf(cacheControl ?? "");
  const isNoCache = cacheControl === undefined ? /no-cache/i.test(pragma ?? "") : said.has("no-cache");
  return {
    noStore: said.has("no-store"),
    maxAgeSec: isNoCache ? 0 : (secondsIn(said, "max-age") ?? Infinity),
    minFreshSec: secondsIn(said, "min-fresh") ?? 0,
  };
};

export interface Wanted {
  readonly noStore: boolean;
  readonly maxAgeSec: number;
  readonly minFreshSec: number;
}

/** Names in lower case; one that is said twice with different values is invalid (4.2.1), and its value null. */
const directivesOf = (text: string): ReadonlyMap<string, string | null> => {
  const said = new Map<string, string | null>();
  // A comma inside quotes separates nothing.
  for (const [part] of text.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^",])+/g)) {
    const [, name = "", value = ""] = /^\s*([^=\s]*)\s*(?:=\s*(.*?)\s*)?$/s.exec(part) ?? [];
    const key = name.toLowerCase();
    if (key !== "") said.set(key, said.has(key) && said.get(key) !== value ? null : value);
  }
  return said;
};

/** RFC 9111, 1.2.2: more than one can count is 2^31. */
const secondsIn = (said: ReadonlyMap<string, string | null>, name: string): number | null => {
  const [, digits] = /^"?(\d+)"?$/.exec(said.get(name) ?? "") ?? [];
  return digits === undefined ? null : Math.min(Number(digits), 2 ** 31);
};
