import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { afterwards } from "./afterwards.ts";
import { repositoryDir } from "./apps.ts";
import { unpackDebian } from "./debian-binary.ts";
import { until, within } from "./until.ts";

/** A Flask program under Waitress, as an upstream: Debian's packages, and the machine's Python or Debian's. */
export const startWaitress = async (t: TestContext): Promise<{ readonly url: string }> => {
  const packages = join(unpackDebian(flask), "usr/lib/python3/dist-packages");
  const { command, env } = python();
  const child = spawn(command, [join(repositoryDir, "test/fixtures/upstream/shop.py")], {
    env: { PATH: process.env["PATH"], PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: packages, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  afterwards(t, async () => {
    child.kill("SIGTERM");
    await within("Waitress to end", 10_000, exited).catch(() => child.kill("SIGKILL"));
    await exited;
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const port = await until("Waitress to listen", () => {
    if (child.exitCode !== null) throw new Error(said);
    return /^port (\d+)$/m.exec(said)?.[1];
  });
  return { url: `http://127.0.0.1:${port}` };
};

const flask = "waitress flask click itsdangerous jinja2 werkzeug markupsafe"
  .split(" ")
  .map((name) => `python3-${name}`);

const python = (): { readonly command: string; readonly env: NodeJS.ProcessEnv } => {
  const isNewEnough = "import sys; sys.exit(sys.version_info < (3, 9))";
  if (spawnSync("python3", ["-c", isNewEnough]).status === 0) return { command: "python3", env: {} };
  const { stdout } = spawnSync("apt-cache", ["depends", "python3-minimal"], { encoding: "utf8" });
  const name = /python3\.\d+(?=-minimal)/.exec(stdout)?.[0];
  if (name === undefined) throw new Error("neither python3 nor its Debian package was found");
  const root = unpackDebian([`${name}-minimal`, `lib${name}-minimal`, `lib${name}-stdlib`]);
  const command = readdirSync(join(root, "usr/bin")).find((file) => /^python3\.\d+$/.test(file)) ?? "";
  return { command: join(root, "usr/bin", command), env: { PYTHONHOME: join(root, "usr") } };
};
