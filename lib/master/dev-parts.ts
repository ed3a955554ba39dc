import type { Lang } from "../lang.ts";
import type { AppToRun } from "./app-identity.ts";
import { type CodeWatch, createCodeWatch } from "./code-watch.ts";
import { createDevOutput, type DevOutput } from "./dev-output.ts";
import { createFaultPage, type FaultPage } from "./fault-page.ts";
import type { Development } from "./options.ts";
import { createSelfWrites, type SelfWrites } from "./self-writes.ts";

/** What only a development run has. */
export interface DevParts {
  readonly faultPage: FaultPage;
  readonly output: DevOutput;
  readonly codeWatch: CodeWatch;
  readonly selfWrites: SelfWrites;
}

export const createDevParts = ({ terminal }: Development, { path }: AppToRun, lang: Lang): DevParts => ({
  faultPage: createFaultPage(lang),
  output: createDevOutput(terminal),
  codeWatch: createCodeWatch(path),
  selfWrites: createSelfWrites(),
});
