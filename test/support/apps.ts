import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository: what is run is its compiled program, by its bin. */
export const repositoryDir = fileURLToPath(new URL("../..", import.meta.url));

/** An app of `test/fixtures/apps`. */
export const fixtureApp = (name: string): string => join(repositoryDir, "test/fixtures/apps", name);

/** Writes an app that a test changes or breaks into its scratch folder; it finds express and the fixtures' routes there. */
export const writeApp = (dir: string, name: string, source: string): string => {
  mkdirSync(dir, { recursive: true });
  const modules = join(dir, "node_modules");
  if (!existsSync(modules)) symlinkSync(join(repositoryDir, "node_modules"), modules);
  const path = join(dir, name);
  writeFileSync(path, source);
  return path;
};

/** A whole Express program whose answers name the version written here. */
export const programOfVersion = (version: string): string => `
const express = require("express");
const { addRoutes } = require(${JSON.stringify(fixtureApp("routes.cjs"))});
const app = express();
addRoutes(app, { version: ${JSON.stringify(version)} });
app.listen(3000);
`;
