import { hostname, userInfo } from "node:os";
import type { ChangeAuthor } from "../protocol/control.ts";

/** Who asks for a change, as the journal keeps it. A uid without a name (a container) is still somebody. */
export const author = (reason: string | null = null): ChangeAuthor => ({ by: `${userName()}@${hostname()}`, reason });

export const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "?"}`;
  }
};
