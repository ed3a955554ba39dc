import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { unpackDebian } from "./debian-binary.ts";

/** Why there is no promtool here, for `skip`; false where there is one. On CI a missing one is a failure. */
export const promtoolMissing = (): string | false => {
  if (process.env["CI"] === "true") return false;
  try {
    program();
    return false;
  } catch (error) {
    return `no promtool: ${String(error)}`;
  }
};

/** What Prometheus' own tool says of a text. */
export const promtool = (args: readonly string[], input = ""): { readonly ok: boolean; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync(program(), args, { input, encoding: "utf8", timeout: 60_000 });
  return { ok: status === 0, said: `${stdout}${stderr}` };
};

const program = (): string => {
  const dirs = (process.env["PATH"] ?? "").split(delimiter).filter((dir) => dir !== "");
  const found = dirs.map((dir) => join(dir, "promtool")).find((path) => existsSync(path));
  return found ?? join(unpackDebian(["prometheus"]), "usr/bin/promtool");
};
