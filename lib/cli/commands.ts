import type { CommandModule } from "./command.ts";

/** Every command of this version, in the order of the help page. Its one-line summary is `cli.summary-<name>` in words. */
export interface CommandEntry {
  readonly name: string;
  readonly load: () => Promise<CommandModule>;
}

export const commands: readonly CommandEntry[] = [
  { name: "start", load: async () => (await import("./start.ts")).start },
  { name: "stage", load: async () => (await import("./stage.ts")).stage },
  { name: "reload", load: async () => (await import("./reload.ts")).reload },
  { name: "rollback", load: async () => (await import("./rollback.ts")).rollback },
  { name: "status", load: async () => (await import("./status.ts")).status },
  { name: "config", load: async () => (await import("./config.ts")).config },
  { name: "profiles", load: async () => (await import("./profiles.ts")).profiles },
  { name: "history", load: async () => (await import("./history.ts")).history },
  { name: "logs", load: async () => (await import("./logs.ts")).logs },
  { name: "stop", load: async () => (await import("./stop.ts")).stop },
  { name: "help", load: async () => (await import("./help.ts")).help },
];
