import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { userName } from "./author.ts";

/** The service manager of this machine, as far as commands ask it. */
export interface SystemTools {
  readonly platform: NodeJS.Platform;
  /** null where the platform has none. */
  readonly uid: number | null;
  /** systemd runs this machine, as sd_booted(3) tells: elsewhere its units can only be written. */
  isBooted(): boolean;
  /** This user's services run on when nobody is logged in. */
  lingers(): boolean;
  unitFolder(scope: ServiceScope): string;
  run(command: readonly string[], as?: RunAs): Promise<ToolRan>;
}

/** `system`: of the machine, put in place by root. `user`: of one user's own manager. */
export type ServiceScope = "system" | "user";

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly cwd: string;
}

export interface ToolRan {
  /** null: there is no such program here. */
  readonly code: number | null;
  /** What it said, on either stream. */
  readonly output: string;
}

export const createSystemTools = (env: NodeJS.ProcessEnv): SystemTools => ({
  platform: process.platform,
  uid: process.getuid?.() ?? null,
  isBooted: () => existsSync("/run/systemd/system"),
  lingers: () => existsSync(join("/var/lib/systemd/linger", userName())),
  unitFolder: (scope) => (scope === "system" ? "/etc/systemd/system" : join(configFolder(env), "systemd", "user")),
  run: ([program = "", ...args], as) =>
    new Promise((resolve) => {
      execFile(program, args, { env, timeout: deadlineMs, ...as }, (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trim();
        if (error === null) resolve({ code: 0, output });
        else if (error.code === "ENOENT") resolve({ code: null, output: error.message });
        else resolve({ code: typeof error.code === "number" ? error.code : 1, output: output || error.message });
      });
    }),
});

/** XDG_CONFIG_HOME counts only when absolute (its specification says so). */
const configFolder = (env: NodeJS.ProcessEnv): string => {
  const config = env["XDG_CONFIG_HOME"];
  return config !== undefined && isAbsolute(config) ? config : join(env["HOME"] ?? homedir(), ".config");
};

/** `enable --now` and `disable --now` wait for a whole start or stop; systemd bounds both. */
const deadlineMs = 600_000;
