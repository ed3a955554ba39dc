import { runCli } from "../../../lib/cli/main.ts";

/** One command line, run in this process, with what it wrote. */
export const run = async (
  cwd: string,
  argv: readonly string[],
  { env = {}, interrupt }: RunOptions = {},
): Promise<Ran> => {
  const written = { out: "", err: "" };
  const stream = (name: "out" | "err") =>
    Object.assign(Object.create(process.stdout), {
      isTTY: false,
      columns: 100,
      write: (text: string) => {
        written[name] += text;
        if (interrupt !== undefined && written[name].includes(interrupt.after)) interrupt.controller.abort("SIGINT");
        return true;
      },
    });
  const controller = interrupt?.controller ?? new AbortController();
  const code = await runCli({
    self: { execPath: process.execPath, execArgv: [], script: "dashd", argv },
    env: { LANG: "C.UTF-8", ...env },
    cwd,
    version: "9.9.9",
    stdout: stream("out"),
    stderr: stream("err"),
    interrupts: { signal: controller.signal, handOver: () => undefined },
  });
  return { code, stdout: written.out, stderr: written.err };
};

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Ctrl-C once this was written. */
  readonly interrupt?: { readonly controller: AbortController; readonly after: string };
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const ctrlC = (after: string) => ({ controller: new AbortController(), after });
