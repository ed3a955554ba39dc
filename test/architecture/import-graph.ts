import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** Who imports whom, read from the sources of these folders with the compiler's own parser. */
export const readImports = (root: string, folders: readonly string[]): readonly Import[] =>
  readSources(root, folders).flatMap((file) => importsOf(root, file));

/** Paths from the root, with slashes. */
export const readSources = (root: string, folders: readonly string[]): readonly string[] =>
  folders.flatMap((folder) => sources(root, folder));

export interface Import {
  /** Path from the root of the repository, with slashes. */
  readonly from: string;
  /** The same for a file of ours; the bare name for a package or a module of node. */
  readonly to: string;
  readonly ours: boolean;
  readonly line: number;
  /** `types`: gone when compiled. `lazy`: an `import()`, loaded only when it is reached. */
  readonly kind: "static" | "lazy" | "types";
}

/** Every package and module of node that loading `entry` loads, with the way there; an `import()` counts where asked. */
export const loadedBy = (imports: readonly Import[], entry: string, lazily: boolean): ReadonlyMap<string, string> => {
  const counts = imports.filter(({ kind }) => kind === "static" || (lazily && kind === "lazy"));
  const ways = new Map([[entry, entry]]);
  const waiting = [entry];
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    for (const { to, ours } of counts.filter(({ from }) => from === file)) {
      if (ways.has(to)) continue;
      ways.set(to, `${ways.get(file) ?? file} → ${to}`);
      if (ours) waiting.push(to);
    }
  }
  return ways;
};

const sources = (root: string, folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.c?ts$/.test(name))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")))
    .toSorted();

const importsOf = (root: string, file: string): readonly Import[] => {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.ESNext, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const named = nameIn(node);
    if (named !== null) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const ours = named.specifier.startsWith(".");
      const to = ours ? path.posix.join(path.posix.dirname(file), named.specifier) : packageOf(named.specifier);
      found.push({ from: file, to, ours, line, kind: named.kind });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
};

interface Named {
  readonly specifier: string;
  readonly kind: Import["kind"];
}

const nameIn = (node: ts.Node): Named | null => {
  if (ts.isImportDeclaration(node)) {
    return named(
      node.moduleSpecifier,
      node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? "types" : "static",
    );
  }
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly ? "types" : "static");
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? named(node.argument.literal, "types") : null;
  if (!ts.isCallExpression(node)) return null;
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return named(node.arguments[0], "lazy");
  return ts.isIdentifier(node.expression) && node.expression.text === "require"
    ? named(node.arguments[0], "lazy")
    : null;
};

const named = (node: ts.Node | undefined, kind: Import["kind"]): Named | null =>
  node !== undefined && ts.isStringLiteralLike(node) ? { specifier: node.text, kind } : null;

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
