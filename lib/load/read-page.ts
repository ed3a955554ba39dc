/**
 * What a browser would ask for after this page: styles, scripts, pictures and icons that its tags name, and data that its
 * scripts fetch. Data is found by its address in the text of a script: what `fetch("…")` is given, and what begins with
 * `/api/` or ends with `.json`; other addresses are left alone, since asking for them might do something. Pure.
 */
export const partsOfPage = (html: string, page: URL): PageParts => {
  const tags = [...html.matchAll(/<(link|script|img|source)\b([^>]*)>/gi)];
  const named = tags.flatMap(([, tag = "", attributes = ""]) => addressOf(tag.toLowerCase(), attributes));
  const inline = [...html.matchAll(/<script\b(?![^>]*\bsrc\s*=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, code = ""]) => code,
  );
  const scripts = tags
    .filter(([, tag]) => tag?.toLowerCase() === "script")
    .flatMap(([, , attributes = ""]) => attribute(attributes, "src") ?? []);
  return {
    paths: unique([...named, ...inline.flatMap(dataIn)].flatMap((address) => ownPath(address, page))),
    scripts: unique(scripts.flatMap((address) => ownPath(address, page))),
  };
};

export interface PageParts {
  /** On the page's own server, each once. */
  readonly paths: readonly string[];
  /** Those of them that are scripts: their text may name more. */
  readonly scripts: readonly string[];
}

/** The data that a script of this page fetches. */
export const dataOfScript = (code: string, page: URL): readonly string[] =>
  unique(dataIn(code).flatMap((address) => ownPath(address, page)));

const addressOf = (tag: string, attributes: string): readonly string[] => {
  if (tag !== "link") return attribute(attributes, "src") ?? [];
  const rel = (attribute(attributes, "rel")?.[0] ?? "").toLowerCase();
  return /stylesheet|icon|preload|modulepreload|manifest/.test(rel) ? (attribute(attributes, "href") ?? []) : [];
};

const attribute = (attributes: string, name: string): readonly [string] | null => {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, "i").exec(attributes);
  const value = found?.[1] ?? found?.[2] ?? found?.[3];
  return value === undefined || value === "" ? null : [value.replaceAll("&amp;", "&")];
};

const dataIn = (code: string): readonly string[] => [
  ...[...code.matchAll(/\bfetch\(\s*(["'`])((?:\.{0,2}\/)[^"'`$\s]*)\1/g)].map(([, , address = ""]) => address),
  ...[...code.matchAll(/(["'`])(\/(?:api\/[\w\-./]+|[\w\-./]+\.json))\1/g)].map(([, , address = ""]) => address),
];

const ownPath = (address: string, page: URL): readonly string[] => {
  if (!URL.canParse(address, page.href)) return [];
  const { origin, pathname, search } = new URL(address, page);
  return origin === page.origin ? [`${pathname}${search}`] : [];
};

const unique = (paths: readonly string[]): readonly string[] => [...new Set(paths)];
