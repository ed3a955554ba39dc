import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { repositoryDir } from "../../support/apps.ts";

/**
 * The file and all it imports from the repository as JavaScript in `dir`, to start many processes of it: without a loader
 * a process is there in 50 ms instead of 700. Returns the compiled file.
 */
export const compileInto = (dir: string, entry: string): string => {
  const done = new Set<string>();
  const visit = (path: string): string => {
    const target = join(dir, relative(repositoryDir, path)).replace(/\.ts$/, ".js");
    if (done.has(path)) return target;
    done.add(path);
    const source = readFileSync(path, "utf8");
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, ts.transpileModule(source, { compilerOptions }).outputText);
    for (const [, name = ""] of source.matchAll(/from "(\.[^"]+\.ts)"/g)) visit(resolve(dirname(path), name));
    return target;
  };
  writeFileSync(join(dir, "package.json"), '{"type":"module"}');
  return visit(entry);
};

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};
