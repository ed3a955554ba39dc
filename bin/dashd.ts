#!/usr/bin/env node
import { createInterrupts } from "../lib/cli/interrupts.ts";
import { runCli } from "../lib/cli/main.ts";
import { takeReporter } from "../lib/cli/start-report.ts";
import { packageVersion } from "../lib/package-root.ts";

const interruptedExit = 130;
/** What still holds the process after its command is done is a leak, not work. */
const lingerMs = 2000;

const interrupts = createInterrupts(process, () => process.exit(interruptedExit));
// A reader that went away (`dashd logs | head`) is no reason to fall over, least of all for a master.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

process.exitCode = await runCli({
  self: {
    execPath: process.execPath,
    execArgv: process.execArgv,
    script: process.argv[1] ?? "",
    argv: process.argv.slice(2),
  },
  env: process.env,
  cwd: process.cwd(),
  version: packageVersion(),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  interrupts,
  failed: takeReporter(process.env) ?? undefined,
});
setTimeout(() => process.exit(), lingerMs).unref();
