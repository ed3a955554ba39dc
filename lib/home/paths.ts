import { createHash } from "node:crypto";
import { join, resolve } from "node:path";

/** Where everything of one instance lies. */
export interface HomePaths {
  readonly dir: string;
  readonly controlSocket: string;
  readonly journal: string;
  readonly token: string;
  /** The token that only looks. */
  readonly readToken: string;
  /** Who holds the lock, for messages; the lock itself is no file on Linux and Windows. */
  readonly lockRecord: string;
  /** The processes of the running fleet, to find what a killed master left behind. */
  readonly runRecord: string;
  /** null: no log files are written. */
  readonly logDir: string | null;
  /** What loads have shown that it holds. */
  readonly heldLoads: string;
  /** Copies of the app, with `--seal`. */
  readonly sealed: string;
  /** What is known of workers that hung or died. */
  readonly blackBoxDir: string;
  /** The last proof that the stage is in force (`dashd verify`). */
  readonly proof: string;
  /** What a detached start printed. */
  readonly startLog: string;
}

/** `logDir` where the operator wants the logs elsewhere, or nowhere: `off` (DASHD_LOG_DIR). Touches nothing on disk. */
export const homePaths = (dir: string, { logDir }: { readonly logDir?: string | null } = {}): HomePaths => {
  const home = resolve(dir);
  return {
    dir: home,
    controlSocket: process.platform === "win32" ? `\\\\.\\pipe\\dashd-${shortHash(home)}` : join(home, "control.sock"),
    journal: join(home, "journal.jsonl"),
    token: join(home, "token"),
    readToken: join(home, "token-read"),
    lockRecord: join(home, "lock.json"),
    runRecord: join(home, "run.json"),
    logDir: logDir === "off" ? null : resolve(logDir ?? join(home, "logs")),
    heldLoads: join(home, "held.json"),
    sealed: join(home, "sealed"),
    blackBoxDir: join(home, "blackbox"),
    proof: join(home, "proof.json"),
    startLog: join(home, "start.log"),
  };
};

/** Names a folder where a whole path cannot stand. */
export const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 24);
