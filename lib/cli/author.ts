import { hostname, userInfo } from "node:os";
import { ownTerminal } from "../host/terminal.ts";
import type { ChangeAuthor } from "../protocol/control.ts";

/** Who asks for a change, as the journal keeps it: `anna@host (pts/3)`, `anna@host (pts/3, as root)` through sudo. */
export const author = (reason: string | null = null): ChangeAuthor => ({
  by: authorOf({ user: userName(), host: hostname(), terminal: ownTerminal(process.env), env: process.env }),
  reason,
});

export const authorOf = ({ user, host, terminal, env }: AuthorFacts): string => {
  const behind = env["SUDO_USER"] ?? env["DOAS_USER"] ?? "";
  const where = terminal ?? "no tty";
  return /^[\w.$@\\-]{1,64}$/.test(behind) && behind !== user
    ? `${behind}@${host} (${where}, as ${user})`
    : `${user}@${host} (${where})`;
};

export interface AuthorFacts {
  readonly user: string;
  readonly host: string;
  /** null: none, as under cron or a service manager. */
  readonly terminal: string | null;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** A uid without a name (a container) is still somebody. */
export const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "?"}`;
  }
};
