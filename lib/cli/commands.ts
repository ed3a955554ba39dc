import type { CommandEntry } from "./command.ts";
import { createCompletion } from "./completion.ts";
import { config } from "./config.ts";
import { dev } from "./dev.ts";
import { diff } from "./diff.ts";
import { doctor } from "./doctor.ts";
import { drill } from "./drill.ts";
import { exportCommand } from "./export.ts";
import { createHelp } from "./help.ts";
import { history } from "./history.ts";
import { load } from "./load.ts";
import { logs } from "./logs.ts";
import { plan } from "./plan.ts";
import { profiles } from "./profiles.ts";
import { reload } from "./reload.ts";
import { rollback } from "./rollback.ts";
import { service } from "./service.ts";
import { stage } from "./stage.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { verify } from "./verify.ts";
import { why } from "./why.ts";

/** Every command of this version, in the order of the help page. Its one-line summary is `cli.summary-<name>` in words. */
export const commands: readonly CommandEntry[] = [
  { name: "start", module: start },
  { name: "dev", module: dev },
  { name: "plan", module: plan },
  { name: "stage", module: stage },
  { name: "reload", module: reload },
  { name: "rollback", module: rollback },
  { name: "status", module: status },
  { name: "config", module: config },
  { name: "profiles", module: profiles },
  { name: "doctor", module: doctor },
  { name: "history", module: history },
  { name: "diff", module: diff },
  { name: "why", module: why },
  { name: "logs", module: logs },
  { name: "load", module: load },
  { name: "verify", module: verify },
  { name: "drill", module: drill },
  { name: "stop", module: stop },
  { name: "service", module: service },
  { name: "export", module: exportCommand },
  { name: "completion", module: createCompletion(() => commands) },
  { name: "help", module: createHelp(() => commands) },
];
