import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Where an ES module's syntax error is: V8 tells Node, Node prints it, but no frame of the error names it. `node --check`
 * does, file by file along the imports. Only for an error that has already ended the program.
 */
export const syntaxErrorPlace = (mainPath: string): string | null => {
  const files = [mainPath];
  const untilMs = performance.now() + deadlineMs;
  for (let i = 0; i < files.length && performance.now() < untilMs; i++) {
    const file = files[i] ?? mainPath;
    const { status, stderr } = spawnSync(process.execPath, ["--check", file], {
      encoding: "utf8",
      timeout: deadlineMs,
      env: {},
    });
    const line = /^(?:file:\/\/)?\/.*?:(\d+)$/m.exec(stderr)?.[1];
    if (status !== 0 && line !== undefined) return `${file}:${line}`;
    for (const next of localImports(file)) if (!files.includes(next)) files.push(next);
  }
  return null;
};

const deadlineMs = 2_000;

const localImports = (file: string): readonly string[] =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)]
    .map(([, specifier = ""]) => resolve(dirname(file), specifier))
    .filter((path) => existsSync(path));
