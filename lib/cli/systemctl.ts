import { DashdError } from "../errors.ts";
import type { ServiceScope, SystemTools } from "./system-tools.ts";

/** `systemctl`, in the user's own manager where the unit is the user's. */
export const systemctl = (scope: ServiceScope, ...words: readonly string[]): readonly string[] => [
  "systemctl",
  ...(scope === "user" ? ["--user"] : []),
  ...words,
];

export const mustRun = async (command: readonly string[], { run }: SystemTools): Promise<void> => {
  const { code, output } = await run(command);
  if (code === 0) return;
  const unit = command.find((word) => word.endsWith(".service"));
  const journal = ["journalctl", ...(command.includes("--user") ? ["--user"] : []), "-n", "50", "-u", unit ?? ""];
  const hint = unit === undefined ? null : journal.join(" ");
  throw new DashdError("E_SYSTEMD", { command: command.join(" "), found: output }, { hint });
};

export const mustHaveSystemd = async ({ platform, run }: SystemTools): Promise<void> => {
  if (platform === "win32") throw new DashdError("E_NO_SYSTEMD", {}, { hint: "dashd export windows --to service" });
  if (platform === "linux" && (await run(["systemctl", "--version"])).code === 0) return;
  throw new DashdError("E_NO_SYSTEMD", {}, { hint: "dashd start --detach" });
};
